"""A record of a trajectory, made up."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

EPOCHS = [0.0, 0.1, 1.0]


@pytest.fixture
def trajectory_record():
    """Five examples, four classes; what is measured first is not yet convex."""
    p = np.array(
        [[[0.4, 0.2, 0.2, 0.2]] * 5, [[0.1, 0.1, 0.2, 0.6]] * 5, [[0.7, 0.1, 0.1, 0.1]] * 5]
    )
    return xr.Dataset(
        {
            "loss": ("epoch", [2.0, 1.0, 0.1]),
            "weight_norm": ("epoch", [1.0, 2.0, 3.0]),
            "term_top": (("epoch", "term", "rank_top"), np.full((3, 3, 2), 5.0)),
            "term_bottom": (("epoch", "term", "rank_bottom"), -np.arange(1.0, 19).reshape(3, 3, 2)),
            "curvature_ratio": ("epoch", [3.0, 2.0, 1.0]),
            "curvature_ratio_error": ("epoch", [0.3, 0.2, 0.1]),
            "p": (("epoch", "example", "logit"), p),
            "labels": (("epoch", "example"), [[0, 1, 1, 2, 3]] * 3),
        },
        coords={"epoch": EPOCHS, "term": ["H", "G", "K"]},
    )

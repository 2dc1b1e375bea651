"""The dimension that training needs."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from figures.goldilocks import restricted_picture


def test_needed_dimension_by_surface_and_scale():
    def outcome(accuracies):
        dims = ("replicate", "scale", "dimension")
        values = np.array(accuracies, dtype=float)[None]
        return xr.Dataset(
            {"test_accuracy": (dims, values)},
            coords={"scale": [0.1, 1.0], "dimension": [10, 40]},
        )

    surfaces = {"plane": outcome([[0.4, 0.8], [0.5, 0.9]]), "sphere": outcome([[0.1, 0.2]] * 2)}
    found = restricted_picture.compute(surfaces, target=0.6).needed_dimension
    assert found.sel(surface="plane").values == pytest.approx([20, 10 * 4**0.25])
    assert np.isnan(found.sel(surface="sphere")).all()

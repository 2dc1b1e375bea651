"""The pictures of a trajectory, from records that hold all of it or little."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from figures.pictures import simplex, style, trajectory

EPOCHS = [0.0, 0.1, 1.0]


@pytest.fixture
def record():
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


def lines(ax):
    return {one.get_label(): one.lines[0].get_ydata() for one in ax.containers}


def test_only_what_is_there_is_drawn(record):
    shown = trajectory.compute(record)
    assert set(shown) == set(record) - {"p", "labels"}
    assert trajectory.panels(shown) == ["loss", "weight_norm", "top", "bottom", "ratio"]
    assert trajectory.panels(trajectory.compute(record[["loss"]])) == ["loss"]


def test_the_smallest_eigenvalue_is_shown_with_its_sign_turned(record):
    shown = trajectory.compute(record)
    with style.panels(1) as (_, (ax,)):
        trajectory.draw(shown, ax, name="bottom")
        np.testing.assert_array_equal(lines(ax)["H"], [2, 8, 14])
        np.testing.assert_array_equal(lines(ax)["K"], [6, 12, 18])
        assert [text.get_text() for text in ax.get_xticklabels()] == ["0", "0.1", "1"]
        left, right = ax.get_xlim()
        assert left < 0
        assert right > 1


def test_many_epochs_are_labelled_where_there_is_room(record):
    with style.panels(1) as (_, (ax,)):
        style.epoch_axis(ax, [0, *np.geomspace(0.1, 100, 40).tolist()])
        labels = [text.get_text() for text in ax.get_xticklabels()]
        assert labels[:2] == ["0", "0.1"]
        assert 6 <= len(labels) <= 12


def test_outputs_are_those_among_three_classes(record):
    path = simplex.compute(record)
    np.testing.assert_allclose(path.outputs.sum("logit"), 1, rtol=1e-12)
    assert path.outputs.sizes == {"epoch": 3, "example": 4, "logit": 3}
    np.testing.assert_allclose(path["mean"].sel(label=1).isel(epoch=0), [0.5, 0.25, 0.25])
    with style.panels(1) as (_, (ax,)):
        simplex.draw(path, ax)
        assert [text.get_text() for text in ax.texts] == ["class 0", "class 1", "class 2"]

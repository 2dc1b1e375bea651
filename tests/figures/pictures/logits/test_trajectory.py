"""The pictures of a trajectory, from records that hold all of it or little."""

from __future__ import annotations

import numpy as np

from figures.pictures import style
from figures.pictures.logits import trajectory


def lines(ax):
    return {one.get_label(): one.lines[0].get_ydata() for one in ax.containers}


def test_only_what_is_there_is_drawn(trajectory_record):
    shown = trajectory.compute(trajectory_record)
    assert set(shown) == set(trajectory_record) - {"p", "labels"}
    assert trajectory.panels(shown) == ["loss", "weight_norm", "top", "bottom", "ratio"]
    assert trajectory.panels(trajectory.compute(trajectory_record[["loss"]])) == ["loss"]


def test_the_smallest_eigenvalue_is_shown_with_its_sign_turned(trajectory_record):
    shown = trajectory.compute(trajectory_record)
    with style.panels(1) as (_, (ax,)):
        trajectory.draw(shown, ax, name="bottom")
        np.testing.assert_array_equal(lines(ax)["H"], [2, 8, 14])
        np.testing.assert_array_equal(lines(ax)["K"], [6, 12, 18])
        assert [text.get_text() for text in ax.get_xticklabels()] == ["0", "0.1", "1"]
        left, right = ax.get_xlim()
        assert left < 0
        assert right > 1

"""The look of the pictures, and their files."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
import xarray as xr
from matplotlib.colors import to_rgb

from figures.pictures import style
from theory.levels import LEVELS
from theory.records.provenance import provenance

MADE_BY = provenance(command="fort-ganguli example", parameters={"N": 3}, seed=7)
# Machado, Oliveira and Fernandes (2009): what eyes without long- and medium-wave cones see
DEUTERANOPIA = [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.011820, 0.042940, 0.968881],
]
PROTANOPIA = [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
]


def draw(stem, made_by=MADE_BY):
    data = xr.Dataset({"y": ("x", [1.0, 2.0, 4.0])})
    with style.panels(1) as (figure, (ax,)):
        ax.plot(data.y, "o-", label="measured")
        ax.fill_between([0, 1, 2], data.y, 2 * data.y, alpha=0.2)
        style.shared_legend(figure, [ax])
        style.save(figure, data, stem, made_by=made_by)


def test_the_same_data_make_the_same_bytes(tmp_path):
    for folder, day in (("a", "2026-01-01"), ("b", "2027-02-02")):
        (tmp_path / folder).mkdir()
        draw(tmp_path / folder / "picture", MADE_BY | {"date": day})
    for suffix in style.PICTURES:
        one, other = (style.named(tmp_path / f / "picture", suffix) for f in "ab")
        assert one.read_bytes() == other.read_bytes(), suffix


def test_a_picture_says_what_made_it(tmp_path):
    draw(tmp_path / "picture")
    for suffix in style.PICTURES:
        content = style.named(tmp_path / "picture", suffix).read_bytes()
        assert b"fort-ganguli example \\(seed 7\\)" in content or (
            b"fort-ganguli example (seed 7)" in content
        ), suffix


@pytest.mark.parametrize(
    ("count", "size", "width", "columns"),
    [
        (1, None, 3.375, 1),
        (2, None, 7, 2),
        (3, None, 7, 3),
        (7, None, 7, 2),
        (7, "column", 3.375, 1),
    ],
)
def test_a_figure_is_as_wide_as_one_column_of_a_journal_or_both(count, size, width, columns):
    with style.panels(count, size=size) as (figure, axes):
        assert figure.get_figwidth() == width
        places = {round(ax.get_position().x0, 3) for ax in axes}
        assert len(places) == columns


@pytest.mark.parametrize("sight", [np.eye(3), DEUTERANOPIA, PROTANOPIA])
def test_levels_differ_to_the_colour_blind(sight):
    seen = {name: np.array(sight) @ to_rgb(level.color) for name, level in LEVELS.items()}
    for one, other in combinations(seen.values(), 2):
        assert np.abs(one - other).max() > 0.15


def test_levels_differ_without_colour():
    looks = [style.level(name) for name in LEVELS]
    assert len({look["marker"] for look in looks}) == len(
        {str(look["linestyle"]) for look in looks}
    )
    assert len({look["marker"] for look in looks}) == len(LEVELS)


def test_a_legend_does_not_take_room_from_the_panels():
    with style.panels(2) as (figure, axes):
        height = figure.get_figheight()
        for i in range(9):
            axes[0].plot([0, i], label=f"the curve of number {i}")
        style.shared_legend(figure, axes)
        figure.draw_without_rendering()
        (legend,) = figure.legends
        panel, above = axes[0].get_window_extent(), legend.get_window_extent()
        assert above.x0 >= 0
        assert above.y0 >= panel.y1
        assert panel.height / figure.dpi > 0.8 * (height - 0.5)


@pytest.mark.parametrize(("size", "first"), [("column", [0, 1, 2, 3]), ("page", [0, 2])])
def test_the_first_of_a_row_has_no_panel_to_its_left(size, first):
    with style.panels(4, size=size) as (_, axes):
        assert [i for i, ax in enumerate(axes) if style.first_in_row(ax)] == first

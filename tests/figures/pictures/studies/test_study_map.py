"""A parameter study as a map."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from matplotlib.collections import QuadMesh
from matplotlib.figure import Figure

from figures.pictures.studies import study, study_map
from theory import InputError


@pytest.fixture
def results(swept) -> xr.Dataset:
    return study.open_study(swept / "s.zarr")


@pytest.fixture
def data(results) -> xr.Dataset:
    return study.compute(results, observable="lambda_max", x="noise_ratio", y="margin")


def test_the_threshold_is_where_the_strength_is_one(data):
    ax = Figure().add_subplot()
    study_map.draw(data, ax)
    assert ax.get_xscale() == "log"
    line = np.asarray(ax.collections[-1].get_paths()[0].vertices)
    ratio = line[np.argmin(line[:, 1]), 0]
    assert ratio == pytest.approx((40 * 60 / 2) ** 0.25, rel=0.15)  # closed form at sigma_z = 0


def test_the_legend_says_what_colours_and_lines_are(data):
    ax = Figure().add_subplot()
    study_map.draw(data, ax)
    told = ax.get_legend_handles_labels()[1]
    assert set(told) == {"sampled (colours)", "predicted, with its value", study_map.THRESHOLD}
    study_map.draw(data.drop_vars("predicted"), ax := Figure().add_subplot())
    assert ax.get_legend_handles_labels()[1] == [study_map.THRESHOLD]


def test_axes_and_colours_have_words_symbols_and_units(data):
    figure = Figure()
    study_map.draw(data, figure.add_subplot())
    map_, bar = figure.axes
    assert "noise over mean" in map_.get_xlabel()
    assert "σ$_{E}$/σ$_{c}$" in map_.get_xlabel()
    assert "(nat)" in map_.get_ylabel()
    assert "λ$_{max}$ (nat/weight²)" in bar.get_ylabel()


def test_contours_carry_values_of_the_prediction(data):
    figure = Figure()
    ax = figure.add_subplot()
    study_map.draw(data, ax)
    values = [float(text.get_text()) for text in ax.texts]
    assert values
    assert float(data.predicted.min()) < min(values) <= max(values) < float(data.predicted.max())
    for text in ax.texts:  # each on its own place of the prediction, within a cell
        place = text.get_transform().transform(text.get_position())
        x, y = ax.transData.inverted().transform(place)
        near = np.log(data.predicted).interp(noise_ratio=x, margin=np.clip(y, 0, 1))
        assert float(text.get_text()) == pytest.approx(float(np.exp(near)), rel=0.02)


def test_a_logarithm_is_as_asked(data):
    for asked, scale in (([], "linear"), (["x"], "log"), (["x", "colour"], "log")):
        ax = Figure().add_subplot()
        study_map.draw(data, ax, log=asked)
        assert ax.get_xscale() == scale
    with pytest.raises(InputError, match="log must not name y: margin must be above 0"):
        study_map.draw(data, Figure().add_subplot(), log=["y"])


def test_cells_lie_about_their_points_on_either_scale(data):
    for asked, middle in (([], np.mean), (["x"], lambda ends: np.sqrt(np.prod(ends)))):
        ax = Figure().add_subplot()
        study_map.draw(data, ax, log=asked)
        (mesh,) = (each for each in ax.collections if isinstance(each, QuadMesh))
        edges = np.asarray(mesh.get_coordinates())[0, :, 0]
        inner = [middle(data.noise_ratio.values[i : i + 2]) for i in range(4)]
        np.testing.assert_allclose(edges[1:-1], inner)
        assert edges[0] > 0 or not asked


def test_names_on_an_axis(data):
    named = data.assign_coords(margin=["uniform", "balanced"])
    figure = Figure()
    ax = figure.add_subplot()
    study_map.draw(named, ax)
    figure.draw_without_rendering()
    assert [text.get_text() for text in ax.get_yticklabels()] == ["uniform", "balanced"]


def test_a_path_over_a_map(results):
    points = xr.Dataset(
        coords={"noise_ratio": ("point", [1.0, 2.0, 4.0]), "margin": ("point", [0.0, 0.5, 1.0])}
    )
    ax = Figure().add_subplot()
    study_map.draw_path(points, ax, x="noise_ratio", y="margin", label="path")
    np.testing.assert_array_equal(ax.lines[0].get_xdata(), [1, 2, 4])
    with pytest.raises(InputError, match="the path must be a list of points with noise_ratio"):
        study_map.draw_path(results, ax, x="noise_ratio", y="margin", label="path")

"""A parameter study as curves."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure

from figures.pictures import scales, style
from figures.pictures.studies import study, study_curves, study_map
from theory import InputError


@pytest.fixture
def results(swept) -> xr.Dataset:
    return study.open_study(swept / "s.zarr")


def test_curves_have_a_look_each_and_the_legend_says_what_is_what(results):
    data = study.compute(results, observable="outliers", x="noise_ratio", y="margin")
    ax = Figure().add_subplot()
    study_curves.draw(data, ax)
    title, *told = ax.get_legend_handles_labels()[1]
    assert "logit" in title
    assert told[:2] == ["Δ = 0", "Δ = 1"]
    assert set(told[2:]) == {
        "predicted",
        "sampled, mean ± standard error",
        f"predicted, {scales.BAND}",
        study_map.THRESHOLD,
    }
    shown = [
        line for line in ax.lines if np.size(line.get_xdata()) == 5 and line.get_marker() == "None"
    ]
    for i, line in enumerate(shown):
        values = data.predicted.isel(margin=i)
        np.testing.assert_array_equal(line.get_ydata(), values)
    assert len({(str(line.get_color()), line.get_linestyle()) for line in shown}) == 2


def test_what_is_zero_does_not_fall_to_the_foot_of_a_logarithmic_axis():
    data = xr.Dataset(
        {
            "predicted": ("at", [1.0, 0.1, 0.0]),
            "predicted_std": ("at", [0.1, 0.5, 0.0]),
            "sampled_mean": ("at", [1.1, 0.12, 0.01]),
            "sampled_sem": ("at", [0.1, 0.5, 0.02]),
        },
        coords={"at": [1.0, 2.0, 3.0]},
        attrs={"x": "at", "y": "", "drawn": "sampled", "predictor": "predicted"},
    )
    ax = Figure().add_subplot()
    study_curves.draw(data, ax, log=["y"])
    assert np.isnan(np.asarray(ax.lines[0].get_ydata())[-1])
    lowest = ax.dataLim.ymin
    assert lowest == pytest.approx(float(scales.spread([0.01], [0.02], log=True)[0][0]))
    assert lowest > 0


def test_names_stand_side_by_side():
    data = xr.Dataset(
        {"sampled_mean": ("at", [1.1, 0.12]), "sampled_sem": ("at", [0.1, 0.5])},
        coords={"at": ["relu", "tanh"]},
        attrs={"x": "at", "y": "", "drawn": "measured", "predictor": "predicted"},
    )
    ax = Figure().add_subplot()
    study_curves.draw(data, ax)
    assert [label.get_text() for label in ax.get_xticklabels()] == ["relu", "tanh"]
    assert "measured, mean ± standard error" in ax.get_legend_handles_labels()[1]


def test_many_curves_have_a_colour_bar(results):
    few = study.compute(results, observable="outliers", x="margin", y="noise_ratio")
    places = np.linspace(1, 20, len(style.MARKERS) + 1)
    many = few.interp(noise_ratio=places).assign_attrs(few.attrs)
    for axis in ("noise_ratio", "margin"):
        many[axis].attrs = few[axis].attrs
    figure = Figure()
    study_curves.draw(many, figure.add_subplot())
    ax, bar = figure.axes
    assert "σ$_{E}$/σ$_{c}$" in bar.get_ylabel()
    assert not [label for label in ax.get_legend_handles_labels()[1] if "=" in label]
    bands = [each for each in ax.collections if isinstance(each, PolyCollection)]
    assert len(bands) == len(places) + 1  # and that of the legend


def test_a_logarithm_that_cannot_be_is_refused(results):
    data = study.compute(results, observable="outliers", x="margin", y="noise_ratio")
    with pytest.raises(InputError, match="log must not name x: margin must be above 0"):
        study_curves.draw(data, Figure().add_subplot(), log=["x"])


def test_a_threshold_beside_points_without_a_spike():
    """The strength 0 has no logarithm: the crossing of the others is drawn, and no warning said."""
    data = xr.Dataset(
        {"predicted": ("at", [1.0, 1.0, 2.0, 3.0]), "spike_strength": ("at", [0.0, 0.5, 2.0, 4.0])},
        coords={"at": [0.0, 1.0, 2.0, 3.0]},
        attrs={"x": "at", "y": "", "drawn": "sampled", "predictor": "predicted"},
    )
    ax = Figure().add_subplot()
    study_curves.draw(data, ax, log=[])
    crossings = [np.asarray(one.get_xdata()) for one in ax.lines if one.get_linestyle() == "--"]
    np.testing.assert_allclose([x[0] for x in crossings if x.size], [1.5])

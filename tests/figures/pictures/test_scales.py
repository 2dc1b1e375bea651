"""Ticks and bands of the pictures' axes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure
from scipy import stats

from figures.pictures import scales


def test_many_epochs_are_labelled_where_there_is_room():
    ax = Figure().add_subplot()
    scales.epoch_axis(ax, [0, *np.geomspace(0.1, 100, 40).tolist()])
    labels = [text.get_text() for text in ax.get_xticklabels()]
    assert labels[:2] == ["0", "0.1"]
    assert 6 <= len(labels) <= 12


@given(st.floats(-12, 12), st.floats(0.3, 20))
def test_a_logarithmic_axis_has_some_labels_and_not_many(low, decades):
    values = scales.round_values(10.0**low, 10.0 ** (low + decades), log=True)
    assert 2 <= len(values) <= 8
    assert values == sorted(values)


def test_labels_are_plain_numbers():
    figure = Figure()
    ax = figure.add_subplot()
    ax.plot([1, 2], [40.0, 3000])
    scales.log_axis(ax, "y")
    figure.draw_without_rendering()
    labels = [text.get_text() for text in ax.get_yticklabels()]
    assert labels == ["100", "300", "1000", "3000"]
    scales.log_axis(ax, "y", percent=True)
    figure.draw_without_rendering()
    assert ax.get_yticklabels()[0].get_text() == "10⁴ %"


@pytest.mark.parametrize("deviation", [0.01, 0.3, 2.0])
def test_a_band_on_a_logarithmic_axis_is_of_the_law_with_that_mean_and_deviation(deviation):
    (low,), (high,) = scales.spread([3.0], [deviation], log=True)
    law = stats.lognorm(np.log(high / low) / 2, scale=np.sqrt(low * high))
    np.testing.assert_allclose([law.mean(), law.std()], [3.0, deviation])


def test_a_narrow_band_is_the_same_on_both_scales():
    narrow = {"mean": [5.0], "deviation": [0.01]}
    for one, other in zip(
        scales.spread(**narrow, log=False), scales.spread(**narrow, log=True), strict=True
    ):
        np.testing.assert_allclose(one, other, rtol=1e-5)


def test_a_band_does_not_fall_to_the_foot_of_a_logarithmic_axis():
    ax = Figure().add_subplot()
    ax.set_yscale("log")
    scales.band(ax, [1, 2, 3], [1.0, 0.1, 0.0], [0.1, 0.5, 0.1], color="k")
    assert ax.get_legend_handles_labels()[1] == [scales.BAND]
    bottom = ax.dataLim.ymin
    assert bottom == pytest.approx(0.1 / np.sqrt(26) / np.exp(np.sqrt(np.log(26))))

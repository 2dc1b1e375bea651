"""The pictures of the hierarchy show the numbers of the record."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import xarray as xr

from empirical.capture import capture
from empirical.data import Data
from empirical.hierarchy import hierarchy as measured
from empirical.networks import mlp
from figures.pictures import style
from figures.pictures.spectra import hierarchy


@pytest.fixture(scope="module")
def record() -> xr.Dataset:
    rng = np.random.default_rng(0)
    inputs = torch.from_numpy(rng.standard_normal((30, 5)).astype(np.float32))
    data = Data(inputs, torch.arange(30) % 3, 3, "random")
    sample = capture(mlp((5, 8, 3), seed=0), data)
    return measured(sample).expand_dims(epoch=[7])


def test_bars_are_the_shares_of_each_eigenvector(record):
    shown = hierarchy.compute(record).sel(epoch=7)
    with style.panels(1) as (_, [ax]):
        hierarchy.draw_shares(shown, ax)
        bars = np.array([[bar.get_height() for bar in group] for group in ax.containers])
        markers = np.asarray(ax.lines[0].get_ydata())
    assert bars.shape == (3, 9)
    np.testing.assert_allclose(bars.sum(0), 1)
    share = record.span_share.sel(epoch=7)
    np.testing.assert_allclose(bars[0], share.sel(span="class"))
    np.testing.assert_allclose(bars[0] + bars[1], share.sel(span="cross"))
    np.testing.assert_allclose(markers, share.sel(span="logit"))


def test_eigenvalues_of_the_parts_stand_with_their_shares(record):
    shown = hierarchy.compute(record).sel(epoch=7)
    assert float(shown.part_share.sum()) == pytest.approx(1)
    with style.panels(1) as (_, [ax]):
        hierarchy.draw(shown, ax)
        lines = {
            str(line.get_label()).split(":")[0]: np.asarray(line.get_ydata()) for line in ax.lines
        }
        labels = [line.get_label() for line in ax.lines]
    np.testing.assert_array_equal(lines["G"], record.top_eigenvalues.sel(epoch=7))
    of_class = record.part_eigenvalues.sel(epoch=7, part="class").values
    np.testing.assert_array_equal(lines["class means"][:2], of_class[:2])
    assert f"within: {float(shown.part_share.sel(part='within')):.0%}" in labels


@pytest.mark.parametrize("names", [None, ["ant", "bee", "cat"]])
def test_the_class_of_each_outlier_stands_in_its_bar(record, names):
    if names is not None:
        record = record.assign_coords(class_name=("label", names))
    with style.panels(1) as (_, [ax]):
        hierarchy.draw_shares(hierarchy.compute(record).sel(epoch=7), ax)
        shown = [text.get_text() for text in ax.texts]
        assert {text.get_rotation() for text in ax.texts} == {90 if names else 0}
    nearest = record.nearest_class.sel(epoch=7).values[:2].astype(int)
    assert shown == [names[at] if names else str(at) for at in nearest]

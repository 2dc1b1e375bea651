"""A layer is predicted as a network is: of a network of one layer, by the same numbers."""

from __future__ import annotations

import json

import numpy as np
import pytest
import xarray as xr
from torch import nn

from empirical.measure import measure
from empirical.settings import Measurement
from figures import fit
from figures.reports.levels import by_layer as report
from tests.support.references.explicit_jacobian import random_data
from theory.levels import LEVELS

HOW = Measurement(
    observe=("logits", "spectrum", "model", "noise", "layers"), examples=40, held_out=60
)


class Two(nn.Module):
    """A linear map, and a last bias by itself, whose logit gradients have no noise."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Linear(5, 4, bias=False)
        self.shift = nn.Parameter(nn.Linear(1, 4).bias.detach().clone())

    def forward(self, x):
        return self.body(x) + self.shift


def fitted(network: nn.Module, *, epochs: tuple[float, ...] = (0.0,)):
    point = measure(network, random_data(100), HOW)
    points = [point.expand_dims(epoch=[at]).assign_coords(step=("epoch", [0])) for at in epochs]
    measured = xr.concat(points, dim="epoch")
    return measured, fit.fit(measured)


@pytest.fixture(scope="module")
def one():
    return fitted(nn.Sequential(nn.Linear(5, 4)))


def test_the_prediction_of_one_layer_is_that_of_its_network(one):
    _, found = one
    own = found.isel(epoch=0).sel(layer="0")
    for level in LEVELS:
        whole = found.isel(epoch=0).sel(source=level)
        errors = own.layer_outlier_error.sel(level=level)
        np.testing.assert_allclose(errors, whole.outlier_error, rtol=1e-8, atol=1e-10)
        np.testing.assert_allclose(
            own.layer_predicted_eigenvalues.sel(level=level),
            whole.predicted_eigenvalues[:3],
            rtol=1e-10,
        )
        distance = float(own.layer_bulk_distance.sel(level=level))
        assert distance == pytest.approx(float(whole.bulk_distance), rel=1e-8)


def test_a_layer_without_noise_is_measured_and_not_predicted():
    measured, found = fitted(Two(), epochs=(0.0, 1.0))
    own = found.isel(epoch=0)
    assert own.layer.values.tolist() == ["shift", "body"]
    assert np.isnan(own.layer_outlier_error.sel(layer="shift")).all()
    assert np.isfinite(own.layer_outlier_error.sel(layer="body")).all()
    _, table = report.told(measured, found)
    shift, body = (line.split("|")[1:-1] for line in table.splitlines()[2:4])
    assert [cell.strip() for cell in shift[:3]] == ["0", "shift", "4"]
    assert [cell.strip() for cell in shift[5:9]] == ["–"] * 4
    shares = [float(line[3].strip().rstrip("%")) for line in (shift, body)]
    assert sum(shares) == pytest.approx(100, abs=1)
    told = report.numbers(measured.isel(epoch=0), own)
    assert json.loads(json.dumps(told, allow_nan=False))["layers"]["shift"]["errors"][
        "cluster"
    ] == {
        "outliers": [None] * 3,
        "bulk": None,
    }


def test_nothing_is_told_where_layers_were_not_measured(one):
    measured, found = one
    without = found.drop_vars("layer_outlier_error")
    assert report.told(measured, without) == []
    assert report.numbers(measured, without) == {}

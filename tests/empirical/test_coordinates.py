"""Coordinates over the width follow the table of parametrisations, and no neighbour of it."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from empirical.coordinates import coordinates, exponents
from empirical.data import digits
from empirical.settings import Network
from theory import parametrisation
from theory.checks import InputError

WIDTHS = (64, 128, 256, 512)


@pytest.fixture(scope="module")
def batch():
    return digits(seed=0)[0].take(np.arange(20))


def found(batch, name, *, depth=2, **how):
    network = Network(hidden=(1,) * depth, activation="tanh", parametrisation=name)
    return coordinates(network, batch, **{"widths": WIDTHS, "seeds": range(6), **how})


@pytest.mark.parametrize("name", ["ntk", "mup", "mean-field"])
def test_powers_are_those_of_theory_and_of_no_other(batch, name):
    """Those at initialisation, where corrections are small: within the interval, and 0.1."""
    depth = 1 if name == "mean-field" else 2
    fitted = exponents(found(batch, name, depth=depth))
    theory = parametrisation.named(name, hidden_layers=depth).exponents
    for coordinate, expected in (("logits", theory.logits), ("kernel", theory.kernel)):
        low, mean, high = fitted[coordinate].values
        assert abs(mean - expected) < max(0.1, high - low)
        assert abs(mean - expected) < 0.25  # powers of theory are half integers


def test_features_move_in_mup_and_freeze_in_ntk(batch):
    ntk, mup = (exponents(found(batch, name)).features_step.values for name in ("ntk", "mup"))
    assert mup[0] > ntk[2]  # intervals apart
    assert abs(ntk[1] + 0.5) < 0.25
    assert abs(mup[1]) < 0.25


def test_exponents_are_those_that_data_were_made_with():
    n = np.array([10.0, 30.0, 100.0, 300.0])
    noise = 1e-3 * np.random.default_rng(0).standard_normal((40, 4))
    made = {"x": (("seed", "width"), 5 * n**-0.5 * np.exp(noise))}
    low, mean, high = exponents(xr.Dataset(made, coords={"width": n})).x.values
    assert low < -0.5 < high
    assert high - low < 1e-3
    assert mean == pytest.approx((low + high) / 2)


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"widths": (64,)}, "widths must be at least two and ascending"),
        ({"widths": (64, 32)}, "widths must be at least two and ascending"),
        ({"steps": 0}, "steps must be at least 1, got 0"),
        ({"learning_rate": 0.0}, "learning_rate must be greater than 0"),
        ({"name": None}, "network must have a parametrisation, got none"),
    ],
)
def test_bad_requests_are_refused(batch, how, message):
    with pytest.raises(InputError, match=message):
        found(batch, how.pop("name", "ntk"), **how)


def test_one_seed_has_no_interval(batch):
    with pytest.raises(InputError, match="seeds must be at least 2"):
        exponents(found(batch, "ntk", widths=(4, 8), seeds=(0,)))

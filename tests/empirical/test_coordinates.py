"""Coordinates over the width follow the table of parametrisations, and no neighbour of it."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
import torch
import xarray as xr
from torch import nn

from empirical.coordinates import coordinates, exponents
from empirical.data import digits
from empirical.networks import transformer
from empirical.settings import Network
from theory.checks import InputError
from theory.ntk import parametrisation

WIDTHS = (64, 128, 256, 512)


@pytest.fixture(scope="module")
def batch():
    return digits(seed=0)[0].take(np.arange(20))


def found(batch, name, *, depth=2, **how):
    network = Network(hidden=(1,) * depth, activation="tanh", parametrisation=name)
    return coordinates(network, batch, **{"widths": WIDTHS, "seeds": range(6), **how})


@pytest.fixture(scope="module")
def fitted(batch):
    @cache
    def of(name):
        return exponents(found(batch, name, depth=1 if name == "mean-field" else 2)).sel(fit="line")

    return of


@pytest.mark.parametrize("name", ["ntk", "mup", "mean-field"])
def test_powers_are_those_of_theory_and_of_no_other(fitted, name):
    """Those at initialisation, where corrections are small: within the interval, and 0.1."""
    theory = parametrisation.named(name, hidden_layers=1 if name == "mean-field" else 2).exponents
    for coordinate, expected in (("logits", theory.logits), ("kernel", theory.kernel)):
        low, mean, high = fitted(name)[coordinate].values
        assert abs(mean - expected) < max(0.1, high - low)
        assert abs(mean - expected) < 0.25  # powers of theory are half integers


def test_features_move_in_mup_and_freeze_in_ntk(fitted):
    ntk, mup = (fitted(name).features_step.values for name in ("ntk", "mup"))
    assert mup[0] > ntk[2]  # intervals apart
    assert abs(ntk[1] + 0.5) < 0.25
    assert abs(mup[1]) < 0.25


@pytest.mark.slow
def test_convolutions_learn_features_in_mup_alone(batch):
    moved = {}
    for name in ("ntk", "mup"):
        network = Network(name="cnn", hidden=(4, 4), parametrisation=name)
        one = coordinates(network, batch, widths=(32, 64, 128), seeds=range(3), learning_rate=0.03)
        fitted = exponents(one).sel(fit="line", bound="mean")
        assert float(fitted.kernel) == pytest.approx(0, abs=0.25)
        moved[name] = float(fitted.features_step)
    assert moved["mup"] - moved["ntk"] > 0.25  # by half a power in theory


def steps_of_a_transformer(name, *, width, seed):
    """How far the last features move per learning rate where one layer alone takes a step."""
    tokens = torch.randint(0, 8, (20, 6), generator=torch.Generator().manual_seed(0))
    labels, rate = (tokens[:, 0] + tokens[:, -1]) % 8, 1e-3
    shapes: dict[str, Any] = {"classes": 8, "context": 6, "depth": 1, "seed": seed}
    network = transformer(width=width, parametrisation=name, **shapes).double()

    def features():
        found = []
        handle = network.head.register_forward_pre_hook(lambda _, inputs: found.append(inputs[0]))
        loss = nn.functional.cross_entropy(network(tokens), labels)
        handle.remove()
        return found[0].detach(), loss

    before, loss = features()
    moved = {}
    for layer in ("qkv", "mix", "up", "down"):
        weight = network.get_parameter(f"blocks.0.{layer}.weight")
        (gradient,) = torch.autograd.grad(loss, weight, retain_graph=True)
        with torch.no_grad():
            weight -= rate * gradient
            moved[layer] = float((features()[0] - before).abs().mean()) / rate
            weight += rate * gradient
    return moved


def test_attention_alone_does_not_freeze_in_a_transformer_in_ntk():
    """Its scores are sums over the width, which the table of perceptrons does not have."""
    powers: dict[str, dict[str, float]] = {}
    for name in ("ntk", "mup"):
        base, wide = (
            [steps_of_a_transformer(name, width=width, seed=seed) for seed in range(4)]
            for width in (64, 512)
        )
        pairs = list(zip(base, wide, strict=True))
        powers[name] = {
            layer: float(np.mean([np.log(last[layer] / first[layer]) for first, last in pairs]))
            / np.log(512 / 64)
            for layer in base[0]
        }
    for layer in ("mix", "up", "down"):
        assert powers["ntk"][layer] == pytest.approx(-0.5, abs=0.2)
        assert powers["mup"][layer] == pytest.approx(0, abs=0.2)
    assert powers["ntk"]["qkv"] > -0.25


def test_exponents_are_those_that_data_were_made_with():
    n = np.array([10.0, 30.0, 100.0, 300.0])
    noise = np.exp(1e-4 * np.random.default_rng(0).standard_normal((40, 4)))
    made = xr.Dataset(
        {
            "plain": (("seed", "width"), 5 * n**-0.5 * noise),
            "bent": (("seed", "width"), 5 * n**-0.5 * np.exp(2 * n**-0.5) * noise),
        },
        coords={"width": n},
    )
    fitted = exponents(made)
    for name, fit in (("plain", "line"), ("plain", "corrected"), ("bent", "corrected")):
        low, mean, high = fitted[name].sel(fit=fit).values
        assert low < -0.5 < high
        assert high - low < 0.01
        assert mean == pytest.approx((low + high) / 2)
    assert float(fitted.bent.sel(fit="line", bound="high")) < -0.55


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


@pytest.mark.parametrize(
    ("sizes", "message"),
    [((1, 4), "seeds must be at least 2, got 1"), ((3, 2), "widths must be at least 3, got 2")],
)
def test_too_few_have_no_interval(sizes, message):
    ones = xr.Dataset({"x": (("seed", "width"), np.ones(sizes))})
    with pytest.raises(InputError, match=message):
        exponents(ones)

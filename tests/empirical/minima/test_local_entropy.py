"""Local entropies against Gaussian integrals, Jensen's bound and rescalings."""

import math

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn.utils import parameters_to_vector

from empirical.data import digits
from empirical.minima import local_energy, local_entropy
from empirical.minima.rescaling import rescaled
from empirical.networks import mlp
from empirical.wedges import Losses
from theory import InputError

DATA = digits(seed=0)[1].take(np.arange(50))
H = 3.0


class Bowl(Losses):
    """``H |w - 1|²/2`` in place of the cross-entropy."""

    def loss(self, weights: Tensor) -> Tensor:
        return H * ((weights - 1) ** 2).sum(1) / 2


def gaussian(h, *, away, length):
    """``ln E_z exp(-h (c + s z)²/2)`` for one weight."""
    return -math.log1p(h * length**2) / 2 - h * away**2 / 2 / (1 + h * length**2)


@pytest.mark.parametrize("kind", ["relative", "additive"])
@pytest.mark.parametrize("start", [1.0, 1.5])
def test_a_bowl_has_the_gaussian_integral(kind, start):
    losses = Bowl(mlp((64, 10), seed=0), DATA)
    w = torch.full((losses.D,), start, dtype=torch.float64)
    noise, beta = 0.6, 1.4
    found = local_entropy(losses, w, noise=noise, kind=kind, beta=beta, steps=100, seed=1)
    length = noise * (start if kind == "relative" else 1.0)
    expected = gaussian(beta * H, away=start - 1, length=length)
    assert abs(found.entropy.value - expected) < 4 * found.entropy.error + 1e-4
    wrong = gaussian(H, away=start - 1, length=length)
    assert abs(found.entropy.value - wrong) > 10 * found.entropy.error
    assert found.accepted > 0.3


def test_of_a_network_it_is_above_the_local_energy_and_below_zero_whatever_the_scale():
    network = mlp((64, 8, 10), seed=0)
    settings = {"noise": 0.3, "beta": 50.0, "temperatures": 4, "steps": 30, "chains": 4}
    found = []
    for each in (network, rescaled(network, factor=4.0)):
        losses, w = Losses(each, DATA), parameters_to_vector(each.parameters()).detach()
        around = local_entropy(losses, w, **settings, seed=0).entropy
        energy = local_energy(losses, w, noise=0.3, draws=50, seed=0).loss
        bound = -50.0 * energy.value / losses.D
        error = math.hypot(around.error, 50.0 * energy.error / losses.D)
        assert bound - 4 * error < around.value < 0
        found.append(around)
    assert abs(found[0].value - found[1].value) < 4 * math.hypot(found[0].error, found[1].error)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"beta": 0.0}, "beta must be greater than 0"),
        ({"temperatures": 1}, "temperatures must be at least 2, got 1"),
        ({"steps": 5}, "steps must be at least 10, got 5"),
        ({"chains": 1}, "chains must be at least 2, got 1"),
    ],
)
def test_bad_input_is_refused(changes, message):
    losses = Losses(mlp((64, 10), seed=0), DATA)
    settings = {"noise": 0.1, "beta": 1.0, "seed": 0} | changes
    with pytest.raises(InputError, match=message):
        local_entropy(losses, torch.ones(losses.D), **settings)

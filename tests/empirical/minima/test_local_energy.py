"""Local energies against their second order, exact on a quadratic, and under rescalings."""

import pytest
import torch
from torch import Tensor
from torch.nn.utils import parameters_to_vector

from empirical.data import digits
from empirical.minima import local_energy
from empirical.minima.rescaling import rescaled
from empirical.networks import mlp
from empirical.wedges import Losses
from theory import InputError

DATA = digits(seed=0)[1]


class Bowl(Losses):
    """``h |w - 1|²/2`` in place of the cross-entropy."""

    def loss(self, weights: Tensor) -> Tensor:
        return 3.0 * ((weights - 1) ** 2).sum(1) / 2


@pytest.mark.parametrize("kind", ["relative", "additive"])
def test_a_bowl_rises_by_half_the_trace(kind):
    losses = Bowl(mlp((64, 10), seed=0), DATA)
    w = torch.full((losses.D,), 2.0)
    found = local_energy(losses, w, noise=0.3, kind=kind, draws=200, seed=0)
    lengths = 0.3 * (2.0 if kind == "relative" else 1.0)
    expected = 3.0 * losses.D * (1 + lengths**2) / 2
    assert abs(found.loss.value - expected) < 4 * found.loss.error
    assert abs(found.loss.value - 3.0 * losses.D * (1 + 2 * lengths**2) / 2) > (
        4 * found.loss.error
    )


def test_without_noise_it_is_the_network_itself():
    network = mlp((64, 8, 10), seed=0)
    losses, w = Losses(network, DATA), parameters_to_vector(network.parameters()).detach()
    found = local_energy(losses, w, noise=0.0, draws=2, seed=0)
    assert found.loss.value == pytest.approx(float(losses.loss(w[None])), rel=1e-6)
    assert found.error.value == pytest.approx(1 - float(losses.accuracy(w[None])), abs=1e-12)


def test_relative_noise_does_not_see_a_rescaling_and_additive_noise_does():
    network = mlp((64, 8, 10), seed=0)
    other = rescaled(network, factor=5.0)
    found = {}
    for kind in ("relative", "additive"):
        found[kind] = [
            local_energy(
                Losses(each, DATA),
                parameters_to_vector(each.parameters()).detach(),
                noise=0.2,
                kind=kind,
                draws=20,
                seed=0,
            ).loss.value
            for each in (network, other)
        ]
    assert found["relative"][0] == pytest.approx(found["relative"][1], rel=1e-5)
    assert abs(found["additive"][0] / found["additive"][1] - 1) > 0.1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"noise": -0.1}, "noise must be at least 0"),
        ({"kind": "sparse"}, "kind must be one of relative, additive"),
        ({"draws": 1}, "draws must be at least 2, got 1"),
    ],
)
def test_bad_input_is_refused(changes, message):
    losses = Losses(mlp((64, 10), seed=0), DATA)
    with pytest.raises(InputError, match=message):
        local_energy(losses, torch.ones(losses.D), **{"noise": 0.1, "seed": 0} | changes)
    with pytest.raises(InputError, match="weights must have shape"):
        local_energy(losses, torch.ones(3), noise=0.1, seed=0)

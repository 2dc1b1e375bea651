"""The margin's descent against alignments, and against its closed form on a linear model."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from empirical.boundary.margin import _Along, margins
from empirical.boundary.reinforcing import alignments
from empirical.boundary.sets import points
from empirical.networks import mlp
from theory import InputError

DATA = points("gaussians", examples=60, seed=0)[0]


@pytest.mark.parametrize("activation", ["relu", "tanh"])
@pytest.mark.parametrize("bias", [True, False])
def test_alignments_that_can_be_descended_are_those_of_logit_gradients(activation, bias):
    network = mlp((2, 6, 5, 3), activation=activation, bias=bias, seed=1)
    D = sum(weight.numel() for weight in network.parameters())
    vector = nn.functional.normalize(
        torch.randn(D, generator=torch.Generator().manual_seed(0)), dim=0
    )
    exact = alignments(network, DATA.inputs, vector[None].double())[:, 0]
    found = _Along(network, vector)(DATA.inputs.double())
    torch.testing.assert_close(found, exact, atol=1e-6, rtol=0)
    assert exact.abs().max() > 0.05


def linear():
    """Two classes, and ``v = (1, -1)/√2 ⊗ u``: the alignment is ``±u·(x, 1)/|(x, 1)|``."""
    u = nn.functional.normalize(torch.tensor([0.3, -0.2, 0.9], dtype=torch.float64), dim=0)
    sign = torch.tensor([1.0, -1.0], dtype=torch.float64)[:, None] / 2**0.5
    vector = torch.cat([(sign * u[:2]).flatten(), (sign * u[2:]).flatten()])
    data = points("moons", examples=60, seed=0)[0]
    return mlp((2, 2), seed=3), data, vector, u


def test_on_a_linear_model_the_margin_is_the_exact_distance():
    """The descent ends at ``x_b = u_12/u_3``, wherever it starts.

    Near there the cost at a distance r is at least ``(c r²)²`` with ``c = u_3⁴``, so that descent
    for a time t comes as near as ``r = 1/√(8 c² t)``; the way to there may take half of the time.
    """
    network, data, vector, u = linear()
    steps, rate = 300, 1.0
    how = {"starts": 3, "steps": steps, "learning_rate": rate, "weight_decay": 0}
    found = margins(network, data, vector, **how)
    time = rate * steps * (0.25 + 0.75 / 10)
    near = 1 / (8 * float(u[2]) ** 8 * time / 2) ** 0.5
    exact = u[:2] / u[2]
    assert (found.points - exact).norm(dim=1).max() < near < 0.1
    ones = torch.ones(len(data), 1)
    inputs = torch.cat([data.inputs, ones], 1).double()
    label = network(data.inputs).argmax(1)
    own = (inputs @ u) / inputs.norm(dim=1) * torch.where(label == 0, -1, 1)
    ends = data.inputs[[int(own.argmax()), int(own.argmin())]].double()
    distance = (ends - exact).norm(dim=1)
    assert (found.margin - distance.min()).abs().max() < near
    assert abs(float(distance.max() - distance.min())) > 2 * near  # the other end would not do


def test_decay_draws_the_points_to_the_middle():
    network, data, vector, _ = linear()
    how = {"starts": 2, "steps": 60}
    free = margins(network, data, vector, weight_decay=0, **how)
    drawn = margins(network, data, vector, weight_decay=0.1, **how)
    assert (drawn.points.norm(dim=1) < free.points.norm(dim=1)).all()
    again = margins(network, data, vector, weight_decay=0.1, **how)
    assert torch.equal(again.points, drawn.points)


def test_certain_networks_have_no_margin():
    network, data, vector, _ = linear()
    with torch.no_grad():
        network.get_parameter("0.bias")[0] = 1e3
    assert margins(network, data, vector, starts=2, steps=2).margin.isnan().all()


@pytest.mark.parametrize(
    ("layers", "told"),
    [
        ([nn.Linear(2, 2), nn.ReLU()], "Linear, ReLU"),
        ([nn.Linear(2, 2), nn.GELU(), nn.Linear(2, 2)], "GELU"),
    ],
)
def test_other_layers_are_refused(layers, told):
    network = nn.Sequential(*layers)
    D = sum(weight.numel() for weight in network.parameters())
    with pytest.raises(InputError, match=f"linear layers with ReLU or tanh between them, .*{told}"):
        margins(network, points("moons", examples=20, seed=0)[0], torch.ones(D).double() / D**0.5)


def test_bad_input_is_refused():
    network, data, vector, _ = linear()
    for change, message in (
        ({"starts": 0}, "starts must be at least 1, got 0"),
        ({"learning_rate": 0}, "learning_rate must be greater than 0, got 0"),
        ({"weight_decay": -1}, "weight_decay must be at least 0, got -1"),
    ):
        with pytest.raises(InputError, match=message):
            margins(network, data, vector, **change)

"""A curvature that is not defined ends in one line, in whatever asks for it."""

import pytest
import torch
from torch import nn

from empirical import density, lanczos, traces
from empirical.operators import Curvature
from empirical.operators.operator import Operator
from empirical.operators.terms import split
from theory.checks import InputError


class Cusped(nn.Module):
    """``|x|^1.5`` at 0: its loss and gradient are finite, its second derivative is not."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.a, self.b = nn.Linear(2, 4, bias=False), nn.Linear(4, 3)

    def forward(self, x):
        return self.b(self.a(x).abs().pow(1.5))


DATA = [(torch.tensor([[0.0, 0], [1, 2], [2, 1]]), torch.tensor([0, 1, 2]))]
ASK = {
    "trace": lambda c: traces.trace(c.H, probes=3),
    "frobenius": lambda c: traces.frobenius(c.K, probes=3),
    "density": lambda c: density.lanczos_density(c.H, steps=3, probes=2),
    "eigenpairs": lambda c: lanczos.eigenpairs(c.H, top=1),
    "terms": lambda _: split(Cusped(), DATA, top=1, bottom=1),
}


@pytest.mark.parametrize("name", ASK)
def test_products_that_are_not_finite_are_refused(name):
    curvature = Curvature(Cusped(), DATA)
    assert curvature.gradient.isfinite().all()
    with pytest.raises(InputError, match="operator must have finite products"):
        ASK[name](curvature)


def test_vectors_that_are_not_finite_are_told_from_products():
    curvature = Curvature(nn.Linear(2, 3), DATA)
    with pytest.raises(InputError, match="operator must have finite vectors"):
        curvature.H(torch.full((9,), torch.nan, dtype=torch.float64))


@pytest.mark.parametrize("size", [1e-30, 1.0, 1e30])
def test_random_directions_are_found_whatever_the_size_of_products(size):
    scaled = Operator(lambda v: size * v, D=4, dtype=torch.float32)
    found = lanczos.eigenpairs(scaled, top=2)
    assert found.values.tolist() == pytest.approx([size, size], rel=1e-6)


class Rooted(nn.Linear):
    def forward(self, input):  # noqa: A002
        return super().forward(input).abs().sqrt()


def test_a_gradient_that_is_not_finite_is_refused():
    network = Rooted(2, 3)
    nn.init.zeros_(network.weight)
    nn.init.zeros_(network.bias)
    with pytest.raises(InputError, match="finite gradient"):
        Curvature(network, DATA)

"""Traces and norms: exact identities, and estimates within their errors."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from empirical import networks
from empirical.capture import capture
from empirical.gauss_newton.spectrum import spectrum
from empirical.operators import Curvature, Operator
from empirical.operators.traces import G_trace, H_trace, frobenius, trace
from tests.support.references.explicit_jacobian import random_data
from theory.checks import InputError

VALUES = torch.logspace(1, -3, 200, dtype=torch.float64)


OPERATOR = Operator(lambda vectors: vectors * VALUES, D=200)


DENSE = Operator(lambda vectors: vectors @ MATRIX, D=200)


Q = torch.linalg.qr(
    torch.randn(200, 200, dtype=torch.float64, generator=torch.Generator().manual_seed(5))
)[0]


MATRIX = (Q * VALUES) @ Q.T


@pytest.mark.parametrize("sketch", [0, 20])
@pytest.mark.parametrize("operator", [OPERATOR, DENSE], ids=["diagonal", "dense"])
def test_estimates_scatter_as_their_errors_say(operator, sketch):
    for function, exact in ((trace, float(VALUES.sum())), (frobenius, float(VALUES.norm()))):
        found = [function(operator, sketch=sketch, probes=20, seed=seed) for seed in range(40)]
        values = np.array([each.value for each in found])
        error = np.sqrt(np.mean([each.error**2 for each in found]))
        assert error == pytest.approx(values.std(ddof=1), rel=0.45)
        assert abs(values.mean() - exact) < 4 * error / np.sqrt(40) + 0.003 * exact
        assert abs(values.mean() - 1.2 * exact) > 4 * error / np.sqrt(40) + 0.003 * exact


def test_a_sketch_removes_the_variance_of_the_largest_eigenvalues():
    plain, sketched = trace(DENSE), trace(DENSE, sketch=80)
    assert sketched.error < 0.1 * plain.error
    assert frobenius(DENSE, sketch=80).error < 0.1 * frobenius(DENSE).error


def test_a_sketch_of_the_whole_space_is_exact():
    small = Operator(lambda vectors: vectors * VALUES[:6], D=6)
    for function, exact in ((trace, VALUES[:6].sum()), (frobenius, VALUES[:6].norm())):
        found = function(small, sketch=6)
        assert found.exact
        assert found.value == pytest.approx(float(exact), rel=1e-12)
        with pytest.raises(InputError, match="sketch must be at most 6, the dimension, got 7"):
            function(small, sketch=7)
        with pytest.raises(InputError, match="probes must be at least 2, got 1"):
            function(small, probes=1)


def test_trace_of_G_is_that_of_its_spectrum(network, data):
    sample = capture(network, data)
    exact = G_trace(sample)
    assert exact == pytest.approx(spectrum(sample).trace, rel=1e-9)
    found = trace(Curvature(network, data).G, probes=60)
    assert abs(found.value - exact) < 4.5 * found.error


def dense_traces(curvature: Curvature) -> dict[str, float]:
    eye = torch.eye(curvature.D, dtype=torch.float64)
    return {term: float(curvature.term(term)(eye).trace()) for term in ("H", "G", "K")}


class Added(nn.Module):
    """A residual sum of ReLU paths, a pool and a norm in eval mode."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second, self.head = nn.Linear(5, 8), nn.Linear(8, 8), nn.Linear(4, 4)
        self.norm = nn.BatchNorm1d(8)

    def forward(self, x):
        h = F.relu(self.norm(self.first(x)))
        h = h + F.leaky_relu(self.second(h))
        return self.head(F.max_pool1d(h[:, None], 2)[:, 0])


class Squared(Added):
    def forward(self, x):
        h = F.relu(self.first(x))
        return self.second(h * h)[:, :4]


class Twice(Added):
    def forward(self, x):
        return self.second(F.relu(self.second(F.relu(self.first(x)))))[:, :4]


class Hidden(Added):
    """A tanh that no module shows."""

    def forward(self, x):
        return self.second(torch.tanh(self.first(x)))[:, :4]


@pytest.mark.parametrize(
    ("make", "straight"),
    [
        (lambda: networks.mlp((5, 8, 6, 4), seed=0), True),
        (Added, True),
        (lambda: networks.mlp((5, 8, 4), activation="tanh", seed=0), False),
        (Squared, False),
        (Twice, False),
        (Hidden, False),
        (lambda: nn.Sequential(nn.Linear(5, 8), nn.LayerNorm(8), nn.Linear(8, 4)), False),
    ],
)
def test_piecewise_linear_networks_have_the_trace_of_G(make, straight):
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = make().eval()
    data = random_data(30)
    curvature = Curvature(network, data)
    exact = dense_traces(curvature)
    assert curvature.piecewise_linear == straight
    assert (abs(exact["K"]) < 1e-12 * exact["G"]) == straight
    G = G_trace(capture(network, data))
    found = H_trace(curvature, G=G, probes=100)
    assert found.exact == straight
    assert abs(found.value - exact["H"]) < 4 * found.error + 1e-12 * G
    alone = H_trace(curvature, probes=100)
    assert abs(alone.value - exact["H"]) < 4 * alone.error

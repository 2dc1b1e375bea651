"""Decided examples: where 1 - p is far below the rounding of 1, its digits are still there."""

import math

import mpmath
import numpy as np
import pytest
import torch
from torch import nn

from empirical import hessian, softmax, traces
from empirical.capture import capture
from empirical.estimates.clustering import statistics
from empirical.estimates.parameters import FLOOR, curvature_weights
from empirical.operators import Curvature

TYPES = [(torch.float32, 3e-6), (torch.float64, 1e-13)]
LOGITS = [[0.0, 18.0, -2.0], [1.0, 1.5, 0.5], [-30.0, 10.0, 2.0], [0.0, 0.0, 60.0]]
TARGETS = [1, 2, 0, 2]


def exact(row: list[float]) -> list:
    weights = [mpmath.exp(z) for z in row]
    return [w / sum(weights) for w in weights]


@pytest.mark.parametrize(("dtype", "tolerance"), TYPES)
def test_each_quantity_has_the_digits_of_its_own_size(dtype, tolerance):
    mpmath.mp.dps = 60
    logits, targets = torch.tensor(LOGITS, dtype=dtype), torch.tensor(TARGETS)
    v = torch.tensor([[0.3, -0.8, 0.5]], dtype=dtype).expand(4, 3)
    J = torch.tensor([[1.0, 2.0], [0.5, -1.0], [0.0, 3.0]], dtype=dtype)
    p = logits.softmax(1)
    found = {
        "residual": softmax.residuals(logits, targets),
        "complement": softmax.complements(p),
        "surprisal": softmax.surprisals(logits),
        "product": softmax.block_products(p, v),
        "trace": softmax.block_traces(p, (J @ J.T).expand(4, 3, 3))[:, None],
    }
    want: dict[str, list] = {name: [] for name in found}
    for row, y in zip(LOGITS, TARGETS, strict=True):
        q, x = exact(row), [mpmath.mpf(float(each)) for each in v[0]]
        inner = sum(a * b for a, b in zip(q, x, strict=True))
        means = [sum(a * float(j[i]) for a, j in zip(q, J, strict=True)) for i in range(2)]
        want["residual"].append([a - (k == y) for k, a in enumerate(q)])
        want["complement"].append([1 - a for a in q])
        want["surprisal"].append([-mpmath.log(a) for a in q])
        want["product"].append([a * (b - inner) for a, b in zip(q, x, strict=True)])
        want["trace"].append(
            [
                sum(
                    a * sum((float(j[i]) - means[i]) ** 2 for i in range(2))
                    for a, j in zip(q, J, strict=True)
                )
            ]
        )
    for name, values in found.items():
        np.testing.assert_allclose(
            values.double().numpy(), np.array(want[name], dtype=float), rtol=tolerance, err_msg=name
        )
    if dtype == torch.float32:  # what is plainly written keeps none of it
        assert float((p - p.square())[3, 2]) == 0 != float(found["complement"][3, 2])


def decided(margin: float) -> tuple[nn.Module, list]:
    network = nn.Linear(2, 2, bias=False)
    network.weight.data = margin / 2 * torch.tensor([[1.0, -1], [-1, 1]])
    return network, [(torch.eye(2), torch.tensor([0, 1]))]


@pytest.mark.parametrize("margin", [1.0, 14.0, 18.0, 40.0])
@pytest.mark.parametrize(("dtype", "tolerance"), TYPES)
def test_two_decided_examples_have_a_closed_form(margin, dtype, tolerance):
    network, data = decided(margin)
    q = math.exp(-margin) / (1 + math.exp(-margin))
    trace = pytest.approx(2 * q * (1 - q), rel=tolerance)
    sample, curvature = capture(network, data, dtype=dtype), Curvature(network, data, dtype=dtype)
    basis = torch.eye(4, dtype=dtype)
    assert traces.G_trace(sample) == trace
    assert hessian.spectrum(sample).trace == trace
    assert float(curvature.G(basis).trace()) == trace
    assert float(curvature.H(basis).trace()) == trace  # linear: K = 0
    assert float(curvature.K(basis).abs().max()) == 0
    length = pytest.approx(q, rel=tolerance)
    assert float(curvature.gradient.norm()) == length
    assert float(sample.gradients.combined(sample.r / 2).norm()) == length
    loss = pytest.approx(math.log1p(math.exp(-margin)), rel=tolerance)
    assert curvature.loss == loss
    assert statistics(sample).loss == loss
    weights = torch.full((2, 2), q * (1 - q) * (1 + FLOOR), dtype=torch.float64)
    torch.testing.assert_close(curvature_weights(sample.p), weights, rtol=tolerance, atol=0)

"""Networks of which something vanishes: G, g, the noise; and classes by the thousand."""

import pytest
import torch
from torch import nn

from empirical import estimate, hessian
from empirical.capture import capture
from empirical.estimates.parameters import curvature_weights
from empirical.gauss_newton.spectrum import matrix_bytes
from empirical.hierarchy import hierarchy
from theory.checks import InputError

Y = torch.arange(24) % 3
X = torch.randn(24, 5, generator=torch.Generator().manual_seed(0))


def network(*, scale: float) -> nn.Module:
    torch.manual_seed(0)
    last = nn.Linear(6, 3)
    body = nn.Linear(5, 6)
    with torch.no_grad():
        for weight in last.parameters():
            weight.mul_(scale)
    return nn.Sequential(body, nn.Tanh(), last)


def test_where_G_is_zero_it_is_said():
    sample = capture(network(scale=1e7), [(X, Y)])
    found = hessian.spectrum(sample)
    assert found.trace == 0
    assert float(found.gradient_power.sum()) == pytest.approx(1)  # it has a gradient
    with pytest.raises(InputError, match="G must be above zero"):
        hessian.eigenvectors(sample, count=1)
    for ask in (hierarchy, lambda each: curvature_weights(each.p)):
        with pytest.raises(InputError, match="logits must leave G above zero"):
            ask(sample)


def test_identical_examples_have_no_noise_and_balanced_ones_no_gradient():
    sample = capture(network(scale=0), [(torch.ones(24, 5), Y)])
    with pytest.raises(InputError, match="the noise around their means is zero within rounding"):
        estimate.estimate(sample)
    found = hessian.spectrum(sample)
    assert found.gradient_norm < 1e-15
    assert found.trace > 0
    assert float(found.gradient_power.sum()) == 0


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_small_gradient_keeps_its_direction(dtype):
    few = capture(network(scale=1e-3), [(X, Y)], dtype=dtype)
    assert float(hessian.spectrum(few).gradient_power.sum()) == pytest.approx(1, rel=1e-5)


class Scaled(nn.Module):
    """Eight weights below many classes."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(8))
        self.head = nn.Linear(8, classes).requires_grad_(False)

    def forward(self, x):
        return self.head(x * self.scale)


@pytest.mark.slow
def test_memory_counts_what_the_classes_take():
    inputs = torch.randn(10, 8, generator=torch.Generator().manual_seed(0))
    data, many = [(inputs, torch.arange(10))], Scaled(1500)
    with pytest.raises(InputError, match=r"memory must be at least .* for the 1500 logit"):
        capture(many, data, memory=20 * 2**20)
    bounded = capture(many, data, memory=100 * 2**20)
    free = capture(many, data)
    torch.testing.assert_close(bounded.gradients.blocks(), free.gradients.blocks())
    with pytest.raises(InputError, match=r"memory must be at least .* for the spectrum"):
        hessian.spectrum(bounded, memory=100 * 2**20)
    assert matrix_bytes(10, 1500, 8, dtype=torch.float64) > 1500**2 * 8
    assert hessian.spectrum(bounded).trace == pytest.approx(
        float(torch.linalg.eigvalsh(_G(free)).sum()), rel=1e-12
    )


def _G(sample) -> torch.Tensor:
    J = sample.gradients.project(torch.eye(8, dtype=torch.float64))
    p = sample.p
    mean = torch.einsum("nk,nkd->nd", p, J)
    centred = J - mean[:, None]
    return torch.einsum("nk,nkd,nke->de", p, centred, centred) / len(p)

"""Lanczos densities against exact spectra, within their error bars."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from empirical import networks
from empirical.operators import Curvature, Operator, density
from empirical.operators.density import LanczosDensity, lanczos_density
from empirical.operators.semiorthogonal import Loss
from tests.support.references.explicit_jacobian import random_data
from theory.checks import InputError

VALUES = np.r_[np.linspace(-0.5, 1.5, 380) ** 3, np.linspace(4, 6, 20)]


POINTS = np.linspace(-0.5, 6.5, 60)


WIDTH = 0.1


def diagonal(values: np.ndarray, dtype: torch.dtype = torch.float64) -> Operator:
    entries = torch.from_numpy(values).to(dtype)
    return Operator(lambda vectors: vectors * entries, len(values), dtype)


def smoothed(values: np.ndarray) -> np.ndarray:
    distance = (POINTS[:, None] - values) / WIDTH
    return (np.exp(-(distance**2) / 2) / (WIDTH * np.sqrt(2 * np.pi))).mean(axis=1)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_density_is_the_exact_one_within_its_error(dtype):
    found = lanczos_density(diagonal(VALUES, dtype), steps=80, probes=40)
    smooth = found.density(POINTS, width=WIDTH)
    bias = 1e-5  # of 80 nodes at this width
    z = np.abs(smooth.value - smoothed(VALUES)) / (smooth.error + bias)
    assert z.max() < 4.5
    assert np.mean(z < 2) > 0.85
    shifted = np.abs(smooth.value - smoothed(VALUES + 0.05)) / (smooth.error + bias)
    assert shifted.max() > 9
    trace = found.trace()
    assert abs(trace.value - VALUES.sum()) < 4 * trace.error
    assert abs(trace.value - 1.2 * VALUES.sum()) > 4 * trace.error


def test_errors_are_those_of_repeated_estimates():
    errors, means = [], []
    for seed in range(30):
        found = lanczos_density(diagonal(VALUES), steps=12, probes=8, seed=seed)
        square = found.average(lambda nodes: nodes**2)
        means.append(square.value)
        errors.append(square.error)
    spread = np.std(means, ddof=1)
    assert np.sqrt(np.mean(np.square(errors))) == pytest.approx(spread, rel=0.4)
    assert abs(np.mean(means) - np.mean(VALUES**2)) < 4 * spread / np.sqrt(30)


def test_quadrature_is_exact_along_each_probe_to_degree_2n_minus_1():
    """Two nodes give the first three moments of a probe: those of many more steps."""
    few = lanczos_density(diagonal(VALUES), steps=2, probes=3)
    many = lanczos_density(diagonal(VALUES), steps=30, probes=3)
    for power, same in ((1, True), (2, True), (3, True), (4, False)):
        moments = [(each.nodes**power * each.weights).sum(1) for each in (few, many)]
        assert np.allclose(*moments, rtol=1e-10) == same
    assert many.weights.sum(axis=1) == pytest.approx(1, abs=1e-12)
    assert isinstance(many, LanczosDensity)


def test_a_krylov_space_that_ends_is_filled_with_weights_of_zero():
    found = lanczos_density(diagonal(np.repeat([1.0, 2.0, 7.0], 10)), steps=8, probes=4)
    assert found.nodes.shape == (4, 8)
    assert np.all(found.weights[:, 3:] == 0)
    np.testing.assert_allclose(found.nodes[:, :3], [[1, 2, 7]] * 4, atol=1e-12)
    assert found.weights.sum(axis=1) == pytest.approx(1, abs=1e-12)
    assert lanczos_density(diagonal(np.ones(3)), steps=80, probes=2).nodes.shape == (2, 3)


OUTLIERS = np.array([-4.0, 3, 5, 7, 9, 20])


SEPARATED = np.r_[np.linspace(-0.3, 1, 1200) ** 3, OUTLIERS]


class Everything(Loss):
    """Full reorthogonalisation: every vector against all before it."""

    def after(self, alpha: np.ndarray, beta: np.ndarray) -> int:
        return len(alpha)


class Nothing(Loss):
    """None at all."""

    def after(self, alpha: np.ndarray, beta: np.ndarray) -> int:
        return 0


def copies(found: LanczosDensity) -> list[int]:
    """Nodes of the first probe at each outlier."""
    return [int(np.sum(np.abs(found.nodes[0] - value) < 0.1)) for value in OUTLIERS]


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_no_eigenvalue_is_found_twice(dtype, monkeypatch):
    operator = diagonal(SEPARATED, dtype)
    assert copies(lanczos_density(operator, steps=150, probes=2)) == [1] * len(OUTLIERS)
    monkeypatch.setattr(density, "Loss", Nothing)
    assert max(copies(lanczos_density(operator, steps=150, probes=2))) > 2


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_nodes_and_weights_are_those_of_full_reorthogonalisation(dtype, monkeypatch):
    operator = diagonal(SEPARATED, dtype)
    partial = lanczos_density(operator, steps=150, probes=3)
    monkeypatch.setattr(density, "Loss", Everything)
    full = lanczos_density(operator, steps=150, probes=3)
    eps = torch.finfo(dtype).eps
    np.testing.assert_allclose(partial.nodes, full.nodes, atol=10 * eps * 20)
    np.testing.assert_allclose(partial.weights, full.weights, atol=1000 * eps)
    monkeypatch.setattr(density, "Loss", Nothing)
    without = lanczos_density(operator, steps=150, probes=3)
    assert np.abs(without.nodes - full.nodes).max() > 1


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_vectors_stay_semi_orthogonal_and_few_are_read_again(dtype, monkeypatch):
    read: list[int] = []

    class Counted(Loss):
        def restored(self, count: int) -> None:
            read.append(count)
            super().restored(count)

    vectors: list[torch.Tensor] = []
    within = diagonal(SEPARATED, dtype)

    def apply(rows: torch.Tensor) -> torch.Tensor:
        vectors.append(rows.clone())
        return within(rows)

    monkeypatch.setattr(density, "Loss", Counted)
    lanczos_density(Operator(apply, within.D, dtype), steps=150, probes=2)
    rows = torch.cat(vectors[:150]).double()
    loss = rows @ rows.T - torch.eye(150, dtype=torch.float64)
    assert loss.abs().max() < torch.finfo(dtype).eps ** 0.5
    assert sum(read) < 0.6 * 150 * 151


def test_density_of_a_networks_hessian():
    data, network = random_data(40), networks.mlp((5, 12, 4), seed=0)
    H = Curvature(network, data).H
    values = torch.linalg.eigvalsh(H(torch.eye(H.D, dtype=torch.float64))).numpy()
    seen: list[int] = []
    found = lanczos_density(H, steps=40, probes=10, progress=seen.append)
    positive = found.average(lambda nodes: (nodes > 0.05).astype(float))
    assert abs(positive.value - np.mean(values > 0.05)) < 4 * positive.error + 0.01
    assert sum(seen) == 400


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"steps": 0}, "steps must be at least 1, got 0"),
        ({"probes": 1}, "probes must be at least 2, got 1"),
        ({"seed": -1}, "seed must be at least 0, got -1"),
    ],
)
def test_bad_requests_are_refused(asked, message):
    with pytest.raises(InputError, match=message):
        lanczos_density(diagonal(VALUES), **asked)
    found = lanczos_density(diagonal(np.arange(5.0)), steps=3, probes=2)
    with pytest.raises(InputError, match="width must be greater than 0"):
        found.density([0.0], width=0.0)

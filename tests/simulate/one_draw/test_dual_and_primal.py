"""The two paths have the definition's distribution, and the comparison sees a wrong one."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy.stats import ks_2samp

from simulate import dual, primal
from simulate.ensemble import Ensemble, ensemble
from tests.support.references import definition
from theory import stream

N, C, n, DRAWS = 14, 4, 42, 400


RANKS = [0, 1, 2, 3, 8, 20]  # outliers, the edge, and the bulk


def draws(path, e: Ensemble, *key):
    """Columns: eigenvalues at RANKS, gradient shares at ranks 0-2 and beyond, ‖g‖²."""
    rows = []
    for i in range(DRAWS):
        eigenvalues, power, norm = path.spectrum(e, rng=stream(11, *key, i))
        share = power / norm**2
        rows.append([*eigenvalues[RANKS], *share[:3], share[3:].sum(), norm**2])
    return np.array(rows)


@cache
def defined(D, groups=None):
    """Draws by the definition, which several tests compare with."""
    return draws(definition, model(D, groups=groups), "definition", D)


def z_scores(a, b):
    return (a.mean(axis=0) - b.mean(axis=0)) / np.hypot(a.std(axis=0), b.std(axis=0)) * DRAWS**0.5


def model(D, *, groups=None, sigma_E=1.0) -> Ensemble:
    rng = stream(10, "model")
    z = rng.standard_normal((N, C))
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    y = rng.integers(C, size=N)
    R = C if groups is None else C * C
    c = rng.standard_normal((R, min(R, D)))
    r = p - np.eye(C)[y]
    groups = y if groups is not None else None
    return ensemble(p, r, Gamma=c @ c.T / 4, sigma_E=sigma_E, D=D, groups=groups)


@pytest.fixture(autouse=True)
def _several_blocks(monkeypatch):
    monkeypatch.setattr(primal, "ROWS", 9)
    monkeypatch.setattr(dual, "COLUMNS", 7)


def agree(a, b):
    assert np.abs(z_scores(a, b)).max() < 4
    for column in (0, 3, 6, 9, 10):
        assert np.asarray(ks_2samp(a[:, column], b[:, column]))[1] > 1e-3


@pytest.mark.parametrize("groups", [None, "cluster"])
@pytest.mark.parametrize("D", [30, n + 3, 120])
def test_paths_agree_in_distribution(D, groups):
    e = model(D, groups=groups)
    a = defined(D, groups)
    for path in (primal, dual):
        agree(a, draws(path, e, "path", D))


@pytest.mark.parametrize("D", [30, 60])
def test_paths_agree_with_curvature(D):
    e = model(D)
    bent = replace(e, sigma_W=0.3)
    a, b = draws(definition, bent, "definition", D), draws(primal, bent, "primal", D)
    agree(a, b)
    weaker = draws(primal, replace(e, sigma_W=0.28), "primal", D)
    assert np.abs(z_scores(a, weaker)).max() > 6


@pytest.mark.parametrize("D", [30, 120])
@pytest.mark.parametrize("shift", [C, -2])  # the means' directions forgotten, or two too few
def test_the_comparison_rejects_wrong_degrees_of_freedom(D, shift, monkeypatch):
    e, bartlett = model(D), dual.bartlett
    a = defined(D)
    monkeypatch.setattr(dual, "bartlett", lambda n, d, *, rng: bartlett(n, d + shift, rng=rng))
    assert np.abs(z_scores(a, draws(dual, e, "path", D))).max() > 6


@pytest.mark.parametrize("D", [30, 60])
def test_the_comparison_rejects_a_wrong_diagonal(D, monkeypatch):
    e, trapezoid = model(D), primal._trapezoid
    a = defined(D)

    def one_less(Z, first, *, freedom, rng):
        trapezoid(Z, first, freedom=freedom, rng=rng)
        Z[np.arange(len(Z)), (first + np.arange(len(Z))).clip(max=Z.shape[1] - 1)] *= 0.9

    monkeypatch.setattr(primal, "_trapezoid", one_less)
    assert np.abs(z_scores(a, draws(primal, e, "path", D))).max() > 6


@pytest.mark.parametrize("D", [30, 120])
@pytest.mark.parametrize("path", [definition, primal, dual])
def test_exact_moments_of_trace_and_gradient(path, D):
    """E Tr G = σ_E² mean tr A + tr Γ Ā and E‖g‖² = (σ_E² Σ r² + ρᵀΓρ)/N², ρ = Σ_μ r^μ."""
    e = model(D)
    A = np.array([np.diag(x) - np.outer(x, x) for x in e.p])
    Gamma, total = e.means @ e.means.T, e.r.sum(axis=0)
    trace = np.trace(A.mean(axis=0)) + np.trace(Gamma @ A.mean(axis=0))
    square = ((e.r**2).sum() + total @ Gamma @ total) / N**2
    rows = []
    for i in range(DRAWS):
        eigenvalues, _, norm = path.spectrum(e, rng=stream(12, i))
        rows.append([eigenvalues.sum(), norm**2])
    drawn = np.array(rows)
    error = drawn.std(axis=0) / DRAWS**0.5
    assert np.abs((drawn.mean(axis=0) - [trace, square]) / error).max() < 4
    without_mean = [trace - np.trace(Gamma @ A.mean(axis=0)), (e.r**2).sum() / N**2]
    assert np.abs((drawn.mean(axis=0) - without_mean) / error).min() > 6


@pytest.mark.parametrize("D", [60, 400])
@pytest.mark.parametrize("path", [definition, primal, dual])
def test_equal_probabilities_have_the_closed_form(path, D):
    """All p = 1/C: λ_out = (θ²+w²n)(θ²+w²D)/(θ²NC), bulk up to w²(√n+√D)²/(NC)."""
    N, C, draws = 60, 4, 60
    n, theta2, w2 = N * (C - 1), N * 1.0, 4 / D
    p = np.full((N, C), 1 / C)
    e = ensemble(p, p - np.eye(C)[0], Gamma=np.eye(C), sigma_E=2.0, D=D)
    drawn = np.array([path.spectrum(e, rng=stream(13, i))[0] for i in range(draws)])
    mean = drawn[:, : C - 1].mean(axis=1)
    closed = (theta2 + w2 * n) * (theta2 + w2 * D) / (theta2 * N * C)
    error = mean.std() / draws**0.5
    bias = closed / n  # next order in 1/n
    assert abs(mean.mean() - closed) < 4 * error + bias
    without_the_rows = (theta2 + w2 * D) / (N * C)
    assert abs(mean.mean() - without_the_rows) > 4 * error + bias
    edge = w2 * (np.sqrt(n) + np.sqrt(D)) ** 2 / (N * C)
    width = edge * min(n, D) ** (-2 / 3)  # Tracy-Widom scale, to a factor of order one
    assert abs(drawn[:, C - 1].mean() - edge) < 3 * width


def separable(D, law, *, K_C=True, T=True) -> Ensemble:
    """Noise K_C ⊗ T with means that lean to the large eigenvalues of T."""
    rng = stream(14, "separable")
    p, y = rng.dirichlet(np.ones(C), size=N), rng.integers(C, size=N)
    eigenvalues = {
        "two large eigenspaces": np.where(np.arange(D) < D // 2, 4.0, 1.0),
        "large and small": np.where(np.arange(D) < 10, 9.0, 1.0),
        "all distinct": (1.0 + np.arange(D)) ** -0.7,
        "some zero": np.maximum(3.0 - np.arange(D) // 8, 0.0),
    }[law]
    factor = rng.standard_normal((C, C))
    means = rng.standard_normal((C, D)) * np.sqrt(eigenvalues / eigenvalues.sum())
    noise = {"T": eigenvalues if T else None, "K_C": factor @ factor.T if K_C else None}
    return ensemble(p, p - np.eye(C)[y], means=means, sigma_E=1.0, D=D, **noise)


LAWS = ["two large eigenspaces", "large and small", "all distinct", "some zero"]


@pytest.mark.parametrize("law", LAWS)
def test_paths_agree_on_separable_noise(law):
    e = separable(100, law)
    a = draws(definition, e, "definition", law)
    for path in (primal, dual):
        agree(a, draws(path, e, "path", law))
    for neighbour in (separable(100, law, K_C=False), separable(100, law, T=False)):
        c = draws(dual, neighbour, "path", law)
        assert np.abs(z_scores(a, c)).max() > 6


@pytest.mark.parametrize("law", LAWS)
def test_exact_moments_under_separable_noise(law):
    """E Tr G = σ_E² mean tr A K_C + tr Γ Ā and E‖g‖² = (σ_E² Σ rᵀK_C r + ρᵀΓρ)/N²."""
    e = separable(100, law)
    assert e.mix is not None
    assert e.means is not None
    K_C, Gamma, total = e.mix @ e.mix, e.means @ e.means.T, e.r.sum(axis=0)
    assert np.trace(K_C) == pytest.approx(C)
    A = np.array([np.diag(x) - np.outer(x, x) for x in e.p]).mean(axis=0)
    trace = np.trace(A @ K_C) + np.trace(Gamma @ A)
    square = (np.einsum("ua,ab,ub->", e.r, K_C, e.r) + total @ Gamma @ total) / N**2
    rows = []
    for i in range(DRAWS):
        eigenvalues, _, norm = dual.spectrum(e, rng=stream(15, i))
        rows.append([eigenvalues.sum(), norm**2])
    drawn = np.array(rows)
    error = drawn.std(axis=0) / DRAWS**0.5
    assert np.abs((drawn.mean(axis=0) - [trace, square]) / error).max() < 4
    isotropic = [np.trace(A + Gamma @ A), ((e.r**2).sum() + total @ Gamma @ total) / N**2]
    assert np.abs((drawn.mean(axis=0) - isotropic) / error).max() > 6

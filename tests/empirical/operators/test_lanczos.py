"""Extreme eigenpairs against dense eigendecompositions, with residuals that tell the truth."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from empirical import networks
from empirical.capture import capture
from empirical.gauss_newton.spectrum import spectrum
from empirical.machine import memory
from empirical.operators import Curvature, Operator
from empirical.operators.lanczos import eigenpairs, orthogonalise
from tests.support.references.explicit_jacobian import random_data
from theory.checks import InputError


def symmetric(values: np.ndarray, dtype: torch.dtype = torch.float64) -> torch.Tensor:
    generator = torch.Generator().manual_seed(3)
    noise = torch.randn(len(values), len(values), dtype=torch.float64, generator=generator)
    Q = torch.linalg.qr(noise)[0]
    A = (Q * torch.from_numpy(values)) @ Q.T
    return ((A + A.T) / 2).to(dtype)


def operator(A: torch.Tensor) -> Operator:
    return Operator(lambda vectors: vectors @ A, len(A), A.dtype)


SPECTRA = {
    "flat": np.linspace(-1, 1, 150),
    "outliers and bulk": np.r_[np.linspace(-0.1, 0.4, 140), np.arange(1.0, 11.0)],
    "graded": np.logspace(0, -12, 150),
    "low rank": np.r_[np.zeros(140), np.linspace(1, 2, 10)],
    "negative": -np.linspace(1, 3, 150),
}


ASKED = [
    {"top": 10},
    {"bottom": 4},
    {"top": 5, "bottom": 3},
    {"top": 6, "block": 4},
]


RESTARTED = [{"top": 3, "bottom": 3, "basis": 14}, {"top": 5, "block": 2, "basis": 12}]


CASES = [(name, asked) for name in SPECTRA for asked in ASKED if name != "graded"]


CASES += [("graded", asked) for asked in ASKED if "bottom" not in asked]


CASES += [(name, asked) for name in ("flat", "outliers and bulk") for asked in RESTARTED]


@pytest.mark.parametrize(("name", "asked"), CASES)
def test_pairs_are_those_of_the_dense_matrix(name, asked):
    A = symmetric(SPECTRA[name])
    exact = torch.linalg.eigvalsh(A).flip(0)
    found = eigenpairs(operator(A), tolerance=1e-9, products=3000, **asked)
    top, bottom = asked.get("top", 0), asked.get("bottom", 0)
    expected = torch.cat([exact[:top], exact[len(exact) - bottom :]])
    assert bool(found.converged.all())
    torch.testing.assert_close(found.values, expected, rtol=0, atol=1e-9)
    each = (found.vectors @ A - found.values[:, None] * found.vectors).norm(dim=1)
    rounding = 2.3e-16 * float(exact.abs().max()) * len(A) ** 0.5  # of a product with A
    torch.testing.assert_close(found.residuals, each, rtol=1e-6, atol=rounding)
    overlap = found.vectors @ found.vectors.T
    torch.testing.assert_close(overlap, torch.eye(top + bottom, dtype=A.dtype), atol=1e-9, rtol=0)


def test_all_eigenvalues_with_their_multiplicities():
    """An invariant subspace ends the Krylov space: fresh directions bring the other copies."""
    values = np.repeat([3.0, 1.0, -2.0], [4, 5, 6])
    found = eigenpairs(operator(symmetric(values)), top=15)
    np.testing.assert_allclose(found.values, values, atol=1e-12)
    found = eigenpairs(operator(symmetric(np.r_[values, np.zeros(100)])), top=4, block=4)
    np.testing.assert_allclose(found.values, 3, atol=1e-10)
    zero = eigenpairs(Operator(torch.zeros_like, 50), top=2, bottom=1)
    assert zero.values.tolist() == [0, 0, 0]
    assert bool(zero.converged.all())


def test_without_reorthogonalisation_ghosts_would_come():
    """Plain Lanczos finds the largest eigenvalue several times; here each comes once."""
    values = np.r_[np.linspace(0, 1, 148), 5, 9]
    A = symmetric(values, torch.float32)
    q, q_old, beta = torch.ones(150), torch.zeros(150), 0.0
    diagonal, off = [], []
    q /= q.norm()
    for _ in range(60):
        w = A @ q - beta * q_old
        diagonal.append(float(w @ q))
        w -= diagonal[-1] * q
        beta = float(w.norm())
        off.append(beta)
        q_old, q = q, w / beta
    ghosts = np.linalg.eigvalsh(np.diag(diagonal) + np.diag(off[:-1], 1) + np.diag(off[:-1], -1))
    assert (ghosts > 8.9).sum() > 1
    found = eigenpairs(operator(A), top=60, tolerance=1e-4)
    assert (found.values > 8.9).sum() == 1


def test_what_has_not_converged_is_flagged():
    A = symmetric(SPECTRA["flat"])
    found = eigenpairs(operator(A), top=10, tolerance=1e-10, products=25)
    assert found.products <= 25
    assert not bool(found.converged.all())
    each = (found.vectors @ A - found.values[:, None] * found.vectors).norm(dim=1)
    torch.testing.assert_close(found.residuals, each, rtol=1e-6, atol=1e-12)
    exact = torch.linalg.eigvalsh(A)
    nearest = (found.values[:, None] - exact).abs().min(dim=1).values
    assert bool((nearest <= found.residuals + 1e-12).all())


def test_an_asymmetric_operator_is_not_called_converged():
    A = symmetric(SPECTRA["outliers and bulk"])
    A[0] += 0.5
    found = eigenpairs(operator(A), top=3, tolerance=1e-6, products=200)
    assert not bool(found.converged.any())


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_curvature_of_a_network_against_its_exact_spectrum(dtype):
    data, network = random_data(40), networks.mlp((5, 12, 4), seed=0)
    exact = spectrum(capture(network, data)).eigenvalues[:5]
    curvature = Curvature(network, data, dtype=dtype)
    found = eigenpairs(curvature.G, top=5, tolerance=1e-5)
    assert found.values.dtype == torch.float64
    error = (found.values - exact).abs().max() / exact[0]
    assert error < (1e-9 if dtype is torch.float64 else 1e-6)
    H = curvature.H(torch.eye(curvature.D, dtype=dtype)).double()
    dense = torch.linalg.eigvalsh((H + H.T) / 2)
    ends = eigenpairs(curvature.H, top=4, bottom=4, tolerance=1e-5, products=3000)
    expected = torch.cat([dense[-4:].flip(0), dense[:4].flip(0)])
    assert bool(ends.converged.all())
    assert (ends.values - expected).abs().max() < 1e-6 * dense[-1]


def test_the_same_seed_gives_the_same_bits_and_progress_counts_products():
    A = operator(symmetric(SPECTRA["graded"]))
    seen: list[int] = []
    first = eigenpairs(A, top=3, block=2, progress=seen.append)
    again = eigenpairs(A, top=3, block=2)
    assert torch.equal(first.vectors, again.vectors)
    assert sum(seen) == first.products
    assert not torch.equal(first.vectors, eigenpairs(A, top=3, block=2, seed=1).vectors)


def test_projection_leaves_nothing_of_the_basis():
    generator = torch.Generator().manual_seed(0)
    basis = torch.linalg.qr(torch.randn(200, 20, generator=generator))[0].T
    inside = torch.randn(3, 20, generator=generator) @ basis
    rows = inside + 1e-5 * torch.randn(3, 200, generator=generator)
    rest, within = orthogonalise(rows, basis)
    assert (rest @ basis.T).abs().max() < 1e-6 * rest.norm()
    torch.testing.assert_close(within @ basis + rest, rows, rtol=0, atol=1e-5)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({}, r"top \+ bottom must lie in 1\.\.150, got 0 \+ 0"),
        ({"top": 100, "bottom": 51}, r"top \+ bottom must lie in 1\.\.150, got 100 \+ 51"),
        ({"top": -1}, "top must be at least 0, got -1"),
        ({"top": 3, "block": 0}, "block must be at least 1, got 0"),
        ({"top": 3, "basis": 4}, "basis must be at least 5, got 4"),
        ({"top": 3, "tolerance": 0.0}, "tolerance must be greater than 0"),
        ({"top": 3, "products": 2}, "products must be at least 3, got 2"),
        ({"top": 3, "seed": -1}, "seed must be at least 0, got -1"),
    ],
)
def test_bad_requests_are_refused(asked, message):
    with pytest.raises(InputError, match=message):
        eigenpairs(operator(symmetric(SPECTRA["flat"])), **asked)


def test_a_basis_that_does_not_fit_in_memory_is_refused_before_any_product(monkeypatch):
    monkeypatch.setattr(memory, "bound", lambda memory, device: 1000)

    def never(vectors):
        raise AssertionError

    with pytest.raises(InputError, match="a basis of 26 vectors and their images"):
        eigenpairs(Operator(never, D=10**9), top=3)

"""Random subspaces, and what a cut says."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from empirical.cuts.hyperplane import Cut, directions


@pytest.mark.parametrize("basis", ["dense", "sparse"])
def test_smaller_subspaces_are_nested(basis):
    large = directions(400, d=12, basis=basis, seed=3).to_dense()
    part = directions(400, d=5, basis=basis, seed=3).to_dense()
    inside = torch.linalg.lstsq(large[:5].T, part.T).solution
    assert torch.allclose(large[:5].T @ inside, part.T, atol=1e-12)
    assert torch.allclose(large.norm(dim=1), torch.ones(12, dtype=torch.float64))
    assert not torch.allclose(part, directions(400, d=5, basis=basis, seed=4).to_dense())


def test_dense_rows_are_orthonormal_and_sparse_rows_hold_few_signs():
    dense = directions(300, d=20, seed=0)
    assert torch.allclose(dense @ dense.T, torch.eye(20, dtype=torch.float64), atol=1e-12)
    D, d = 10_000, 60
    sparse = directions(D, d=d, basis="sparse", seed=0)
    rows = sparse.to_dense()
    counts = (rows != 0).sum(1)
    assert torch.allclose(rows.abs().amax(1), counts.double().rsqrt())
    expected, error = d * D**0.5, (d * D**0.5) ** 0.5
    assert abs(sparse.values().numel() - expected) < 4 * error
    assert abs(int(torch.sign(sparse.values()).sum())) < 4 * error
    cosines = (rows @ rows.T).triu(1)
    assert float(cosines.square().sum() / (d * (d - 1) / 2)) == pytest.approx(1 / D, rel=0.2)


def test_a_sparse_row_is_never_empty():
    assert (directions(2, d=2, basis="sparse", seed=1).to_dense().norm(dim=1) > 0).all()


def test_traces_of_random_cuts_are_those_of_uniform_subspaces():
    D, d, draws = 40, 6, 400
    H = torch.diag(torch.linspace(-1, 3, D, dtype=torch.float64) ** 3)
    t1, t2 = float(H.trace()), float(H.square().sum())
    found = [M @ H @ M.T for M in (directions(D, d=d, seed=s) for s in range(draws))]
    traces = np.array([float(cut.trace()) for cut in found])
    squares = np.array([float(cut.square().sum()) for cut in found])
    b = d * (D - d) / (D * (D - 1) * (D + 2))  # E P⊗P = a I⊗I + b (the two exchanges)
    a = d / D - b * (D + 1)
    expected = (a + b) * t2 + b * t1**2
    assert abs(traces.mean() - d / D * t1) < 4 * traces.std() / draws**0.5
    assert abs(squares.mean() - expected) < 4 * squares.std() / draws**0.5
    neighbour = d * (d + 1) / D**2 * t2  # Gaussian directions without the trace's part
    assert abs(squares.mean() - neighbour) > 4 * squares.std() / draws**0.5


def test_convexity_positive_and_dominance_of_known_matrices():
    eye = torch.eye(4, dtype=torch.float64)
    assert Cut(eye, 0.5 * eye).convexity == 2
    assert Cut(eye, -2 * eye).convexity == -2
    assert Cut(eye, 0 * eye, bend=-1.0).positive == 0
    assert Cut(3 * eye, eye).dominance == pytest.approx(3)
    assert Cut(torch.diag(torch.tensor([1.0, 2.0, 0.1, 5.0])), -eye).positive == 0.5

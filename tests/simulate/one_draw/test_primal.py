"""Draws in the space of the weights."""

import tracemalloc

import numpy as np
import pytest

from simulate import dual, primal
from simulate.ensemble import ensemble
from theory import stream

pytestmark = pytest.mark.kernels


def test_curvature_is_a_goe_matrix_of_the_given_radius():
    p = np.full((30, 3), 1 / 3)
    r = p - np.eye(3)[np.arange(30) % 3]
    model = {"Gamma": np.eye(3), "sigma_E": 0.5, "D": 400}
    e = ensemble(p, r, sigma_H=0.7, **model)
    s = 0.7 * np.sqrt(2 / 3)  # every ‖r‖² is (2/3)² + 2/9
    W = primal.curvature(e, rng=stream(5))
    np.testing.assert_array_equal(np.triu(W, 1), 0)
    assert W.diagonal().var() * 400 / s**2 == pytest.approx(2, rel=5 * np.sqrt(2 / 400))
    off = W[np.tril_indices(400, -1)]
    assert off.var() * 400 / s**2 == pytest.approx(1, rel=5 * np.sqrt(2 / len(off)))
    values = np.linalg.eigvalsh(W)
    assert values[-1] == pytest.approx(2 * s, rel=0.05)
    assert np.mean(np.abs(values) < s) == pytest.approx(1 / 3 + np.sqrt(3) / 2 / np.pi, abs=0.01)


@pytest.mark.parametrize("separable", [False, True])
@pytest.mark.parametrize("D", [3, 20, 60])
def test_the_draw_is_the_hessian_of_its_rows(D, separable, monkeypatch):
    """H and g against the same numbers put through the definition with an explicit J."""
    monkeypatch.setattr(primal, "ROWS", 6)
    rng = stream(3, "explicit")
    N, C = 7, 3
    p = rng.dirichlet(np.ones(C), size=N)
    r = p - np.eye(C)[rng.integers(C, size=N)]
    noise = {}
    if separable:
        noise = {"K_C": np.diag([1.0, 2, 3]), "T": np.where(np.arange(D) < D // 2, 2.0, 1.0)}
    e = ensemble(p, r, means=rng.standard_normal((C, D)), sigma_E=0.7, D=D, **noise)
    blocks = []
    add_gram = primal._lapack.add_gram

    def spy(rows, out):
        blocks.append(np.pad(rows, ((0, 0), (0, D - rows.shape[1]))))
        add_gram(rows, out)

    monkeypatch.setattr(primal._lapack, "add_gram", spy)
    H, g = primal.draw(e, rng=stream(4))
    X = np.concatenate(blocks)
    S, Q = dual.roots(p) / np.sqrt(N), dual.contrasts(C)
    J = np.linalg.solve(S.transpose(0, 2, 1), X.reshape(N, C - 1, D))
    np.testing.assert_allclose(g, np.einsum("ua,uad->d", r @ Q, J) / N, atol=1e-12)
    np.testing.assert_allclose(np.tril(H), np.tril(X.T @ X), atol=1e-14)


def test_memory_is_one_matrix_of_weight_space_at_any_N():
    peaks = []
    for N in (300, 1200):
        p = stream(5).dirichlet(np.ones(10), size=N)
        e = ensemble(p, p - np.eye(10)[0], Gamma=np.eye(10), sigma_E=0.7, D=400)
        primal.draw(e, rng=stream(6))
        tracemalloc.start()
        primal.draw(e, rng=stream(6))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    matrix, given = 8 * 400**2, 8 * 1200 * 10 * 30
    assert peaks[1] - peaks[0] < given
    assert peaks[0] < 4 * matrix + given

"""Draws in the space of the examples."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from simulate import dual
from simulate.ensemble import ensemble
from theory import stream

pytestmark = pytest.mark.kernels


@pytest.mark.parametrize("C", [2, 3, 10])
def test_contrasts_are_an_orthonormal_basis_of_the_complement_of_one(C):
    Q = dual.contrasts(C)
    np.testing.assert_allclose(Q.T @ Q, np.eye(C - 1), atol=1e-15)
    np.testing.assert_allclose(Q.sum(axis=0), 0, atol=1e-15)
    np.testing.assert_array_equal(np.triu(Q, 1), 0)


@settings(deadline=None, max_examples=30)
@given(
    p=st.integers(2, 6).flatmap(
        lambda C: arrays(float, (3, C), elements=st.sampled_from([0, 1e-300, 1e-20, 1e-3, 0.3, 1]))
    )
)
def test_roots_square_to_the_softmax_blocks(p):
    p[p.sum(axis=1) == 0, 0] = 1
    p /= p.sum(axis=1, keepdims=True)
    S, Q = dual.roots(p), dual.contrasts(p.shape[1])
    np.testing.assert_array_equal(np.triu(S, 1), 0)
    A = np.array([np.diag(x) - np.outer(x, x) for x in p])
    np.testing.assert_allclose(Q @ S @ S.transpose(0, 2, 1) @ Q.T, A, atol=1e-15)


def test_roots_of_outputs_frozen_but_for_subnormal_numbers():
    """No overflow: what is divided by the rest of the stick is a part of it."""
    p = np.array([[1.0, 5e-324, 0.0], [1 - 1e-16, 1e-16, 5e-324], [1e-320, 1.0, 1e-320]])
    S, Q = dual.roots(p), dual.contrasts(3)
    A = p[:, :, None] * np.eye(3) - p[:, :, None] * p[:, None, :]
    np.testing.assert_allclose(Q @ S @ S.transpose(0, 2, 1) @ Q.T, A, atol=1e-15)


def test_roots_keep_tiny_probabilities():
    p = np.array([[1e-200, 1e-100, 1 - 1e-100], [1 - 1e-100, 1e-100, 1e-200]])
    S, Q = dual.roots(p), dual.contrasts(3)
    diagonal = ((Q @ S) ** 2).sum(axis=-1)
    np.testing.assert_allclose(diagonal[0], [1e-200, 1e-100, 1e-100], rtol=1e-12)
    np.testing.assert_allclose(diagonal[1, :2], 1e-100, rtol=1e-12)


@pytest.mark.parametrize(("n", "d"), [(6, 50), (6, 6), (6, 5), (6, 2), (6, 0)])
def test_bartlett_has_the_moments_of_a_wishart_matrix(n, d):
    rng = stream(0, "bartlett")
    W = np.array([T.T @ T for T in (dual.bartlett(n, d, rng=rng) for _ in range(3000))])
    np.testing.assert_allclose(W.mean(axis=0), d * np.eye(n), atol=5 * np.sqrt(2 * d / 3000))
    np.testing.assert_allclose(W.var(axis=0), d * (1 + np.eye(n)), rtol=0.25)
    assert np.linalg.matrix_rank(W[0]) == min(n, d)
    if d:
        smallest = np.linalg.eigvalsh(W)[:, max(n - d, 0)]
        rows = rng.standard_normal((3000, n, d))
        stored = np.linalg.eigvalsh(rows @ rows.transpose(0, 2, 1))[:, max(n - d, 0)]
        error = np.hypot(smallest.std(), stored.std()) / np.sqrt(3000)
        assert abs(smallest.mean() - stored.mean()) < 4 * error


@pytest.mark.parametrize("sigma_z", [0.5, 4.0])
def test_power_agrees_with_all_eigenvectors(sigma_z):
    rng = stream(1, "power")
    z = sigma_z * rng.standard_normal((60, 10))
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    r = p - np.eye(10)[rng.integers(10, size=60)]
    e = ensemble(p, r, Gamma=np.eye(10), sigma_E=0.7, D=10**6)
    s = dual.draw(e, rng=stream(2))
    values, u = np.linalg.eigh(s.K)
    expected = ((s.h @ u) ** 2 / values)[::-1] / s.pull**2
    eigenvalues, power, norm = dual.spectrum(e, rng=stream(2))
    np.testing.assert_allclose(eigenvalues, values[::-1], rtol=1e-6, atol=1e-14 * values[-1])
    np.testing.assert_allclose(power / norm**2, expected, atol=1e-10)
    assert power.sum() / norm**2 == pytest.approx(1, abs=1e-9)


def test_the_draw_is_a_gram_matrix_of_stored_rows():
    """K and h against the same numbers put through the definition with an explicit J."""
    rng = stream(3, "explicit")
    N, C, D = 7, 3, 40
    p = rng.dirichlet(np.ones(C), size=N)
    r = p - np.eye(C)[rng.integers(C, size=N)]
    c = rng.standard_normal((C, C))
    e = ensemble(p, r, Gamma=c @ c.T, sigma_E=0.7, D=D)
    s = dual.draw(e, rng=stream(4))

    replay, n, Q, scale = stream(4), N * (C - 1), dual.contrasts(C), 0.7 / np.sqrt(D)
    far = scale * dual.bartlett(n, D - C, rng=replay).T
    near = scale * replay.standard_normal((N, C - 1, C)) + Q.T @ e.means[e.rows]
    J = Q @ np.concatenate([near, far.reshape(N, C - 1, n)], axis=2)
    A = np.array([np.diag(x) - np.outer(x, x) for x in p])
    G = np.einsum("uka,ukl,ulb->ab", J, A, J) / N
    pull = np.einsum("uka,uk->a", J, r)
    K = np.tril(s.K) + np.tril(s.K, -1).T
    np.testing.assert_allclose(np.linalg.eigvalsh(K), np.linalg.eigvalsh(G)[-n:], atol=1e-13)
    np.testing.assert_allclose(s.pull, np.linalg.norm(pull))
    np.testing.assert_allclose(s.h @ s.h, pull @ G @ pull, rtol=1e-12)

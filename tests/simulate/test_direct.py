import numpy as np
import pytest

from simulate import direct
from simulate.ensemble import ensemble
from theory import stream


def small(*, D=30, groups=None):
    rng = stream(0, "small")
    p = rng.dirichlet(np.ones(4), size=9)
    r = p - np.eye(4)[rng.integers(4, size=9)]
    R = 4 if groups is None else 16
    c = rng.standard_normal((R, min(R, D)))
    return ensemble(p, r, Gamma=c @ c.T, sigma_E=0.7, D=D, groups=groups), c @ c.T


def test_fold_and_gradient_are_the_definitions():
    e, _ = small()
    J = direct.logit_gradients(e, rng=stream(1))
    G, g = np.zeros((30, 30)), np.zeros(30)
    for p, r, rows in zip(e.p, e.r, J, strict=True):
        G += rows.T @ (np.diag(p) - np.outer(p, p)) @ rows / 9
        g += rows.T @ r / 9
    np.testing.assert_allclose(direct.gradient(e, J), g, atol=1e-14)
    X = direct.fold(e, J)
    np.testing.assert_allclose(X.T @ X / 9, G, atol=1e-14)


def test_spectrum_is_eigh_of_the_definition():
    e, _ = small(D=12)
    J = direct.logit_gradients(e, rng=stream(1))
    g = direct.gradient(e, J)
    A = np.array([np.diag(p) - np.outer(p, p) for p in e.p])
    values, v = np.linalg.eigh(np.einsum("uka,ukl,ulb->ab", J, A, J) / 9)
    eigenvalues, power, norm = direct.spectrum(e, rng=stream(1))
    np.testing.assert_allclose(eigenvalues, values[::-1], rtol=1e-10)
    np.testing.assert_allclose(power, ((g @ v) ** 2)[::-1], atol=1e-13)
    np.testing.assert_allclose(norm, np.linalg.norm(g))


def test_means_have_the_given_gram_matrix():
    groups = np.arange(9) % 4
    for level in (None, groups):
        e, Gamma = small(groups=level)
        quiet = ensemble(e.p, e.r, Gamma=Gamma, sigma_E=0.0, D=30, groups=level)
        J = direct.logit_gradients(quiet, rng=stream(2))
        index = np.tile(np.arange(4), (9, 1))
        if level is not None:
            index = index + 4 * groups[:, None]
        inner = np.einsum("uka,vla->ukvl", J, J)
        np.testing.assert_allclose(
            inner, Gamma[index[:, :, None, None], index[None, None]], atol=1e-12
        )


def test_noise_has_the_given_length():
    rng = stream(3)
    p = np.full((50, 4), 0.25)
    e = ensemble(p, p * 0, Gamma=np.zeros((4, 4)), sigma_E=0.7, D=200)
    length = (direct.logit_gradients(e, rng=rng) ** 2).sum(axis=-1)
    assert abs(length.mean() / 0.49 - 1) < 4 * np.sqrt(2 / 200 / 200)


def test_separable_noise_has_the_given_covariance():
    K_C = np.array([[2.0, 0.5, 0], [0.5, 1, 0.2], [0, 0.2, 1]])
    p = np.full((20_000, 3), 1 / 3)
    T = np.array([3.0, 1, 1, 1, 1, 0.5])
    e = ensemble(p, p * 0, means=np.zeros((3, 6)), sigma_E=0.7, D=6, K_C=K_C, T=T)
    J = direct.logit_gradients(e, rng=stream(4))
    weights = T[[0, 5, 1, 2, 3, 4]] * 0.49 / 7.5  # small eigenspaces come first
    expected = np.kron(K_C * 3 / 4, np.diag(weights))
    rows = J.reshape(20_000, 18)
    error = np.sqrt(2 / 20_000) * expected.diagonal().max()
    np.testing.assert_allclose(rows.T @ rows / 20_000, expected, atol=5 * error)


def test_curvature_is_a_goe_matrix_of_the_given_radius():
    p = np.full((30, 3), 1 / 3)
    r = p - np.eye(3)[np.arange(30) % 3]
    model = {"Gamma": np.eye(3), "sigma_E": 0.5, "D": 400}
    e = ensemble(p, r, sigma_H=0.7, **model)
    s = 0.7 * np.sqrt(2 / 3)  # every ‖r‖² is (2/3)² + 2/9
    W = direct.curvature(e, rng=stream(5))
    np.testing.assert_array_equal(np.triu(W, 1), 0)
    assert W.diagonal().var() * 400 / s**2 == pytest.approx(2, rel=5 * np.sqrt(2 / 400))
    off = W[np.tril_indices(400, -1)]
    assert off.var() * 400 / s**2 == pytest.approx(1, rel=5 * np.sqrt(2 / len(off)))
    values = np.linalg.eigvalsh(W)
    assert values[-1] == pytest.approx(2 * s, rel=0.05)
    assert np.mean(np.abs(values) < s) == pytest.approx(1 / 3 + np.sqrt(3) / 2 / np.pi, abs=0.01)


def test_the_hessian_is_the_sum_of_its_two_terms():
    p = stream(6).dirichlet(np.ones(3), size=8)
    r = p - np.eye(3)[np.arange(8) % 3]
    model = {"Gamma": np.eye(3), "sigma_E": 0.5, "D": 20}
    H, g = direct.hessian(ensemble(p, r, sigma_H=0.7, **model), rng=stream(7))
    G, same = direct.hessian(ensemble(p, r, **model), rng=stream(7))
    np.testing.assert_array_equal(g, same)
    rng = stream(7)
    rng.standard_normal((8, 3, 20))
    W = direct.curvature(ensemble(p, r, sigma_H=0.7, **model), rng=rng)
    np.testing.assert_allclose(np.tril(H), np.tril(G + W), atol=1e-15)

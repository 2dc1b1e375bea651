"""The definition of a draw, with every row stored, against the formulas."""

import numpy as np

from simulate.ensemble import ensemble
from tests.support.references import definition
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
    J = definition.logit_gradients(e, rng=stream(1))
    G, g = np.zeros((30, 30)), np.zeros(30)
    for p, r, rows in zip(e.p, e.r, J, strict=True):
        G += rows.T @ (np.diag(p) - np.outer(p, p)) @ rows / 9
        g += rows.T @ r / 9
    np.testing.assert_allclose(definition.gradient(e, J), g, atol=1e-14)
    X = definition.fold(e, J)
    np.testing.assert_allclose(X.T @ X / 9, G, atol=1e-14)


def test_spectrum_is_eigh_of_the_definition():
    e, _ = small(D=12)
    J = definition.logit_gradients(e, rng=stream(1))
    g = definition.gradient(e, J)
    A = np.array([np.diag(p) - np.outer(p, p) for p in e.p])
    values, v = np.linalg.eigh(np.einsum("uka,ukl,ulb->ab", J, A, J) / 9)
    eigenvalues, power, norm = definition.spectrum(e, rng=stream(1))
    np.testing.assert_allclose(eigenvalues, values[::-1], rtol=1e-10)
    np.testing.assert_allclose(power, ((g @ v) ** 2)[::-1], atol=1e-13)
    np.testing.assert_allclose(norm, np.linalg.norm(g))


def test_means_have_the_given_gram_matrix():
    groups = np.arange(9) % 4
    for level in (None, groups):
        e, Gamma = small(groups=level)
        quiet = ensemble(e.p, e.r, Gamma=Gamma, sigma_E=0.0, D=30, groups=level)
        J = definition.logit_gradients(quiet, rng=stream(2))
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
    length = (definition.logit_gradients(e, rng=rng) ** 2).sum(axis=-1)
    assert abs(length.mean() / 0.49 - 1) < 4 * np.sqrt(2 / 200 / 200)


def test_separable_noise_has_the_given_covariance():
    K_C = np.array([[2.0, 0.5, 0], [0.5, 1, 0.2], [0, 0.2, 1]])
    p = np.full((20_000, 3), 1 / 3)
    T = np.array([3.0, 1, 1, 1, 1, 0.5])
    e = ensemble(p, p * 0, means=np.zeros((3, 6)), sigma_E=0.7, D=6, K_C=K_C, T=T)
    J = definition.logit_gradients(e, rng=stream(4))
    weights = T[[0, 5, 1, 2, 3, 4]] * 0.49 / 7.5  # small eigenspaces come first
    expected = np.kron(K_C * 3 / 4, np.diag(weights))
    rows = J.reshape(20_000, 18)
    error = np.sqrt(2 / 20_000) * expected.diagonal().max()
    np.testing.assert_allclose(rows.T @ rows / 20_000, expected, atol=5 * error)

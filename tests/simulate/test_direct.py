import numpy as np

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

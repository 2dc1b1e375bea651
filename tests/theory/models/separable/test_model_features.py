"""Means that are linear in features of the outputs: limits, invariants, sampling."""

import numpy as np
import pytest

from tests.support.draws.sampling import gradient, hessian, labels
from theory import InputError
from theory.models import Separable

N, C, D, DRAWS = 80, 4, 300, 40
T = np.arange(1, D + 1.0) ** -0.7
T /= T.sum()
K_C = np.array(
    [[1.6, 0.5, -0.3, 0.2], [0.5, 1, 0.2, -0.3], [-0.3, 0.2, 0.9, 0.1], [0.2, -0.3, 0.1, 0.5]]
)


def outputs(seed):
    rng = np.random.default_rng(seed)
    y, p = labels(rng, 1.5 * rng.standard_normal((N, C)), law="calibrated")
    return rng, y, p


def scores(p):
    """Centred log outputs."""
    z = np.log(p)
    return z - z.mean(axis=1, keepdims=True)


def seen(model, r):
    """Everything that is asked of a model."""
    low, high = model.edges[0]
    x = np.linspace(low, high, 7)[1:-1]
    return {
        "outliers": model.outliers,
        "overlaps": model.overlaps,
        "spread": model.spread.std,
        "power": model.power(r).outliers,
        "power density": model.power_density(x, r),
        "density": model.density(x),
        "eigenvalues": model.eigenvalues,
        "moments": np.array([model.trace, model.frobenius, model.power(r).norm]),
    }


def assert_same(one, other, rtol):
    for name, value in one.items():
        np.testing.assert_allclose(other[name], value, rtol=rtol, err_msg=name)


def test_classes_as_features_are_groups():
    rng, y, p = outputs(0)
    onehot = np.eye(C)[y]
    own = {
        "means": rng.standard_normal((C * C, D)) * np.sqrt(T),
        "T": T,
        "K_C": K_C,
        "sigma_E": 1.0,
    }
    expected = seen(Separable(p, groups=y, **own), p - onehot)
    assert_same(expected, seen(Separable(p, features=onehot, **own), p - onehot), 1e-7)


def test_a_feature_of_one_is_none():
    rng, y, p = outputs(1)
    own = {"means": rng.standard_normal((C, D)) * np.sqrt(T), "T": T, "K_C": K_C, "sigma_E": 1.0}
    r = p - np.eye(C)[y]
    assert_same(
        seen(Separable(p, **own), r), seen(Separable(p, features=np.ones((N, 1)), **own), r), 1e-9
    )


def test_features_may_be_taken_in_any_basis():
    """``φ → φB``, ``c → B⁻¹c`` leaves the means as they are."""
    rng, y, p = outputs(2)
    phi = np.column_stack([np.ones(N), scores(p)[:, :2]])
    c = rng.standard_normal((C, 3, C, D)) * np.sqrt(T) * np.array([1, 0.5, 0.5])[:, None, None]
    B = rng.standard_normal((3, 3))
    turned = np.einsum("ab,ybkd->yakd", np.linalg.inv(B), c)
    own = {"groups": y, "T": T, "K_C": K_C, "sigma_E": 1.0}
    one = Separable(p, means=c.reshape(-1, D), features=phi, **own)
    other = Separable(p, means=turned.reshape(-1, D), features=phi @ B, **own)
    assert_same(seen(one, p - np.eye(C)[y]), seen(other, p - np.eye(C)[y]), 1e-6)


@pytest.fixture(scope="module")
def drawn():
    """Means that move with the logits, and draws of the three outliers and the gradient's power."""
    rng, y, p = outputs(3)
    features = np.column_stack([np.eye(C)[y], scores(p)])
    c = rng.standard_normal((2 * C, C, D)) * np.sqrt(T) * np.repeat([1.2, 0.6], C)[:, None, None]
    root = np.linalg.cholesky(K_C * C / np.trace(K_C))
    r = p - np.eye(C)[y]
    rows = []
    for _ in range(DRAWS):
        noise = np.einsum("kl,mld->mkd", root, rng.standard_normal((N, C, D))) * np.sqrt(T)
        J = np.einsum("na,akd->nkd", features, c) + noise
        g = gradient(J, r)
        values, vectors = np.linalg.eigh(hessian(J, p))
        power = (vectors.T @ g) ** 2 / (g @ g)
        top = [*values[-3:][::-1], *power[-3:][::-1]]
        rows.append([*top, g @ g, values.sum(), np.sum(values**2)])
    model = {"means": c.reshape(-1, D), "features": features, "T": T, "K_C": K_C, "sigma_E": 1.0}
    return y, p, model, np.array(rows)


def deviations(rows, expected, *, bias, atol=0.0):
    """In units of 4 standard errors and a bias of order 1/D_eff."""
    error = rows.std(axis=0, ddof=1) / np.sqrt(DRAWS)
    return np.abs(rows.mean(axis=0) - expected) / (4 * error + bias * np.abs(expected) + atol)


def test_outliers_shares_and_moments_against_sampling(drawn):
    y, p, parameters, rows = drawn
    model = Separable(p, **parameters)
    power = model.power(p - np.eye(C)[y])
    assert len(model.outliers) >= 3
    assert deviations(rows[:, :3], model.outliers[:3], bias=0.01).max() < 1
    assert deviations(rows[:, 3:6], power.outliers[:3], bias=0.02, atol=0.01).max() < 1
    exact = [power.norm**2, model.trace, model.frobenius**2]
    assert deviations(rows[:, 6:], exact, bias=0.0).max() < 1


def test_means_that_do_not_move_are_rejected(drawn):
    """Those of each class at its mean features, the rest of them counted as noise."""
    y, p, parameters, rows = drawn
    onehot, c = np.eye(C)[y], parameters["means"].reshape(2 * C, C, D)
    at = onehot.T @ parameters["features"] / onehot.sum(axis=0)[:, None]
    still = np.einsum("ya,akd->ykd", at, c).reshape(-1, D)
    moved = np.einsum("na,akd->nkd", parameters["features"] - onehot @ at, c)
    sigma_E = np.sqrt(1 + np.sum(moved**2) / (N * C))
    wrong = Separable(p, means=still, groups=y, T=T, K_C=K_C, sigma_E=sigma_E)
    assert deviations(rows[:, :3], wrong.outliers[:3], bias=0.01).max() > 2


def test_features_of_another_sample_are_refused():
    _, _, p = outputs(4)
    with pytest.raises(InputError, match="features must have 80 rows, as p, got 79"):
        Separable(p, features=np.ones((79, 1)), means=np.zeros((C, D)), sigma_E=1, T=T)

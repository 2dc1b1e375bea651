"""The gradient's power on the outliers, given the softmax outputs: limits, sampling, invariants."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.linalg import eigsh

from tests.support.draws.sampling import (
    dual,
    gradient,
    hessian,
    labels,
    logit_gradients,
    means,
    outputs,
)
from theory import InputError
from theory.gradient import power

LAWS = ["uniform", "balanced", "calibrated", "margin"]


def residuals(p, y):
    r = p.copy()
    r[np.arange(len(y)), y] -= 1
    return r


def draw(rng, *, N, C, sigma_z, law):
    y, p = labels(rng, sigma_z * rng.standard_normal((N, C)), law=law, margin=1.0)
    return p, residuals(p, y)


def sampled_shares(J, p, r, k):
    """Share of ‖g‖² on each of the top k eigenvectors, descending."""
    values, vectors = eigsh(hessian(J, p), k)
    g = gradient(J, r)
    return (vectors[:, np.argsort(values)[::-1]].T @ g) ** 2 / (g @ g)


@pytest.fixture(scope="module")
def fort_ganguli_draws():
    """Shares on nine outliers at N=300, C=10, D=1000: sampled, predicted, at two wrong scales."""
    rows = []
    for sigma_z in (0.5, 1.0, 2.0, 4.0):
        for seed in range(3):
            rng = np.random.default_rng([seed, int(10 * sigma_z)])
            p, r = draw(rng, N=300, C=10, sigma_z=sigma_z, law="uniform")
            c = means(rng, R=10, D=1000)
            J = logit_gradients(rng, c, sigma_E=0.7, N=300)
            options = {"sigma_E": 0.7, "D": 1000}
            predicted = power(p, r, Gamma=c @ c.T, **options).outliers.sum()
            per_logit = power(p, r, Gamma=c @ c.T, sigma_E=0.7 / np.sqrt(10), D=1000)
            half = power(p, r, Gamma=c @ c.T / 2, **options)
            sampled = sampled_shares(J, p, r, 9).sum()
            rows.append((sampled, predicted, per_logit.outliers.sum(), half.outliers.sum()))
    return np.array(rows).T


def test_share_given_the_gram_of_a_draw(fort_ganguli_draws):
    sampled, predicted, *wrong = fort_ganguli_draws
    error = np.abs(sampled - predicted)
    assert error.mean() < 0.02
    assert error.max() < 0.06
    standard_error = np.std(sampled - predicted) / np.sqrt(len(sampled))
    assert abs(np.mean(sampled - predicted)) < 4 * standard_error
    for neighbour in wrong:
        assert abs(np.mean(sampled - neighbour)) > 8 * standard_error


@pytest.mark.parametrize("law", LAWS)
def test_each_outlier_under_each_label_law(law):
    """Mean over the noise at fixed means: within z = 4 and a bias of 0.01, of order 1/N."""
    rng = np.random.default_rng(LAWS.index(law))
    N, C, D = 60, 4, 400
    p, r = draw(rng, N=N, C=C, sigma_z=1.5, law=law)
    c = means(rng, R=C, D=D) * np.array([[0.5], [0.8], [1.3], [2.0]])
    shares, values, norms = [], [], []
    for _ in range(60):
        J = logit_gradients(rng, c, sigma_E=1.0, N=N)
        value, share = dual(J, p, r)
        shares.append([*share[: C - 1], share[C - 1 :].sum()])
        values.append(value[: C - 1])
        norms.append(np.sum(gradient(J, r) ** 2))
    shares = np.array(shares)
    mean, error = shares.mean(axis=0), shares.std(axis=0, ddof=1) / np.sqrt(len(shares))
    found = power(p, r, Gamma=c @ c.T, sigma_E=1.0, D=D)
    assert len(found.outliers) == C - 1
    assert np.all(np.abs(mean[:-1] - found.outliers) < 4 * error[:-1] + 0.01)
    assert mean[-1] == pytest.approx(found.bulk, abs=4 * error[-1] + 0.02)
    assert np.mean(norms) == pytest.approx(
        found.norm**2, abs=4 * np.std(norms) / np.sqrt(len(norms))
    )
    swapped = power(p, r, Gamma=c[::-1] @ c[::-1].T, sigma_E=1.0, D=D).outliers
    assert np.any(np.abs(mean[:-1] - swapped) > 4 * error[:-1] + 0.01)


def test_near_the_threshold_power_leaks_into_the_bulk():
    """The transfer factor and v at the root's κ: leaving either out misses the sampled share."""
    rng = np.random.default_rng(10)
    N, C, D = 50, 3, 200
    _, p = labels(rng, rng.standard_normal((N, C)), law="uniform")
    r = residuals(p, np.zeros(N, dtype=int))
    c = 2.0 * np.linalg.qr(rng.standard_normal((D, C)))[0].T
    shares = []
    for _ in range(150):
        J = logit_gradients(rng, c, sigma_E=6.0, N=N)
        shares.append(dual(J, p, r)[1][: C - 1].sum())
    mean, error = np.mean(shares), np.std(shares) / np.sqrt(len(shares))
    found = power(p, r, Gamma=c @ c.T, sigma_E=6.0, D=D).outliers.sum()
    assert abs(mean - found) < 4 * error + 0.02
    v = r.sum(axis=0) @ c
    assert abs(v @ v / (v @ v + 36.0 * np.sum(r**2)) - mean) > 0.1


def test_cluster_level():
    rng = np.random.default_rng(11)
    N, C, D = 60, 3, 300
    y, p = labels(rng, rng.standard_normal((N, C)), law="balanced")
    r = residuals(p, y)
    c = means(rng, R=C * C, D=D)
    found = power(p, r, Gamma=c @ c.T, sigma_E=0.3, D=D, groups=y)
    k = len(found.outliers)
    assert k == C * (C - 1)
    shares = [
        dual(logit_gradients(rng, c, sigma_E=0.3, N=N, groups=y), p, r)[1][:k] for _ in range(40)
    ]
    mean, error = np.mean(shares, axis=0), np.std(shares, axis=0) / np.sqrt(len(shares))
    assert np.all(np.abs(mean - found.outliers) < 4 * error + 0.01)
    without = power(p, r, Gamma=c[:: C + 1] @ c[:: C + 1].T, sigma_E=0.3, D=D)
    assert abs(without.outliers.sum() - mean.sum()) > 0.05


def test_without_noise_all_power_is_on_the_outliers():
    rng = np.random.default_rng(12)
    p, r = draw(rng, N=30, C=5, sigma_z=1.0, law="uniform")
    c = means(rng, R=5, D=40)
    J = np.broadcast_to(c, (30, 5, 40))
    found = power(p, r, Gamma=c @ c.T, sigma_E=0, D=40)
    np.testing.assert_allclose(found.outliers, sampled_shares(J, p, r, 4), rtol=1e-8)
    assert abs(found.bulk) < 1e-12
    assert found.norm == pytest.approx(np.linalg.norm(gradient(J, r)), rel=1e-12)


def test_balanced_labels_on_equal_outputs_leave_the_outliers_dark():
    """Σ_μ r^μ = 0: the means drop out of the gradient, and the noise's lies at random.

    The root is ``u = (1 + s)/C``, ``s = σ_E²/N``, so that each share is ``(1 + κ/C)⁻²/D = (1 +
    s)²/D``, less a relative ``2 (2s)/D`` as ‖g‖² varies with it.
    """
    p = np.full((40, 4), 0.25)
    r = residuals(p, np.arange(40) % 4)
    found = power(p, r, Gamma=np.eye(4), sigma_E=0.5, D=1000)
    each = (1 + 0.25 / 40) ** 2 / 1000
    np.testing.assert_allclose(found.outliers, each, rtol=3e-5)
    assert found.bulk == pytest.approx(1 - 3 * each, rel=1e-7)
    assert found.norm == pytest.approx(0.5 * np.sqrt(0.75 / 40), rel=1e-12)


def test_the_noises_own_share_near_the_threshold():
    """Equal outputs, balanced labels: ``(1 + s/σ_c²)²/D`` an outlier, not 1/D.

    At 0.8 of the critical noise ``s/σ_c² = 0.64 √(D/(N(C-1)))``: 3.8 times 1/D.
    """
    rng = np.random.default_rng(14)
    N, C, D = 60, 4, 400
    p = np.full((N, C), 1 / C)
    r = residuals(p, np.arange(N) % C)
    c = np.linalg.qr(rng.standard_normal((D, C)))[0].T
    sigma_E = 0.8 * (N * D / (C - 1)) ** 0.25
    shares = [
        dual(logit_gradients(rng, c, sigma_E=sigma_E, N=N), p, r)[1][: C - 1].sum()
        for _ in range(100)
    ]
    mean, error = np.mean(shares), np.std(shares) / np.sqrt(len(shares))
    found = power(p, r, Gamma=c @ c.T, sigma_E=sigma_E, D=D)
    assert found.outliers.sum() == pytest.approx(3 * (1 + sigma_E**2 / N) ** 2 / D, rel=0.03)
    assert abs(mean - found.outliers.sum()) < 4 * error
    assert abs(mean - (C - 1) / D) > 8 * error
    assert found.std == pytest.approx(np.std(shares), rel=4 / np.sqrt(2 * len(shares)))


def test_means_below_the_threshold_leave_all_power_in_the_bulk():
    rng = np.random.default_rng(13)
    p, r = draw(rng, N=30, C=5, sigma_z=1.0, law="uniform")
    found = power(p, r, Gamma=1e-6 * np.eye(5), sigma_E=1.0, D=100)
    assert found.outliers.shape == (0,)
    assert found.bulk == 1


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 20),
    st.integers(2, 5),
    st.sampled_from([5, 1000, 10**9]),
    st.floats(0, 10),
    st.floats(0.01, 100),
    st.floats(1e-3, 1e3),
)
def test_invariants(seed, N, C, D, sigma_z, sigma_E, scale):
    """Shares in [0, 1] that sum to one; J → aJ, r → ar, and permutations change no share."""
    rng = np.random.default_rng(seed)
    p = outputs(rng, N=N, C=C, sigma_z=sigma_z)
    r = residuals(p, rng.integers(C, size=N))
    c = rng.standard_normal((C, C))
    found = power(p, r, Gamma=c @ c.T, sigma_E=sigma_E, D=D)
    assert np.all(found.outliers >= 0)
    assert found.outliers.sum() + found.bulk == pytest.approx(1)
    assert -1e-9 <= found.bulk <= 1
    order, names = rng.permutation(N), rng.permutation(C)
    other = power(
        p[order][:, names],
        -3 * r[order][:, names],
        Gamma=scale**2 * (c @ c.T)[np.ix_(names, names)],
        sigma_E=scale * sigma_E,
        D=D,
    )
    np.testing.assert_allclose(other.outliers, found.outliers, atol=1e-6)
    assert other.norm == pytest.approx(3 * scale * found.norm, rel=1e-9)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"r": np.zeros((4, 3))}, "r must give a gradient, got a gradient of zero"),
        ({"r": np.ones((4, 3))}, "r must have rows that sum to 0 within 1e-05, got 3 in row 0"),
        ({"r": np.zeros((4, 2))}, "r must have the shape of p, (4, 3), got (4, 2)"),
        ({"r": np.full((4, 3), np.nan)}, "r must be finite, got 12 non-finite"),
        ({"D": 0}, "D must be at least 1, got 0"),
    ],
)
def test_bad_input_is_named(change, message):
    p = np.full((4, 3), 1 / 3)
    good = {"p": p, "r": residuals(p, [0, 1, 2, 2]), "Gamma": np.eye(3), "sigma_E": 0.5, "D": 10}
    with pytest.raises(InputError) as error:
        power(**good | change)
    assert str(error.value) == message

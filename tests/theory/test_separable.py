"""Anisotropic noise K_C ⊗ T: sampling, the isotropic limit, invariants."""

import numpy as np
import pytest
from scipy import integrate

from tests.support.draws.sampling import dual, gradient, hessian, labels, means
from theory import InputError, separable
from theory import gradient as theory_gradient
from theory import hessian as theory_hessian
from theory.across_levels import overlaps as plain_overlaps

N, C, D = 80, 4, 300


def covariances(rng, *, exponent=0.7):
    """T ∝ i^-exponent of trace 1 and a K_C of trace C with one strong direction."""
    T = np.arange(1, D + 1.0) ** -exponent
    frame = np.linalg.qr(rng.standard_normal((C, C)))[0]
    return T / T.sum(), C * (frame * [0.86, 0.1, 0.03, 0.01]) @ frame.T


def noise(rng, T, K):
    values, frame = np.linalg.eigh(K)
    root = (frame * np.sqrt(values)) @ frame.T
    return np.einsum("kl,mld->mkd", root, rng.standard_normal((N, C, len(T)))) * np.sqrt(T)


def draw_model(seed, *, aligned):
    rng = np.random.default_rng(seed)
    T, K = covariances(rng)
    y, p = labels(rng, rng.standard_normal((N, C)), law="uniform")
    c = rng.standard_normal((C, D)) * (np.sqrt(T / T.sum()) if aligned else 1 / np.sqrt(D))
    return rng, p, p - np.eye(C)[y], c * np.array([[1.4], [1.0], [0.8], [0.6]]), T, K


@pytest.fixture(scope="module", params=[True, False], ids=["aligned", "free"])
def case(request):
    """A model and draws of top eigenvalues, gradient power and overlaps there, and the rest."""
    rng, p, r, c, T, K = draw_model(0, aligned=request.param)
    span = np.linalg.qr(c.T)[0]
    rows = []
    for _ in range(40):
        J = c + noise(rng, T, K)
        g = gradient(J, r)
        values, vectors = np.linalg.eigh(hessian(J, p))
        power = (vectors.T @ g) ** 2 / (g @ g)
        inside = np.sum((span.T @ vectors) ** 2, axis=0)
        top = [*values[-3:][::-1], *power[-3:][::-1], *inside[-3:][::-1]]
        rows.append([*top, values[-4], g @ g, *np.quantile(values[:-3], [0.5, 0.9])])
    model = {"means": c, "sigma_E": 1.0, "T": T, "K_C": K}
    return request.param, p, r, model, np.array(rows)


def close(sample, expected, *, bias, atol=0.0):
    error = sample.std(axis=0, ddof=1) / np.sqrt(len(sample))
    return np.abs(sample.mean(axis=0) - expected) < 4 * error + bias * np.abs(expected) + atol


def test_outliers_shares_and_overlaps_against_sampling(case):
    """Within z = 4 and a bias of order 1/D_eff."""
    _, p, r, model, rows = case
    power = separable.power(p, r, **model)
    assert len(separable.outliers(p, **model)) == 3
    assert np.all(close(rows[:, :3], separable.outliers(p, **model), bias=0.01))
    assert np.all(close(rows[:, 3:6], power.outliers, bias=0.02, atol=0.01))
    outside = 1 - separable.overlaps(p, **model)
    assert np.all(close(1 - rows[:, 6:9], outside, bias=0.15))
    assert close(rows[:, 10], power.norm**2, bias=0.0)


def bulk_mass(p, model, n=201):
    """Points over the bulk and the mass below each."""
    bulk = {name: model[name] for name in ("sigma_E", "T", "K_C")}
    low, high = separable.edges(p, **bulk)[0]
    x = low + (high - low) * (np.sin(np.linspace(-np.pi / 2, np.pi / 2, n)) + 1) / 2
    return x, integrate.cumulative_trapezoid(separable.density(x, p, **bulk), x, initial=0)


def bulk_quantiles(p, model):
    x, mass = bulk_mass(p, model)
    return np.interp([0.5, 0.9], mass + 1 - mass[-1], x)


def test_neighbouring_formulas_are_rejected(case):
    aligned, p, _, model, rows = case
    for wrong in (model | {"T": np.ones(D)}, model | {"K_C": None}):
        assert not np.all(close(rows[:, 11:], bulk_quantiles(p, wrong), bias=0.07))
    if aligned:  # means that lie along large eigenvalues of T are raised by them
        rolled = model | {"T": model["T"][::-1]}
        assert not np.all(close(rows[:, :3], separable.outliers(p, **rolled), bias=0.01))
    plain = {"Gamma": model["means"] @ model["means"].T, "sigma_E": 1.0, "D": D}
    assert not np.all(close(1 - rows[:, 6:9], 1 - plain_overlaps.span(p, **plain), bias=0.15))


def test_bulk_against_sampling(case):
    """Quantiles of the rest; its edge, which the means may lower but not raise."""
    _, p, _, model, rows = case
    x, mass = bulk_mass(p, model, n=801)
    assert mass[-1] == pytest.approx(min(1, N * (C - 1) / D), rel=2e-3)
    assert np.all(close(rows[:, 11:], bulk_quantiles(p, model), bias=0.07))
    top, edge = rows[:, 9].mean(), separable.edges(p, **model)[0, 1]
    assert edge <= x[-1] * (1 + 1e-9)
    assert 0.75 * edge < top < 1.1 * edge


def test_means_along_few_large_eigenvalues_of_T():
    """T ∝ i^-1.2: the third outlier lies below the noise's own edge, and is found."""
    rng = np.random.default_rng(2)
    T, _ = covariances(rng, exponent=1.2)
    y, p = labels(rng, rng.standard_normal((N, C)), law="uniform")
    c = 0.9 * rng.standard_normal((C, D)) * np.sqrt(T)
    model = {"means": c, "sigma_E": 1.0, "T": T}
    found = separable.outliers(p, **model)
    alone = separable.edges(p, sigma_E=1.0, T=T)[0, 1]
    left = separable.edges(p, **model)[0, 1]
    assert left < found[2] < alone
    power = separable.power(p, p - np.eye(C)[y], **model)
    rows, shares = [], []
    for _ in range(40):
        J = c + noise(rng, T, np.eye(C))
        values, vectors = np.linalg.eigh(hessian(J, p))
        g = gradient(J, p - np.eye(C)[y])
        rows.append(values[::-1][:3])
        shares.append((vectors[:, ::-1][:, :3].T @ g) ** 2 / (g @ g))
    assert np.all(close(np.array(rows), found[:3], bias=0.03))
    assert np.all(close(np.array(shares), power.outliers[:3], bias=0.05, atol=0.005))


def test_power_density_holds_the_rest(case):
    _, p, r, model, _ = case
    low, high = separable.edges(p, **model)[0]
    angle = np.linspace(-np.pi / 2, np.pi / 2, 161)
    x = low + (high - low) * (np.sin(angle) + 1) / 2
    rho = separable.power_density(x, p, r, **model)
    assert rho.min() >= 0
    assert integrate.trapezoid(rho, x) == pytest.approx(
        separable.power(p, r, **model).bulk, rel=0.05
    )


@pytest.mark.parametrize("dimension", [400, 100])
def test_isotropic_noise_is_the_plain_level(dimension):
    rng = np.random.default_rng(1)
    groups, p = labels(rng, rng.standard_normal((60, 3)), law="balanced")
    r, T = p - np.eye(3)[groups], np.full(dimension, 7.0)
    for index, R in ((None, 3), (groups, 9)):
        c = means(rng, R=R, D=dimension)
        model = {"means": c, "sigma_E": 1.0, "T": T, "groups": index}
        plain = {"Gamma": c @ c.T, "sigma_E": 1.0, "D": dimension, "groups": index}
        np.testing.assert_allclose(
            separable.outliers(p, **model), theory_hessian.outliers(p, **plain), rtol=1e-10
        )
        found, expected = separable.power(p, r, **model), theory_gradient.power(p, r, **plain)
        np.testing.assert_allclose(found.outliers, expected.outliers, rtol=1e-8)
        assert found.norm == pytest.approx(expected.norm, rel=1e-12)
        x = np.linspace(1e-4, 0.2, 12)
        np.testing.assert_allclose(
            separable.power_density(x, p, r, **model),
            theory_gradient.density(x, p, r, **plain),
            rtol=1e-6,
            atol=1e-8,
        )
    edges = theory_hessian.edges(p, sigma_E=1.0, D=dimension)
    np.testing.assert_allclose(
        separable.edges(p, sigma_E=1.0, T=T)[0], [edges[0, 0], edges[-1, 1]], rtol=1e-9
    )
    np.testing.assert_allclose(
        separable.density(x, p, sigma_E=1.0, T=T),
        theory_hessian.density(x, p, sigma_E=1.0, D=dimension),
        rtol=1e-6,
        atol=1e-8,
    )


def test_only_the_shape_of_the_covariances_counts(case):
    """T and K_C are normalised; lengths scale as J → aJ."""
    _, p, _, model, _ = case
    found = separable.outliers(p, **model)
    rescaled = model | {"T": 5 * model["T"], "K_C": 3 * model["K_C"]}
    np.testing.assert_allclose(separable.outliers(p, **rescaled), found, rtol=1e-10)
    longer = model | {"means": 2 * model["means"], "sigma_E": 2 * model["sigma_E"]}
    np.testing.assert_allclose(separable.outliers(p, **longer), 4 * found, rtol=1e-9)


def test_short_means_give_no_outlier(case):
    _, p, r, model, _ = case
    short = model | {"means": 1e-6 * model["means"]}
    assert separable.outliers(p, **short).shape == (0,)
    assert separable.power(p, r, **short).outliers.shape == (0,)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"T": [-1.0, *[1.0] * (D - 1)]}, "T must be non-negative and not all zero, got -1 lowest"),
        ({"means": np.ones((C, D - 1))}, f"means must have shape {(C, D)}, got {(C, D - 1)}"),
        ({"K_C": np.zeros((C, C))}, "K_C must not be zero"),
        ({"sigma_E": 0.0}, "sigma_E must be greater than 0, got 0"),
        ({"p": np.eye(C)}, "p must leave some example undecided, got outputs frozen to 0 and 1"),
    ],
)
def test_bad_input_is_named(case, change, message):
    _, p, _, model, _ = case
    with pytest.raises(InputError) as error:
        separable.outliers(**{"p": p} | model | change)
    assert str(error.value) == message


def test_a_share_is_a_mean_of_ratios():
    """T ∝ i^-1.5, where ‖g‖² varies by half of itself: a ratio of means is 0.06 high.

    What is left is of relative order ``crowding/30``, as the outliers' positions err by.
    """
    rng = np.random.default_rng(8)
    p, T = np.full((80, 4), 0.25), np.arange(1, 301.0) ** -1.5
    r = p - np.eye(4)[rng.integers(4, size=80)]
    c = rng.standard_normal((4, 300)) * np.sqrt(T / T.sum())
    model = separable.Separable(p, means=c, sigma_E=1.0, T=T)
    assert model.crowding == pytest.approx(4 * np.sum(T**2) / T.sum() ** 2, rel=1e-12)
    k, shares, squares = len(model.outliers), [], []
    for _ in range(150):
        J = c + rng.standard_normal((80, 4, 300)) * np.sqrt(T / T.sum())
        _, share = dual(J, p, r)
        shares.append(share[:k].sum())
        squares.append(np.sum(gradient(J, r) ** 2))
    shares, squares = np.array(shares), np.array(squares)
    power = model.power(r)
    told, bias = power.outliers.sum(), model.crowding / 30
    error = shares.std() / np.sqrt(len(shares))
    assert abs(shares.mean() - told) < 4 * error + bias
    weight = squares / squares.mean()
    of_means = np.mean(shares * weight)
    apart = np.std((shares - of_means) * (weight - 1)) / np.sqrt(len(shares))
    assert of_means - told > 4 * apart
    assert power.std == pytest.approx(shares.std(), rel=0.25)
    flat = separable.Separable(p, means=c, sigma_E=1.0, T=np.ones(300))
    assert flat.crowding == pytest.approx(4 / 300)

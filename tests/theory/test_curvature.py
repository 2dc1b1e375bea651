"""The Hessian with curvature of the logits: sampling, the limits without noise or curvature."""

import numpy as np
import pytest
from scipy import integrate

from tests.support.draws.sampling import gradient, hessian, labels, logit_gradients, means
from theory import InputError, curvature
from theory import gradient as theory_gradient
from theory import hessian as theory_hessian

N, C, D = 60, 5, 400


SIGMA_E, SIGMA_H = 1.0, 0.08


def goe(rng, n):
    """Symmetric Gaussian matrix whose spectrum fills [-2, 2]."""
    W = rng.standard_normal((n, n))
    return (W + W.T) / np.sqrt(2 * n)


def draw(seed):
    rng = np.random.default_rng(seed)
    y, p = labels(rng, rng.standard_normal((N, C)), law="uniform")
    return rng, p, p - np.eye(C)[y]


def scale(r):
    return SIGMA_H * np.sqrt(np.mean(np.sum(r**2, axis=1)))


@pytest.fixture(scope="module")
def model():
    rng, p, r = draw(0)
    c = means(rng, R=C, D=D) * np.array([[1.0], [1.5], [0.7], [1.2], [2.0]])
    return rng, p, r, c


@pytest.fixture(scope="module")
def draws(model):
    """Top 4, lowest and fifth eigenvalue, fraction positive, shares, overlaps with the span."""
    rng, p, r, c = model
    span = np.linalg.qr(c.T)[0]
    rows = []
    for _ in range(40):
        J = logit_gradients(rng, c, sigma_E=SIGMA_E, N=N)
        values, vectors = np.linalg.eigh(hessian(J, p) + scale(r) * goe(rng, D))
        g = gradient(J, r)
        power = (vectors.T @ g) ** 2 / (g @ g)
        inside = np.sum((span.T @ vectors[:, -4:]) ** 2, axis=0)
        negative = power[values < 0].sum()
        top = [*values[::-1][:4], *power[::-1][:4], *inside[::-1]]
        rows.append([*top, values[0], values[-5], np.mean(values > 0), negative])
    return np.array(rows)


def close(sample, expected, *, bias):
    """Means of the columns within z = 4 of their standard errors and a relative bias."""
    error = sample.std(axis=0, ddof=1) / np.sqrt(len(sample))
    return np.abs(sample.mean(axis=0) - expected) < 4 * error + bias * np.abs(expected)


def options(c):
    return {"Gamma": c @ c.T, "sigma_E": SIGMA_E, "D": D}


def test_outliers_shares_and_overlaps_against_sampling(model, draws):
    _, p, r, c = model
    found = curvature.outliers(p, r, sigma_H=SIGMA_H, **options(c))
    power = curvature.power(p, r, sigma_H=SIGMA_H, **options(c))
    inside = curvature.overlaps(p, r, sigma_H=SIGMA_H, **options(c))
    assert np.all(close(draws[:, :4], found, bias=0.01))
    assert np.all(close(draws[:, 4:8], power.outliers, bias=0.03))
    assert np.all(close(draws[:, 8:12], inside, bias=0.01))


def test_neighbouring_formulas_are_rejected(model, draws):
    _, p, r, c = model
    without = theory_hessian.outliers(p, **options(c))
    other_radius = curvature.outliers(p, r, sigma_H=SIGMA_H * np.sqrt(2), **options(c))
    for wrong in (without, other_radius):
        assert not np.any(close(draws[:, : len(wrong)], wrong, bias=0.01)[1:])
    inside = theory_gradient.power(p, r, **options(c)).outliers
    assert not np.all(close(draws[:, 4:8], inside, bias=0.03))


def test_bulk_edges_and_positive_fraction(model, draws):
    """Edges to the Tracy-Widom scale D^{-2/3}; the outliers are positive beside the bulk."""
    _, p, r, _ = model
    bulk = {"sigma_E": SIGMA_E, "D": D, "sigma_H": SIGMA_H}
    (low, high) = curvature.edges(p, r, **bulk)[0]
    width = 3 * (high - low) * D ** (-2 / 3)
    assert low < 0 < high
    assert draws[:, 12].mean() == pytest.approx(low, abs=width)
    assert draws[:, 13].mean() == pytest.approx(high, abs=width)
    positive = (4 + (D - 4) * curvature.positive(p, r, **bulk)) / D
    assert close(draws[:, 14], positive, bias=0.002)
    assert not close(draws[:, 14], 0.5, bias=0.002)


def test_densities_integrate_to_their_shares(model, draws):
    _, p, r, c = model
    bulk = {"sigma_E": SIGMA_E, "D": D, "sigma_H": SIGMA_H}
    (low, high) = curvature.edges(p, r, **bulk)[0]
    angle = np.linspace(-np.pi / 2, np.pi / 2, 401)
    x = (low + high) / 2 + (high - low) / 2 * np.sin(angle)
    weight = (high - low) / 2 * np.cos(angle)
    rho = curvature.density(x, p, r, **bulk) * weight
    assert integrate.trapezoid(rho, angle) == pytest.approx(1, abs=1e-4)
    above = x > 0
    assert integrate.trapezoid(rho[above], angle[above]) == pytest.approx(
        curvature.positive(p, r, **bulk), abs=3e-3
    )
    power = curvature.power_density(x, p, r, sigma_H=SIGMA_H, **options(c)) * weight
    total = curvature.power(p, r, sigma_H=SIGMA_H, **options(c)).bulk
    assert integrate.trapezoid(power, angle) == pytest.approx(total, abs=1e-4)
    below = integrate.trapezoid(np.where(above, 0, power), angle)
    assert close(draws[:, 15], below, bias=0.03)


def test_spikes_on_both_sides():
    """K with eigenvalues ±θ of its own: negative outliers, positions and overlaps."""
    rng, p, r = draw(1)
    strength = np.array([0.5, 0.06, -0.06, -0.3, 0.01])
    found = curvature.spikes(strength, p, r, sigma_E=3.0, D=D, sigma_H=SIGMA_H)
    rows = []
    for _ in range(30):
        J = logit_gradients(rng, np.zeros((C, D)), sigma_E=3.0, N=N)
        H = hessian(J, p) + scale(r) * goe(rng, D)
        H[np.arange(4), np.arange(4)] += strength[:4]
        values, vectors = np.linalg.eigh(H)
        square = vectors**2
        rows.append([values[-1], values[0], square[0, -1], square[3, 0]])
    expected = [*found.position[[0, 3]], *found.overlap[[0, 3]]]
    assert np.all(close(np.array(rows), expected, bias=0.01))
    semicircle = strength[0] + scale(r) ** 2 / strength[0]
    assert not close(np.array(rows)[:, 0], semicircle, bias=0.01)
    assert np.isnan(found.position[4])
    assert np.isnan(found.overlap[4])


def test_means_give_no_outlier_below(model, draws):
    """S(u) is positive semi-definite for u < 0; strong means, yet the lowest is at the edge."""
    _, p, r, _ = model
    low = curvature.edges(p, r, sigma_E=SIGMA_E, D=D, sigma_H=SIGMA_H)[0, 0]
    assert draws[:, 12].min() > 1.05 * low


def test_without_curvature_it_is_G(model):
    _, p, r, c = model
    bulk = {"sigma_E": SIGMA_E, "D": D}
    for sigma_H in (0.0, 1e-9):
        np.testing.assert_allclose(
            curvature.outliers(p, r, sigma_H=sigma_H, **options(c)),
            theory_hessian.outliers(p, **options(c)),
            rtol=1e-12,
        )
    np.testing.assert_array_equal(
        curvature.edges(p, r, sigma_H=0, **bulk), theory_hessian.edges(p, **bulk)
    )
    x = np.linspace(0.001, 0.1, 50)
    np.testing.assert_allclose(
        curvature.density(x, p, r, sigma_H=0, **bulk),
        theory_hessian.density(x, p, **bulk),
        rtol=1e-13,
    )
    inner = curvature.density(x, p, r, sigma_H=1e-5, **bulk)
    np.testing.assert_allclose(inner, theory_hessian.density(x, p, **bulk), rtol=1e-3, atol=1e-3)
    rank = N * (C - 1)
    assert curvature.positive(p, r, sigma_H=0, **bulk) == pytest.approx(rank / D, rel=1e-9)
    power = curvature.power(p, r, sigma_H=0, **options(c))
    np.testing.assert_allclose(
        power.outliers, theory_gradient.power(p, r, **options(c)).outliers, rtol=1e-12
    )


def test_without_noise_it_is_a_spiked_semicircle(model):
    """λ = ω + σ_W²/ω with overlap 1 - σ_W²/ω², for ω > σ_W (Benaych-Georges, Nadakuditi 2011).

    What is left of the eigenvector is random, rank/D of it in the span of the means.
    """
    _, p, r, c = model
    noiseless = {"Gamma": c @ c.T, "sigma_E": 0.0, "D": D}
    omega = theory_hessian.outliers(p, **noiseless)
    radius = SIGMA_H * np.sqrt(np.mean(np.sum(r**2, axis=1)))
    found = curvature.outliers(p, r, sigma_H=SIGMA_H, **noiseless)
    np.testing.assert_allclose(found, (omega + radius**2 / omega)[omega > radius], rtol=1e-10)
    inside = curvature.overlaps(p, r, sigma_H=SIGMA_H, **noiseless)
    lost = (radius / omega[omega > radius]) ** 2
    np.testing.assert_allclose(inside, 1 - lost + lost * len(c) / D, rtol=1e-9)
    bulk = {"sigma_E": 0.0, "D": D, "sigma_H": SIGMA_H}
    np.testing.assert_allclose(curvature.edges(p, r, **bulk), [[-2 * radius, 2 * radius]])
    x = radius * np.linspace(-2.2, 2.2, 44)
    semicircle = np.sqrt(np.maximum(4 * radius**2 - x**2, 0)) / (2 * np.pi * radius**2)
    np.testing.assert_allclose(curvature.density(x, p, r, **bulk), semicircle, atol=1e-10)
    assert curvature.positive(p, r, **bulk) == pytest.approx(0.5, abs=1e-12)


def test_bad_input_is_named(model):
    _, p, r, c = model
    with pytest.raises(InputError, match="sigma_H must be at least 0, got -1"):
        curvature.outliers(p, r, sigma_H=-1, **options(c))
    with pytest.raises(InputError, match="sigma_E must be greater than 0, got 0"):
        curvature.edges(p, r, sigma_E=0, D=D, sigma_H=0)
    with pytest.raises(InputError, match="must be 0 or at least"):
        curvature.density(0.1, p, r, sigma_E=1, D=D, sigma_H=1e-14)
    with pytest.raises(InputError, match="sigma_H must be greater than 0, got 0"):
        curvature.spikes(0.1, p, r, sigma_E=1, D=D, sigma_H=0)

"""The sample-covariance law: closed forms, 60-digit references, identities, sampling, bounds."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.references.bulk_at_sixty_digits import population, probes
from theory import InputError, stream
from theory.bulk import SampleCovariance


def marchenko_pastur(x, ratio):
    low, high = (1 - np.sqrt(ratio)) ** 2, (1 + np.sqrt(ratio)) ** 2
    return np.sqrt(np.maximum((high - x) * (x - low), 0)) / (2 * np.pi * ratio * x)


def integral(law, f, low, high):
    """``∫ f ρ dx`` over part of one interval; square-root ends are polynomials in the angle."""
    node, weight = np.polynomial.legendre.leggauss(400)
    angle = (node + 1) * np.pi / 2
    x = (low + high) / 2 - (high - low) / 2 * np.cos(angle)
    inside = (x > low) & (x < high)
    x, angle, weight = x[inside], angle[inside], weight[inside]
    return (f(x) * law.density(x) * np.sin(angle) * weight).sum() * np.pi / 4 * (high - low)


@pytest.mark.parametrize("ratio", [1e-3, 0.25, 0.999, 1.0, 1.001, 4.0, 1e3])
def test_marchenko_pastur(ratio):
    law = SampleCovariance([2.0, 2.0, 2.0], ratio=ratio)
    low, high = 2 * (1 - np.sqrt(ratio)) ** 2, 2 * (1 + np.sqrt(ratio)) ** 2
    np.testing.assert_allclose(law.edges(), [[low, high]], rtol=1e-12, atol=0)
    x = low + (high - low) * np.linspace(0.01, 0.99, 99)
    np.testing.assert_allclose(law.density(x), marchenko_pastur(x / 2, ratio) / 2, rtol=1e-11)
    assert law.mass_at_zero == pytest.approx(max(0, 1 - 1 / ratio), abs=1e-16)
    z = np.array([1 + 1e-3j, -3.0, 2 - 2j, 1.01 * high])
    g = law.stieltjes(z)
    np.testing.assert_allclose(2 * ratio * z * g**2 + (z + 2 * ratio - 2) * g + 1, 0, atol=1e-11)
    narayana = [1, 1 + ratio, 1 + 3 * ratio + ratio**2, 1 + 6 * ratio + 6 * ratio**2 + ratio**3]
    np.testing.assert_allclose(law.moments(4), narayana * 2.0 ** np.arange(1, 5), rtol=1e-14)


@pytest.mark.parametrize("seed", range(12))
def test_masses_and_moments_by_quadrature(seed):
    rng = stream(seed, "bulk-mass")
    atoms = rng.gamma(1.0, size=6) + 0.1
    ratio = [0.02, 0.3, 1.7, 30.0][seed % 4]
    if seed % 3 == 0:
        atoms = np.r_[atoms, 0, 0]
    law = SampleCovariance(atoms, ratio=ratio)
    mass = [integral(law, np.ones_like, low, high) for low, high in law.edges()]
    assert sum(mass) == pytest.approx(1 - law.mass_at_zero, abs=1e-12)
    np.testing.assert_allclose(np.diff(law.cdf(law.edges()))[:, 0], mass, atol=1e-12)
    for k, moment in enumerate(law.moments(3), start=1):
        powers = sum(integral(law, lambda x: x**k, *e) for e in law.edges())  # noqa: B023
        assert powers == pytest.approx(moment, rel=1e-11)
    low, high = law.edges()[-1]
    gaps = (law.edges()[1:, 0] + law.edges()[:-1, 1]) / 2
    for z in [-0.7, 1.3 * high, 1 + 0.3j, low + 0.1 - 0.5j, *gaps]:
        resolvent = sum(integral(law, lambda x: 1 / (x - z), *e) for e in law.edges())  # noqa: B023
        expected = resolvent - law.mass_at_zero / z
        assert complex(law.stieltjes(z)) == pytest.approx(complex(expected), rel=1e-9)


@pytest.mark.parametrize("seed", range(40))
def test_distribution_is_consistent(seed):
    rng = stream(seed, "bulk-distribution")
    atoms, weights, ratio = population(rng)
    law = SampleCovariance(atoms, weights, ratio=ratio)
    edges = law.edges()
    x = np.sort(np.r_[probes(rng, edges, 50), edges.ravel()])
    F = law.cdf(x)
    assert (np.diff(F) >= -1e-13).all()
    assert law.cdf(-1e-300) == 0
    assert F[-1] == pytest.approx(1, abs=1e-14)
    q = np.r_[0, rng.uniform(size=20), 1]
    back = law.cdf(law.quantile(q))
    below = law.cdf(np.nextafter(law.quantile(q), -1))
    assert (back >= q - 2e-12).all()
    assert (below <= q + 2e-12).all()
    w = np.ones_like(atoms) if weights is None else weights
    top = edges[-1, 1]
    z = np.r_[rng.normal(size=8) + 1j * 10.0 ** rng.uniform(-12, 1, 8), -1, 1.1] * top
    g = law.stieltjes(z)[:, None]
    shrunk = atoms * (1 - ratio - ratio * z[:, None] * g)
    silverstein = (w / w.sum() / (shrunk - z[:, None])).sum(axis=1)
    g = g[:, 0]
    np.testing.assert_allclose(silverstein, g, rtol=1e-10)
    np.testing.assert_array_equal(law.stieltjes(z.conj()), g.conj())


def test_transform_at_zero_is_the_mean_inverse():
    law = SampleCovariance([1.0, 4.0], ratio=0.25)
    assert complex(law.stieltjes(0.0)) == pytest.approx((1 + 1 / 4) / 2 / (1 - 0.25))
    assert complex(law.stieltjes(1e-12)) == pytest.approx(complex(law.stieltjes(0.0)))


@settings(max_examples=25, deadline=None)
@given(
    atoms=st.lists(st.floats(1e-3, 1e3), min_size=1, max_size=8),
    ratio=st.floats(1e-2, 1e2),
    scale=st.floats(1e-6, 1e6),
)
def test_invariances(atoms, ratio, scale):
    t = np.array(atoms)
    law = SampleCovariance(t, ratio=ratio)
    x = law.edges()[0, 0] + np.diff(law.edges()[0]) * np.array([0.1, 0.5, 0.9])
    same = SampleCovariance(np.repeat(t, 3)[::-1], ratio=ratio)
    np.testing.assert_allclose(same.density(x), law.density(x), rtol=1e-9)
    weighted = SampleCovariance(np.r_[t, 7.0], np.r_[np.full(t.size, 0.2), 0.0], ratio=ratio)
    np.testing.assert_allclose(weighted.density(x), law.density(x), rtol=1e-9)
    scaled = SampleCovariance(scale * t, ratio=ratio)
    np.testing.assert_allclose(scaled.edges(), scale * law.edges(), rtol=1e-6)
    np.testing.assert_allclose(scaled.density(scale * x) * scale, law.density(x), rtol=1e-6)


@pytest.mark.parametrize("ratio", [0.2, 0.8, 2.5])
def test_sampled_eigenvalues_follow_the_law(ratio):
    """The counting function of 900 eigenvalues stays within 5 eigenvalues of ``n F``."""
    rng = stream(0, "bulk-sample")
    atoms = np.repeat([0.0, 1.0, 5.0], 300)
    X = np.sqrt(atoms)[:, None] * rng.standard_normal((900, round(900 / ratio)))
    eigenvalues = np.linalg.eigvalsh(X @ X.T / X.shape[1])
    eigenvalues = eigenvalues[eigenvalues > 1e-9]
    rank = (900 - eigenvalues.size + np.arange(eigenvalues.size) + 0.5) / 900

    def distance(r):
        return 900 * abs(SampleCovariance(atoms, ratio=r).cdf(eigenvalues) - rank).max()

    assert distance(ratio) < 5
    assert distance(1.15 * ratio) > 10


def test_bad_points():
    law = SampleCovariance([0.0, 1.0], ratio=0.5)
    with pytest.raises(InputError, match="x must be finite"):
        law.density([1.0, np.nan])
    with pytest.raises(InputError, match=r"q must lie in \[0, 1\], got -0.1"):
        law.quantile(-0.1)
    for z in (0.0, 1.0):
        with pytest.raises(InputError, match="z must lie off the support"):
            law.stieltjes(z)
    with pytest.raises(InputError, match="order must be at least 1"):
        law.moments(0)


def test_shapes_are_kept():
    law = SampleCovariance([1.0, 2.0], ratio=0.5)
    x = np.ones((2, 3, 4))
    assert law.density(x).shape == law.cdf(x).shape == x.shape
    assert law.quantile(0.5).shape == law.stieltjes(1j).shape == ()

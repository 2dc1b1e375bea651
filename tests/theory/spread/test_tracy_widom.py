"""The Tracy-Widom law against Painlevé II, published moments and its own invariants."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.special import airy

from theory import InputError
from theory.spread import tracy_widom


@pytest.fixture(scope="module")
def painleve():
    """``-ln F₁`` by the Hastings-McLeod solution: ``q'' = sq + 2q³``, from s = 12 down to -6."""
    start = 12.0
    Ai, slope, _, _ = airy(start)
    tail = np.array([Ai, slope, slope**2 - start * Ai**2, 0.0, 0.0])
    x, w = np.polynomial.legendre.leggauss(60)
    x, w = start + 4 * (x + 1), 4 * w
    values = airy(x)[0]
    tail[3], tail[4] = w @ ((x - start) * values**2), w @ values

    def step(s, y):  # q, q', ∫q², ∫(x-s)q², ∫q
        q, dq, square, _, _ = y
        return [dq, s * q + 2 * q**3, -(q**2), -square, -q]

    s = np.array([10.0, 7.0, 5.0, 3.0, 1.0, 0.0, -1.0, -2.0, -4.0, -6.0])
    found = solve_ivp(step, (start, -6.0), tail, t_eval=s, rtol=3e-14, atol=1e-60, method="DOP853")
    return s, (found.y[3] + found.y[4]) / 2


def test_painleve(painleve):
    """An independent derivation: 1 - F to a relative 1e-9 in the upper tail, F to 1e-9 below."""
    s, exponent = painleve
    np.testing.assert_allclose(tracy_widom.sf(s[:6]), -np.expm1(-exponent[:6]), rtol=1e-9)
    np.testing.assert_allclose(tracy_widom.cdf(s[5:]), np.exp(-exponent[5:]), atol=1e-9)


def test_painleve_rejects_the_unitary_law(painleve):
    s, exponent = painleve
    assert np.all(np.abs(tracy_widom.cdf(s[5:8]) - np.exp(-2 * exponent[5:8])) > 0.01)


def test_published_moments():
    """Mean, variance, skewness and excess kurtosis of Bornemann (2010)."""
    x, w = np.polynomial.legendre.leggauss(120)
    x, w = 12 * x + 3, 12 * w
    f = tracy_widom.pdf(x[x >= -9])
    x, w = x[x >= -9], w[x >= -9]
    mean = w @ (f * x)
    central = [w @ (f * (x - mean) ** n) for n in range(5)]
    assert central[0] == pytest.approx(1, abs=1e-12)
    assert mean == pytest.approx(tracy_widom.MEAN, abs=1e-11)
    assert central[2] == pytest.approx(tracy_widom.STD**2, abs=1e-10)
    assert central[3] / central[2] ** 1.5 == pytest.approx(0.29346452408, abs=1e-9)
    assert central[4] / central[2] ** 2 - 3 == pytest.approx(0.1652429384, abs=1e-8)


def test_density_is_the_slope_of_the_distribution():
    s, h = np.linspace(-5, 4, 10), 1e-3
    around = [tracy_widom.cdf(s + i * h) for i in (-2, -1, 1, 2)]
    slope = np.tensordot([1, -8, 8, -1], around, axes=1) / (12 * h)
    np.testing.assert_allclose(tracy_widom.pdf(s), slope, atol=1e-10)


def test_upper_tail_has_its_exponent():
    """``1 - F ~ exp(-⅔ s^{3/2})/(4√π s^{3/4})``, next order ``s^{-3/2}``."""
    s = np.array([15.0, 25.0, 38.0])
    leading = np.exp(-2 / 3 * s**1.5) / (4 * np.sqrt(np.pi) * s**0.75)
    np.testing.assert_allclose(tracy_widom.sf(s) / leading, 1, atol=1.0 * 15**-1.5)


def test_quantiles_invert():
    q = np.array([1e-11, 1e-4, 0.3, 0.5, 0.97])
    np.testing.assert_allclose(tracy_widom.cdf(tracy_widom.quantile(q)), q, rtol=1e-6)
    tails = np.array([1e-60, 1e-20, 0.4])
    np.testing.assert_allclose(tracy_widom.sf(tracy_widom.isf(tails)), tails, rtol=1e-10)


@pytest.mark.parametrize(
    ("function", "value", "message"),
    [
        (tracy_widom.cdf, 41.0, r"s must lie in \[-10, 40\], got 41..41"),
        (tracy_widom.pdf, -11.0, r"s must lie in \[-10, 40\], got -11..-11"),
        (tracy_widom.quantile, 1.0, r"q must lie in \[1e-12, 1 - 1e-12\], got 1..1"),
        (tracy_widom.isf, 0.7, r"q must lie in \[1e-70, 0.5\], got 0.7..0.7"),
        (tracy_widom.sf, np.nan, "s must be finite"),
    ],
)
def test_bad_input(function, value, message):
    with pytest.raises(InputError, match=message):
        function(value)

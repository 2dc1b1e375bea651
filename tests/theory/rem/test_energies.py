"""The random energy model: exact values, identities, series, limits, sampling."""

import re
from itertools import pairwise
from typing import Any

import mpmath as mp
import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr, ndtri

from theory import InputError, rem, stream
from theory.rem import limits

MEANS = (
    rem.participation,
    rem.participation_square,
    rem.impurity,
    rem.log_partition,
    rem.entropy,
    rem.largest,
)


@pytest.mark.parametrize("sigma", [1e-6, 0.1, 0.9999, 1.0, 1.0001, 3.0, 4.7, 40.0])
def test_two_classes_against_one_integral(sigma):
    """At C = 2 all means are integrals over the difference x ~ N(0, 2σ²) of the logits."""
    with mp.workdps(30):

        def mean(f) -> Any:
            width = mp.sqrt(2) * sigma
            edges = [g for g in (0, 0.5, 1, 3, 10, 40) if g < 12 * width] + [12 * width]
            return mp.quad(
                lambda x: 2 * mp.npdf(x, 0, width) * f(x, mp.sech(x / 2) ** 2 / 2), edges
            )

        expected = [
            mean(lambda x, q: 1 - q),
            mean(lambda x, q: (1 - q) ** 2),
            mean(lambda x, q: q),
            mean(lambda x, q: mp.log(2 * mp.cosh(x / 2))),
            mean(lambda x, q: mp.log(2 * mp.cosh(x / 2)) - x / 2 * mp.tanh(x / 2)),
            mean(lambda x, q: 1 / (1 + mp.exp(-x))),
        ]
    for f, value in zip(MEANS, expected, strict=True):
        assert float(f(sigma, C=2)) == pytest.approx(float(value), rel=1e-11, abs=0), f.__name__


def test_table_of_known_values():
    np.testing.assert_allclose(
        rem.participation([0.5, 1, 2, 4, 8], C=10),
        [0.123368, 0.194687, 0.390120, 0.638087, 0.810408],
        atol=6e-7,
    )
    cases = ((4.0, 100, 0.422900), (None, 50257, 0.186149), (None, 10**9, 0.132340))
    for sigma, C, expected in cases:
        value = rem.participation(rem.freezing(C) if sigma is None else sigma, C=C)
        assert float(value) == pytest.approx(expected, abs=6e-7)


@pytest.mark.parametrize("C", [2, 7, 50257, 10**9])
def test_equal_logits_are_exact(C):
    expected = (1 / C, 1 / C**2, 1 - 1 / C, np.log(C), np.log(C), 1 / C)
    for f, value in zip(MEANS, expected, strict=True):
        assert float(f(0.0, C=C)) == pytest.approx(value, rel=1e-12, abs=0), f.__name__
    assert float(rem.power_sum(0.0, C=C, order=3.5)) == pytest.approx(C**-2.5, rel=1e-12, abs=0)


def small_sigma_series():
    """Coefficients of σ⁰, σ², σ⁴ in E[Y], for symbolic C, from the sums M_j = Σ z_k^j."""
    C, e = sympy.symbols("C epsilon", positive=True)
    M = sympy.symbols("M1:5")

    def partition(n):
        return C + sum((n * e) ** j * m / sympy.factorial(j) for j, m in enumerate(M, start=1))

    series = sympy.series(partition(2) / partition(1) ** 2, e, 0, 5).removeO()
    moments: dict[tuple[int, ...], Any] = {
        (2, 0, 0, 0): C,
        (0, 1, 0, 0): C,
        (4, 0, 0, 0): 3 * C**2,
        (2, 1, 0, 0): C**2 + 2 * C,
        (0, 2, 0, 0): C**2 + 2 * C,
        (1, 0, 1, 0): 3 * C,
        (0, 0, 0, 1): 3 * C,
    }
    terms = [sympy.Poly(sympy.expand(series).coeff(e, n), *M) for n in (2, 4)]
    means = [sum(c * moments[powers] for powers, c in term.terms()) for term in terms]
    return C, [1 / C, *(sympy.factor(mean) for mean in means)]


def test_small_sigma_series_from_sympy():
    symbol, coefficients = small_sigma_series()
    assert sympy.simplify(coefficients[1] - (symbol - 1) / symbol**2) == 0
    for C in (2, 10, 1000):
        c0, c2, c4 = (float(c.subs(symbol, C)) for c in coefficients)
        sigma = np.array([0.01, 0.02, 0.04])
        excess = rem.participation(sigma, C=C) - (c0 + c2 * sigma**2 + c4 * sigma**4)
        assert np.all(np.abs(excess) < 20 * c0 * sigma**6 + 1e-14 * c0)
        assert np.all(np.abs(excess + c4 * sigma**4) > 20 * c0 * sigma**6)  # the σ⁴ term is seen


@settings(max_examples=60, deadline=None)
@given(
    C=st.integers(2, 10**9),
    x=st.floats(0, 4),
    order=st.floats(1.001, 20),
    more=st.floats(1.01, 1.5),
)
def test_invariants(C, x, order, more):
    sigma = x * rem.freezing(C)
    y, y2, rest, log_z, s, top = (float(f(sigma, C=C)) for f in MEANS)
    slack = 1 + 1e-11
    assert y * slack >= 1 / C
    assert y <= top * slack <= slack**2
    assert y**2 <= y2 * slack <= y * slack**2
    assert y + rest == pytest.approx(1, abs=1e-13)
    assert s == pytest.approx(log_z - sigma**2 * rest, abs=1e-12 * (1 + sigma**2))
    assert 0 < s <= np.log(C) * slack <= log_z * slack**2
    assert log_z <= (np.log(C) + sigma**2 / 2) * slack  # Jensen
    sums = [float(rem.power_sum(sigma, C=C, order=n)) for n in (order, more * order)]
    assert 0 < sums[1] <= sums[0] * slack
    wider = float(rem.participation(more * sigma + 0.01, C=C))
    assert wider > y


def test_derivative_of_log_partition():
    """Gaussian integration by parts: d E[ln Z]/dσ = σ E[1 - Y]."""
    for C, sigma in ((2, 1.3), (10, 2.0), (50257, 5.0)):
        h = 1e-3
        up, down = rem.log_partition([sigma + h, sigma - h], C=C)
        slope = sigma * float(rem.impurity(sigma, C=C))
        assert (up - down) / (2 * h) == pytest.approx(slope, rel=1e-6)


@pytest.mark.parametrize(("C", "sigma"), [(2, 1.0), (10, 0.5), (10, 3.0), (100, 1.0)])
def test_against_sampling(C, sigma):
    rng = stream(0, "rem", C, int(10 * sigma))
    draws = 3_000_000 // C
    z = sigma * rng.standard_normal((draws, C))
    log_z = np.log(np.exp(z).sum(axis=1))
    p = np.exp(z - log_z[:, None])
    y = (p**2).sum(axis=1)
    seen = (y, y**2, 1 - y, log_z, -(p * (z - log_z[:, None])).sum(axis=1), p.max(axis=1))
    for f, x in zip(MEANS, seen, strict=True):
        error = x.std() / np.sqrt(draws)
        assert abs(x.mean() - float(f(sigma, C=C))) < 4 * error, f.__name__
        wrong = float(f(sigma, C=C + 1 + C // 20))  # other classes, as with φ^C in place of φ^(C-1)
        assert abs(x.mean() - wrong) > 5 * error, f.__name__


def test_a_billion_classes_against_sampled_extremes():
    """The largest energies of 10⁹, exactly drawn; the rest enter by their mean."""
    C, kept, draws = 10**9, 400, 4000
    sigma = 1.5 * rem.freezing(C)
    rng = stream(0, "rem extremes")
    tail = np.cumsum(rng.standard_exponential((draws, kept)), axis=1) / C  # chance to lie above
    z = -sigma * ndtri(tail)
    rest = C * np.exp(sigma**2 / 2) * ndtr(z[:, -1] / sigma - sigma)
    boltzmann = np.exp(z - z[:, :1])
    p = boltzmann / (boltzmann.sum(axis=1) + rest * np.exp(-z[:, 0]))[:, None]
    for x, f in (((p**2).sum(axis=1), rem.participation), (p[:, 0], rem.largest)):
        error = x.std() / np.sqrt(draws)
        assert abs(x.mean() - float(f(sigma, C=C))) < 4 * error + 1e-5, f.__name__
        limit = float(limits.participation(sigma, C=C))
        assert abs(x.mean() - limit) > 5 * error


@pytest.mark.parametrize("C", [2, 10, 10**9])
def test_tails_at_huge_spread_follow_the_gap(C):
    """At σ → ∞ the impurity and the entropy fall as 1/σ, with no loss of digits."""
    for f in (rem.impurity, rem.entropy):
        scaled = f([1e8, 1e10, 1e12], C=C) * [1e8, 1e10, 1e12]
        assert scaled[2] == pytest.approx(scaled[1], rel=1e-9)
        assert scaled[1] == pytest.approx(scaled[0], rel=1e-6)


def test_freezing():
    """Y is of order one above the transition and vanishes with C below it."""
    for x, side in ((0.7, -1), (1.4, 1)):
        y = [float(rem.participation(x * rem.freezing(C), C=C)) for C in (10**3, 10**12, 10**48)]
        limit = max(0, 1 - 1 / x)
        assert all(abs(b - limit) < abs(a - limit) for a, b in pairwise(y)), side


def test_shapes_follow_sigma_z():
    sigma = np.linspace(0, 3, 6).reshape(2, 3)
    for f in MEANS:
        values = f(sigma, C=5)
        assert values.shape == (2, 3)
        assert values.dtype == np.float64
        assert f(sigma[1, 2], C=5) == values[1, 2]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: rem.participation(-0.5, C=10), "sigma_z must be at least 0, got -0.5"),
        (lambda: rem.entropy([1, np.nan], C=10), "sigma_z must be finite"),
        (lambda: rem.largest("wide", C=10), "sigma_z must be an array of numbers"),
        (lambda: rem.log_partition(1, C=1), "C must be at least 2, got 1"),
        (lambda: rem.freezing(2.5), "C must be an integer, got 2.5"),  # pyright: ignore
        (lambda: rem.power_sum(1, C=10, order=1), "order must be greater than 1, got 1"),
        (lambda: rem.power_sum(1, C=10, order=101), "order must be at most 100, got 101"),
        (lambda: rem.power_sum(1, C=10**9, order=40), "C^40 must be at most e^700"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(InputError, match=re.escape(message)):
        call()

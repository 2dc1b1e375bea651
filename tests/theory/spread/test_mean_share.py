"""Mean shares: beta laws by symmetry, limits, a bound by sampling."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.spread.mean_share import Rest, deviation, shares

NONE = Rest(fixed=0.0, random=0.0, nu=1.0)


@pytest.mark.parametrize(("k", "nu"), [(1, 1.0), (3, 5.0), (4, 996.0), (2, 1e12)])
def test_equal_variances_share_evenly(k, nu):
    """``χ²_1`` over the sum of ``χ²_{k+ν}`` is a beta law of mean ``1/(k + ν)``."""
    each = 1 / (k + nu)
    found = shares(np.zeros(k), np.full(k, each), rest=Rest(0.0, 1 - k * each, nu))
    np.testing.assert_allclose(found, each, rtol=1e-12)


@pytest.mark.parametrize(("k", "nu"), [(1, 1.0), (3, 5.0), (4, 996.0), (2, 1e10)])
def test_the_deviation_of_a_beta_law(k, nu):
    """Of ``χ²_k`` over the sum with ``χ²_ν``: ``2kν/((k + ν)² (k + ν + 2))`` is its variance."""
    each = 1 / (k + nu)
    found = deviation(np.zeros(k), np.full(k, each), rest=Rest(0.0, 1 - k * each, nu))
    exact = 2 * k * nu / ((k + nu) ** 2 * (k + nu + 2))
    assert found == pytest.approx(exact**0.5, rel=1e-8)


def test_small_deviations_are_those_of_the_first_order():
    """``Var = Σ [2(1-s)a_i]² b_i + s² 2 random²/ν`` for small b and many degrees of freedom."""
    amplitude, variance = np.array([0.6, 0.3]), np.array([1e-9, 3e-9])
    rest = Rest(0.25, 0.3, 1e8)
    s = float(amplitude @ amplitude)
    first = (2 * (1 - s) * amplitude) ** 2 @ variance + s**2 * 2 * 0.09 / 1e8
    assert deviation(amplitude, variance, rest=rest) == pytest.approx(first**0.5, rel=1e-4)


def test_all_of_it_without_a_rest():
    assert shares(np.array([0.3]), np.array([0.5]), rest=NONE) == pytest.approx(1, abs=1e-9)
    found = shares(np.array([0.6, 0.0, 0.8]), np.array([0.1, 1.0, 0.0]), rest=NONE)
    assert found.sum() == pytest.approx(1, abs=1e-9)
    assert deviation(np.array([0.3]), np.array([0.5]), rest=NONE) == pytest.approx(0, abs=1e-8)


def test_without_fluctuations_it_is_the_ratio():
    amplitude = np.array([0.7, 1e-5, 0.0])
    found = shares(amplitude, np.zeros(3), rest=Rest(0.51 - 1e-10, 0.0, 1.0))
    np.testing.assert_allclose(found, amplitude**2, rtol=1e-10)


def test_sampled():
    """A ratio of means, and a rest that does not vary, are rejected."""
    rng = np.random.default_rng(0)
    amplitude, variance, nu, draws = np.array([0.6, 0.2]), np.array([0.3, 0.05]), 3.0, 400_000
    x = (amplitude + np.sqrt(variance) * rng.standard_normal((draws, 2))) ** 2
    y = 0.05 + 0.2 * rng.chisquare(nu, draws) / nu
    drawn = x / (x.sum(axis=1) + y)[:, None]
    error = drawn.std(axis=0) / np.sqrt(draws)
    assert np.all(
        np.abs(drawn.mean(axis=0) - shares(amplitude, variance, rest=Rest(0.05, 0.2, nu)))
        < 4 * error
    )
    square = amplitude**2 + variance
    assert np.all(np.abs(drawn.mean(axis=0) - square / (square.sum() + 0.25)) > 10 * error)
    still = shares(amplitude, variance, rest=Rest(0.25, 0.0, nu))
    assert np.all(np.abs(drawn.mean(axis=0) - still) > 10 * error)
    spread = drawn.sum(axis=1).std()
    whole = deviation(amplitude, variance, rest=Rest(0.05, 0.2, nu))
    assert whole == pytest.approx(spread, rel=0.005)
    assert deviation(amplitude, variance, rest=Rest(0.25, 0.0, nu)) < 0.97 * spread


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=6),
    st.floats(0.01, 1),
    st.floats(0, 1),
    st.floats(1, 1e9),
)
def test_shares_are_shares(pairs, fixed, random, nu):
    amplitude, variance = np.array(pairs).T
    found = shares(amplitude, variance, rest=Rest(fixed, random, nu))
    assert np.all(found >= 0)
    assert found.sum() <= 1 + 1e-9
    total = float(np.sum(amplitude**2 + variance))
    if total > 0.01:  # Jensen: x/(x + y) is concave in x, convex in y
        assert found.sum() <= total / (total + fixed) + 1e-9

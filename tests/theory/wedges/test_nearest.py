"""The law of the distance from a random point to the nearest coordinate n-plane."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import betainc
from scipy.stats import chi2, kstest

from theory import InputError, stream
from theory.wedges import Nearest

DRAWS = 8_000


def drawn(D, n, draws=DRAWS):
    """Losses at random points, by sorting."""
    squares = stream(0, D, n).standard_normal((draws, D)) ** 2
    return np.sqrt(np.sort(squares, axis=1)[:, : D - n].sum(axis=1))


@pytest.mark.parametrize(("D", "n"), [(1, 0), (7, 0)])
def test_without_dimensions_the_plane_is_the_origin(D, n):
    law = Nearest(D, n, sigma=2.0)
    assert law.mean_square == pytest.approx(4 * D)
    assert law.variance_square == pytest.approx(16 * 2 * D)
    assert law.probability(3.0) == pytest.approx(chi2.cdf(9 / 4, D))
    assert law.quantile(0.3) ** 2 == pytest.approx(4 * chi2.ppf(0.3, D))


@pytest.mark.parametrize(("D", "n"), [(2, 1), (5, 3), (100, 80), (1000, 10), (3000, 2999)])
def test_mean_square_is_that_of_order_statistics(D, n):
    """A coordinate is summed if at least n of the others are longer: a binomial tail."""

    def summed(x):
        longer = chi2.sf(x**2, 1)
        return D * x**2 * np.sqrt(2 / np.pi) * np.exp(-(x**2) / 2) * betainc(n, D - n, longer)

    ends = [0, 1e-4, 1e-3, 1e-2, 0.1, 1, 3, 9]
    exact = sum(quad(summed, a, b, epsabs=0)[0] for a, b in pairwise(ends))
    assert Nearest(D, n).mean_square == pytest.approx(exact, rel=1e-6)


@pytest.mark.parametrize(("D", "n"), [(2, 1), (12, 7), (100, 50), (200, 190)])
def test_the_law_is_that_of_samples(D, n):
    law, losses = Nearest(D, n), drawn(D, n)
    squares = losses**2
    assert abs(squares.mean() - law.mean_square) < 4 * np.sqrt(law.variance_square / DRAWS)
    fourth = ((squares - squares.mean()) ** 2).std() / np.sqrt(DRAWS)
    assert abs(squares.var() - law.variance_square) < 4 * fourth
    allowed = 0.01 + 1.95 / np.sqrt(DRAWS)  # stated error, and Kolmogorov's 99.9 % band
    assert kstest(losses, law.probability).statistic < allowed
    for wrong in (Nearest(D, n, sigma=1.1), Nearest(D, 0)):
        assert kstest(losses, wrong.probability).statistic > allowed


def test_one_coordinate_of_many_is_that_of_the_least():
    D = 4000
    law = Nearest(D, D - 1)
    for loss in (1e-4, 3e-4, 1e-3):
        exact = 1 - chi2.sf(loss**2, 1) ** D
        assert law.probability(loss) == pytest.approx(exact, abs=1e-3)


@pytest.mark.parametrize("probability", [1e-3, 0.5, 0.999])
def test_quantiles_invert_the_law_and_scale_with_sigma(probability):
    law = Nearest(300, 250, sigma=0.5)
    at = law.quantile(probability)
    assert law.probability(at) == pytest.approx(probability)
    assert at == pytest.approx(Nearest(300, 250).quantile(probability) / 2)


def test_more_dimensions_bring_planes_nearer():
    means = [Nearest(50, n).mean_square for n in range(50)]
    assert np.all(np.diff(means) < 0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"D": 0, "n": 0}, "D must be at least 1, got 0"),
        ({"D": 5, "n": 5}, "n must be at most 4, got 5"),
        ({"D": 5, "n": 1, "sigma": 0}, "sigma must be greater than 0, got 0"),
    ],
)
def test_bad_input_is_refused(arguments, message):
    with pytest.raises(InputError, match=message):
        Nearest(**arguments)


def test_the_largest_dimension_keeps_its_digits():
    D = 10**8
    least = np.log(2) / D * np.sqrt(np.pi / 2)  # of D independent |P_i|, of density √(2/π) at 0
    assert Nearest(D, D - 1).quantile(0.5) == pytest.approx(least, rel=2e-3)
    with pytest.raises(InputError, match="D must be at most 100000000, got 1000000000"):
        Nearest(10 * D, 10 * D - 1).quantile(0.5)


@pytest.mark.parametrize("wrong", [0, 1, 1.5])
def test_a_quantile_needs_a_probability(wrong):
    with pytest.raises(InputError, match="probability must be"):
        Nearest(5, 2).quantile(wrong)

"""All solutions of small perceptrons: exact means, and theory at N → ∞ by extrapolation."""

from functools import cache
from math import log, sqrt

import numpy as np
import pytest
from scipy.special import ndtr

from simulate.perceptron import enumeration, patterns
from theory import InputError, perceptron, stream

ALPHA = 1 / 3


@cache
def drawn(N: int, draws: int) -> np.ndarray:
    """Logarithms of the number of solutions, and of those at N/3 from one with margin 0, 0.3."""
    rows = []
    for i in range(draws):
        rng = stream(0, "enumeration", N, i)
        margins = enumeration.margins(patterns(N // 3, N=N, law="normal", rng=rng))
        solutions = np.flatnonzero(margins >= 0)
        row = [log(len(solutions)) if len(solutions) else np.nan]
        for margin in (0.0, 0.3):
            references = rng.permutation(np.flatnonzero(margins >= margin))[:60]
            near = enumeration.distance_counts(references, solutions, N=N)[:, N // 3]
            row.append(np.log(near[near > 0]).mean() if near.any() else np.nan)
        rows.append(row)
    return np.array(rows) / N


def extrapolated(sizes, values, errors) -> tuple[float, float]:
    """The constant of ``a + b/N`` by least squares, and its standard error."""
    design = np.column_stack([np.ones(len(sizes)), 1 / np.array(sizes)]) / errors[:, None]
    covariance = np.linalg.inv(design.T @ design)
    return float((covariance @ design.T @ (values / errors))[0]), sqrt(covariance[0, 0])


def moments(columns) -> tuple[np.ndarray, np.ndarray]:
    means = [np.nanmean(c) for c in columns]
    return np.array(means), np.array([np.nanstd(c) / sqrt(np.isfinite(c).sum()) for c in columns])


def test_the_mean_number_of_solutions_is_exact():
    """Each pattern leaves a vector with chance H(κ): ``⟨𝒩⟩ = 2^N H(κ)^P``."""
    N, P, draws = 8, 3, 3000
    margins = [
        enumeration.margins(patterns(P, N=N, law="normal", rng=stream(1, i))) for i in range(draws)
    ]
    for kappa in (-0.5, 0.0, 0.7):
        counts = np.array([(m >= kappa).sum() for m in margins])
        error = counts.std() / sqrt(draws)
        assert abs(counts.mean() - 2**N * ndtr(-kappa) ** P) < 4 * error
        assert abs(counts.mean() - 2**N * ndtr(-kappa - 0.1) ** P) > 5 * error


def test_the_entropy_is_that_of_theory_and_not_the_annealed():
    sizes = [6, 9, 12]
    means, errors = moments([drawn(N, draws)[:, 0] for N, draws in ((6, 900), (9, 900), (12, 500))])
    found, error = extrapolated(sizes, means, errors)
    curved = 0.002  # what 1/N² may add
    assert abs(found - float(perceptron.entropy(ALPHA))) < 3 * error + curved
    assert abs(means[-1] - (1 - ALPHA) * log(2)) > 4 * errors[-1]


def test_the_local_entropy_is_that_of_theory():
    """To the share of the ball, whose size at N weights is exact."""
    N, n = 12, 4
    table = drawn(N, 500)
    ball = sum(log((N - i) / (n - i)) for i in range(n)) / N
    means, errors = moments([table[:, 1] - ball])
    bound = float(perceptron.largest_local_entropy(1 / 3))
    told = float(perceptron.local_entropy(1 / 3, alpha=ALPHA)) - bound
    assert abs(means[0] - told) < 4 * errors[0] + 0.005  # 1/N
    assert abs(means[0] + ALPHA * log(2)) > 4 * errors[0] + 0.005  # as if at random


@pytest.mark.slow
def test_references_of_high_margin_have_more_around_them_by_as_much_as_theory_says():
    sizes = [12, 15, 18]
    tables = [drawn(N, draws) for N, draws in zip(sizes, (2500, 1200, 500), strict=True)]
    means, errors = moments([table[:, 2] - table[:, 1] for table in tables])
    found, error = extrapolated(sizes, means, errors)
    around = [
        float(perceptron.local_entropy(1 / 3, alpha=ALPHA, reference_margin=m)) for m in (0.0, 0.3)
    ]
    assert abs(found - (around[1] - around[0])) < 3 * error + 0.0005  # 1/N²
    assert found > 5 * error
    means, errors = moments([table[:, 0] for table in tables])
    found, error = extrapolated(sizes, means, errors)
    assert abs(found - float(perceptron.entropy(ALPHA))) < 3 * error


def test_indices_and_distances():
    w = [1, -1, -1, 1, 1]
    at = enumeration.index(w)
    xi = stream(2).standard_normal((3, 5))
    assert enumeration.margins(xi)[at] == pytest.approx((xi @ w).min() / sqrt(5))
    other = enumeration.index([-1, -1, 1, 1, 1])
    counts = enumeration.distance_counts(np.array([at]), np.array([other, at]), N=5)
    np.testing.assert_array_equal(counts, [[1, 0, 1, 0, 0, 0]])


def test_bad_input_is_refused():
    with pytest.raises(InputError, match="N must be at most 24, got 25"):
        enumeration.margins(np.ones((1, 25)))
    with pytest.raises(InputError, match=r"references must lie in 0\.\.2\^2 - 1"):
        enumeration.distance_counts(np.array([4]), np.array([0]), N=2)
    with pytest.raises(InputError, match="weights must be -1 or 1"):
        enumeration.index([1, 0])

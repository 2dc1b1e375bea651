"""Variances of T along sample eigenvectors against sampling, and back from them to T."""

from __future__ import annotations

import numpy as np
import pytest

from theory.bulk import shrinkage
from theory.bulk.shrinkage import along_sample_eigenvectors, continued, population
from theory.checks import ConvergenceError, InputError

D, DRAWS = 240, 16


SPECTRA = {
    "power law": np.arange(1, D + 1) ** -0.8,
    "two atoms": np.repeat([8.0, 1.0], [48, 192]),
}


def sampled(T, n, *, seed):
    """Variances of T along sample eigenvectors, and the sample eigenvalues; (DRAWS, rank)."""
    rng = np.random.default_rng(seed)
    variances, values = [], []
    for _ in range(DRAWS):
        X = rng.standard_normal((n, len(T))) * np.sqrt(T)
        _, lengths, vectors = np.linalg.svd(X, full_matrices=False)
        variances.append(vectors**2 @ T)
        values.append(lengths**2 / n)
    return np.array(variances), np.array(values)


def deviation(found, draws, *, n):
    """By rank, in units of 4 standard errors and a relative ``1/√n``."""
    mean, error = draws.mean(axis=0), draws.std(axis=0, ddof=1) / np.sqrt(len(draws))
    return np.abs(found - mean) / (4 * error + mean / np.sqrt(n))


@pytest.mark.parametrize("n", [100, 700])
@pytest.mark.parametrize("name", SPECTRA)
def test_variances_are_those_of_samples(name, n):
    T = SPECTRA[name]
    draws, sample = sampled(T, n, seed=0)
    count = min(n, D)
    found = along_sample_eigenvectors(T, n=n, count=count)
    assert deviation(found, draws, n=n).max() < 1
    assert (deviation(sample.mean(axis=0), draws, n=n) > 1).mean() > 0.6  # neither x itself
    assert (deviation(T[:count], draws, n=n) > 1).mean() > 0.3  # nor t


@pytest.mark.parametrize("n", [30, 240, 1000])
def test_equal_eigenvalues_have_no_eigenvectors_to_find(n):
    found = along_sample_eigenvectors(np.full(D, 2.5), n=n, count=min(n, D))
    np.testing.assert_allclose(found, 2.5, rtol=1e-9)


def test_the_scale_of_T_is_that_of_its_variances():
    T = SPECTRA["power law"]
    found = along_sample_eigenvectors(T, n=100, count=100)
    scaled = along_sample_eigenvectors(1e-9 * T, n=100, count=100)
    np.testing.assert_allclose(scaled, 1e-9 * found, rtol=1e-9)


@pytest.mark.parametrize("exponent", [0.7, 1.2])
@pytest.mark.parametrize(("n", "m"), [(100, 40), (700, 120)])
def test_variances_without_noise_give_T(exponent, n, m):
    T = np.arange(1, D + 1) ** -exponent
    variances = along_sample_eigenvectors(T, n=n, count=m)
    found = population(variances, trace=T.sum(), n=n, D=D)
    error, before = (np.abs(each[:m] / T[:m] - 1) for each in (found, variances))
    assert error.max() < 0.025
    assert error.mean() < 0.01
    assert error.max() < before.max() / 7
    assert np.abs(found - T).sum() < 0.01 * T.sum()  # all directions, known or not
    assert found.sum() == pytest.approx(T.sum(), rel=1e-12)


def test_with_noise_T_is_nearer_than_its_variances():
    """Half of the samples are all that a half of the data has: n = 100, 50 ranks."""
    T = SPECTRA["power law"]
    draws, _ = sampled(T, 100, seed=1)
    rows = np.sort(draws[:, :50])[:, ::-1]
    found = np.array([population(row, trace=T.sum(), n=100, D=D)[:50] for row in rows])
    error, before = (np.abs(each / T[:50] - 1).mean(axis=1) for each in (found, rows))
    assert np.all(error < before / 1.5)
    assert error.mean() < 0.12
    assert np.abs(found.mean(axis=0) / T[:50] - 1)[:20].max() < 0.1


def test_ranks_that_the_samples_cannot_tell_are_left_out():
    T = SPECTRA["power law"]
    variances = along_sample_eigenvectors(T, n=60, count=60)
    every = population(variances, trace=T.sum(), n=60, D=D)
    np.testing.assert_array_equal(every, population(variances[:30], trace=T.sum(), n=60, D=D))


def test_what_does_not_settle_is_refused_and_what_does_is_the_nearest(monkeypatch):
    T = SPECTRA["power law"]
    draws, _ = sampled(T, 100, seed=2)
    given = np.sort(draws[0][:50])[::-1]

    def distance(found):
        predicted = along_sample_eigenvectors(found, n=100, count=50)
        return np.abs(given / predicted - 1).mean()

    found = population(given, trace=T.sum(), n=100, D=D)
    start = np.append(given, continued(given, trace=T.sum(), D=D))
    assert distance(found) < 0.5 * distance(start)
    monkeypatch.setattr(shrinkage, "STEPS", 1)
    with pytest.raises(ConvergenceError, match="the eigenvalues of T were not found in 1 steps"):
        population(given, trace=T.sum(), n=100, D=D)


@pytest.mark.parametrize("trace", [4.0, 6.0, 8.0, 30.0])
def test_the_rest_of_the_trace_is_spread_descending(trace):
    known = np.array([1.5, 1.0, 0.5])
    found = continued(known, trace=trace, D=2000)
    assert found.shape == (1997,)
    assert found.sum() == pytest.approx(trace - known.sum(), rel=1e-12)
    assert np.all(np.diff(found) <= 0)
    assert np.all(found <= known[-1])
    assert len(np.unique(found)) <= 100


def test_the_rest_is_flat_where_it_is_too_much_and_steep_where_it_is_little():
    np.testing.assert_array_equal(continued([2.0, 1.0], trace=9.0, D=5), np.full(3, 2.0))
    steep = continued([2.0, 1.0], trace=3.0 + 1e-9, D=5)
    assert steep.sum() == pytest.approx(1e-9, rel=1e-6)
    assert np.all(np.diff(steep) < 0)
    np.testing.assert_array_equal(continued([2.0, 1.0], trace=2.5, D=5), np.zeros(3))
    assert continued([2.0, 1.0], trace=3.0, D=2).size == 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: along_sample_eigenvectors([1, 1], n=0, count=1), "n must be greater than 0"),
        (
            lambda: along_sample_eigenvectors([1, 1], n=1, count=2),
            "count must be at most .* 1, got",
        ),
        (
            lambda: along_sample_eigenvectors([1, 0], n=9, count=2),
            "count must be at most .* 1, got",
        ),
        (
            lambda: along_sample_eigenvectors([1, 1], n=2, count=0),
            "count must be at least 1, got 0",
        ),
        (lambda: population([1, 0], trace=2, n=9, D=4), "variances must be positive, got 0"),
        (lambda: population([1, 1], trace=2, n=9, D=1), "D must be at least 2, got 1"),
        (lambda: population([1, 1], trace=2, n=0.5, D=4), "n must be at least 1, got 0.5"),
        (lambda: continued([1, -1], trace=2, D=4), "known must be positive, got -1"),
        (lambda: continued([1], trace=float("nan"), D=4), "trace must be finite"),
        (lambda: continued([1], trace=0, D=4), "trace must be greater than 0"),
        (lambda: continued([1, 1], trace=2, D=1), "D must be at least 2, got 1"),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(InputError, match=message):
        call()

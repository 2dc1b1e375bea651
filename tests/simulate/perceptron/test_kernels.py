"""Each kernel against its NumPy twin."""

from math import sqrt

import numpy as np
import pytest
from scipy.special import erfc

from simulate.perceptron import _kernels
from theory import stream

pytestmark = pytest.mark.kernels


def binary(rng, *shape):
    return rng.choice(np.array([-1.0, 1.0]), size=shape)


def all_weights(N):
    return ((np.arange(1 << N)[:, None] >> np.arange(N)) & 1) * 2.0 - 1


def test_least_fields():
    xi = stream(0).standard_normal((4, 7))
    least = np.empty(1 << 7)
    _kernels.least_fields(np.ascontiguousarray(xi.T), least)
    np.testing.assert_allclose(least, (all_weights(7) @ xi.T).min(axis=1), atol=1e-12)


def test_fields_are_summed_anew_on_the_way():
    """More vectors than between two refreshes, so that both ways of stepping are met."""
    N = 13
    assert 1 << N > _kernels.REFRESH
    xi = stream(1).standard_normal((2, N))
    least = np.empty(1 << N)
    _kernels.least_fields(np.ascontiguousarray(xi.T), least)
    np.testing.assert_allclose(least, (all_weights(N) @ xi.T).min(axis=1), atol=1e-12)


def test_count_distances():
    a, b = np.array([0, 5, 62]), np.array([1, 2, 5, 63])
    counts = np.zeros((3, 7), dtype=np.int64)
    _kernels.count_distances(a, b, counts)
    w = all_weights(6)
    apart = (w[a][:, None] != w[b]).sum(axis=2)
    expected = np.array([np.bincount(row, minlength=7) for row in apart])
    np.testing.assert_array_equal(counts, expected)


def told(patterns, messages, total, a):
    """Messages of one pattern by enumeration of the hidden units' signs."""
    K = len(total)
    m = np.tanh(total - messages[a])
    mean, variance = m @ patterns[a], (1 - m**2).sum(axis=1)
    up = erfc(-mean / np.sqrt(2 * variance)) / 2
    new = np.empty_like(total)
    signs = all_weights(K)
    for k in range(K):
        others = np.prod(np.where(np.delete(signs, k, 1) > 0, *_both(np.delete(up, k))), axis=1)
        right = others[(signs[:, k] > 0) & (signs.sum(axis=1) > 0)].sum()
        wrong = others[(signs[:, k] < 0) & (signs.sum(axis=1) > 0)].sum()
        centre, rest = mean[k] - patterns[a] * m[k], variance[k] - 1 + m[k] ** 2
        chance = [
            wrong + (right - wrong) * erfc(-(centre + s * patterns[a]) / np.sqrt(2 * rest)) / 2
            for s in (1, -1)
        ]
        new[k] = np.log(chance[0] / chance[1]) / 2
    return new


def _both(up):
    return up, 1 - up


@pytest.mark.parametrize("K", [1, 3, 5])
def test_propagate(K):
    rng = stream(2, K)
    patterns, order = binary(rng, 3, 9), np.array([2, 0, 1])
    messages = 0.3 * rng.standard_normal((3, K, 9))
    total = messages.sum(axis=0) + 0.2 * rng.standard_normal((K, 9))
    expected, sums = messages.copy(), total.copy()
    for a in order:
        new = 0.4 * expected[a] + 0.6 * told(patterns, expected, sums, a)
        sums += new - expected[a]
        expected[a] = new
    _kernels.propagate(patterns, order, messages, total, 0.4)
    np.testing.assert_allclose(messages, expected, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(total, sums, rtol=1e-9, atol=1e-12)


def test_propagate_stays_finite_where_weights_are_sure():
    patterns = binary(stream(3), 2, 9)
    messages = np.zeros((2, 1, 9))
    total = 60 * binary(stream(4), 1, 9)
    _kernels.propagate(patterns, np.arange(2), messages, total, 0.0)
    assert np.isfinite(messages).all()


def test_descend():
    rng = stream(5)
    y, K, N, P, batch = 3, 3, 7, 8, 3
    patterns = binary(rng, P, N)
    orders = np.array([rng.permutation(P) for _ in range(y)])
    turns = np.array([rng.permutation(y) for _ in range(3)])
    fields = rng.standard_normal((y, K, N))
    weights = np.where(fields > 0, 1.0, -1.0)
    centre = weights.mean(axis=0)
    given = fields.copy(), weights.copy(), centre.copy()
    _kernels.descend(patterns, orders, turns, fields, weights, centre, batch, 2.0, 0.1, 0.3)
    H, W, mean = given
    for b, row in enumerate(turns):
        for r in row:
            change = np.zeros((K, N))
            for a in orders[r, b * batch : (b + 1) * batch]:
                h = W[r] @ patterns[a]
                missing = (K + 1) // 2 - (h > 0).sum()
                wrong = [k for k in np.argsort(-h) if h[k] < 0]
                for k in wrong[: max(missing, 0)]:
                    change[k] += 2.0 * patterns[a]
            H[r] += change
            now = np.where(H[r] > 0, 1.0, -1.0)
            H[r] += 0.1 * (np.tanh(0.3 * y * mean) - now)
            W[r] = np.where(H[r] > 0, 1.0, -1.0)
            mean = W.mean(axis=0)
    np.testing.assert_allclose(fields, H, atol=1e-12)
    np.testing.assert_array_equal(weights, W)
    np.testing.assert_allclose(centre, mean, atol=1e-12)


def test_anneal():
    rng = stream(6)
    K, N, P, T = 3, 7, 10, 60
    patterns, weights = binary(rng, P, N), binary(rng, K, N)
    sites, uniforms = rng.integers(K * N, size=T), rng.random(T)
    w = weights.copy()

    def energy(w):
        return int((np.sign(patterns @ w.T).sum(axis=1) < 0).sum())

    for site, uniform in zip(sites, uniforms, strict=True):
        tried = w.copy()
        tried.flat[site] *= -1
        change = energy(tried) - energy(w)
        if change <= 0 or uniform < np.exp(-0.7 * change):
            w = tried
        if energy(w) == 0:
            break
    fields = patterns @ weights.T
    positive = (fields > 0).sum(axis=1)
    left = _kernels.anneal(
        np.ascontiguousarray(patterns.T), sites, uniforms, 0.7, weights, fields, positive
    )
    np.testing.assert_array_equal(weights, w)
    np.testing.assert_allclose(fields, patterns @ w.T)
    np.testing.assert_array_equal(positive, (fields > 0).sum(axis=1))
    assert left == energy(w)


def test_metropolis_visits_weights_as_boltzmann_has_them():
    """Three weights, two patterns: shares of the eight vectors against e^(-β E)."""
    patterns = np.array([[1.0, 1.0, 1.0], [-1.0, -1.0, -1.0]])  # never both, so that none solves
    patterns = np.vstack([patterns, [[1.0, -1.0, 1.0]]])
    vectors, beta = all_weights(3), 0.9
    energies = (patterns @ vectors.T < 0).sum(axis=0)
    expected = np.exp(-beta * energies)
    expected /= expected.sum()
    rng = stream(7)
    w = np.ones((1, 3))
    fields = patterns @ w.T
    positive = (fields > 0).sum(axis=1)
    seen = np.zeros(8)
    rounds, columns = 6000, np.ascontiguousarray(patterns.T)
    for _ in range(rounds):
        _kernels.anneal(
            columns, rng.integers(3, size=10), rng.random(10), beta, w, fields, positive
        )
        seen[int(((w[0] > 0) << np.arange(3)).sum())] += 1
    deviation = np.abs(seen / rounds - expected) / np.sqrt(expected * (1 - expected) / rounds)
    assert deviation.max() < 5
    flat = np.abs(seen / rounds - 1 / 8) / sqrt(1 / 8 * 7 / 8 / rounds)
    assert flat.max() > 5

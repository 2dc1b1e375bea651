"""Loops that NumPy cannot vectorise; each has its NumPy twin in the tests."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

REFRESH = 4096  # configurations after which fields are summed anew, so that rounding cannot grow


@njit(cache=True, nogil=True)
def least_fields(columns, least):
    """The smallest field of each of the 2^N weight vectors, in Gray code order of visits.

    columns (N, P): pattern entries, one row a weight; least (2^N,), at the index whose bit i is 1
    where weight i is +1.
    """
    N, P = columns.shape
    w = -np.ones(N)
    fields = np.empty(P)
    for g in range(1 << N):
        if g % REFRESH == 0:
            if g:
                w[_lowest_bit(g)] *= -1.0
            for a in range(P):
                fields[a] = 0.0
            for i in range(N):
                for a in range(P):
                    fields[a] += w[i] * columns[i, a]
        else:
            bit = _lowest_bit(g)
            w[bit] = -w[bit]
            twice = 2.0 * w[bit]
            for a in range(P):
                fields[a] += twice * columns[bit, a]
        lowest = fields[0]
        for a in range(1, P):
            lowest = min(lowest, fields[a])
        least[g ^ (g >> 1)] = lowest


@njit(cache=True, nogil=True)
def _lowest_bit(g):
    bit = 0
    while not (g >> bit) & 1:
        bit += 1
    return bit


@njit(cache=True, nogil=True)
def count_distances(references, solutions, counts):
    """Add the solutions at each Hamming distance to counts (R, N+1); both are bit patterns."""
    for r in range(references.shape[0]):
        for s in range(solutions.shape[0]):
            x = references[r] ^ solutions[s]
            distance = 0
            while x:
                x &= x - 1
                distance += 1
            counts[r, distance] += 1


@njit(cache=True, nogil=True)
def propagate(patterns, order, messages, total, damping):
    """One pass of belief propagation over the patterns, in place.

    patterns (P, N) of ±1; order (P,) in which they act; messages (P, K, N) and total (K, N), their
    sums with the external fields, as fields (atanh of magnetisations). The hidden units' fields are
    taken as normal; the majority of the K units is exact.
    """
    P, K, N = messages.shape
    mean, variance = np.empty(K), np.empty(K)
    up, m = np.empty(K), np.empty((K, N))
    for place in range(P):
        a = order[place]
        for k in range(K):
            mean[k] = 0.0
            variance[k] = 0.0
            for i in range(N):
                m[k, i] = math.tanh(total[k, i] - messages[a, k, i])
                mean[k] += patterns[a, i] * m[k, i]
                variance[k] += 1.0 - m[k, i] * m[k, i]
            up[k] = 0.5 * math.erfc(-mean[k] / math.sqrt(2.0 * max(variance[k], 1e-6)))
        for k in range(K):
            right, wrong = _majority(up, k)
            for i in range(N):
                rest = max(variance[k] - 1.0 + m[k, i] * m[k, i], 1e-6)
                centre = mean[k] - patterns[a, i] * m[k, i]
                width = math.sqrt(2.0 * rest)
                plus = 0.5 * math.erfc(-max((centre + patterns[a, i]) / width, -26.0))
                minus = 0.5 * math.erfc(-max((centre - patterns[a, i]) / width, -26.0))
                told = 0.5 * math.log(
                    (wrong + (right - wrong) * plus) / (wrong + (right - wrong) * minus)
                )
                new = damping * messages[a, k, i] + (1.0 - damping) * told
                total[k, i] += new - messages[a, k, i]
                messages[a, k, i] = new


@njit(cache=True, nogil=True)
def _majority(up, k):
    """Chances that most units are +1 if unit k is, and if it is not, given those of the others."""
    K = up.shape[0]
    counts = np.zeros(K)
    counts[0] = 1.0
    seen = 0
    for other in range(K):
        if other != k:
            seen += 1
            for j in range(seen, 0, -1):
                counts[j] = counts[j] * (1.0 - up[other]) + counts[j - 1] * up[other]
            counts[0] *= 1.0 - up[other]
    half = (K - 1) // 2
    right = 0.0
    for j in range(half, K):
        right += counts[j]
    return right, right - counts[half]


@njit(cache=True, nogil=True)
def descend(patterns, orders, turns, hidden_fields, weights, centre, batch, rate, pull, focus):
    """One epoch of replicated stochastic descent, in place.

    patterns (P, N) of ±1; orders (y, P) of the patterns for each replica; turns (batches, y) in
    which the replicas move; hidden_fields (y, K, N) behind weights (y, K, N) of ±1; centre (K, N),
    the mean of the weights.
    """
    y, K, N = weights.shape
    P = patterns.shape[0]
    change, fields = np.empty((K, N)), np.empty(K)
    for b in range(turns.shape[0]):
        for turn in range(y):
            r = turns[b, turn]
            change[:] = 0.0
            for place in range(b * batch, min((b + 1) * batch, P)):
                a = orders[r, place]
                positive = 0
                for k in range(K):
                    fields[k] = 0.0
                    for i in range(N):
                        fields[k] += patterns[a, i] * weights[r, k, i]
                    positive += fields[k] > 0
                for _ in range((K + 1) // 2 - positive):
                    nearest = -1
                    for k in range(K):
                        if fields[k] < 0 and (nearest < 0 or fields[k] > fields[nearest]):
                            nearest = k
                    fields[nearest] = 1.0
                    for i in range(N):
                        change[nearest, i] += rate * patterns[a, i]
            for k in range(K):
                for i in range(N):
                    old = weights[r, k, i]
                    field = hidden_fields[r, k, i] + change[k, i]
                    now = 1.0 if field > 0 else -1.0
                    field += pull * (math.tanh(focus * y * centre[k, i]) - now)
                    new = 1.0 if field > 0 else -1.0
                    hidden_fields[r, k, i] = field
                    weights[r, k, i] = new
                    centre[k, i] += (new - old) / y


@njit(cache=True, nogil=True)
def anneal(columns, sites, uniforms, beta, weights, fields, positive):
    """Metropolis proposals to flip one weight, at the number of errors as energy, in place.

    columns (N, P): pattern entries, one row a weight; sites (T,) in 0 … K N - 1 and uniforms (T,),
    a proposal each; weights (K, N) of ±1; fields (P, K) and positive (P,), how many of them are
    above zero. The number of errors at the end.
    """
    N, P = columns.shape
    K = weights.shape[0]
    majority = (K + 1) // 2
    errors = 0
    for a in range(P):
        errors += positive[a] < majority
    for proposal in range(sites.shape[0]):
        k, i = sites[proposal] // N, sites[proposal] % N
        step = -2.0 * weights[k, i]
        change = 0
        for a in range(P):
            before = fields[a, k] > 0
            after = fields[a, k] + step * columns[i, a] > 0
            if before != after:
                was = positive[a] >= majority
                will = positive[a] + (1 if after else -1) >= majority
                change += int(was) - int(will)
        if change > 0 and uniforms[proposal] >= math.exp(-beta * change):
            continue
        errors += change
        weights[k, i] = -weights[k, i]
        for a in range(P):
            before = fields[a, k] > 0
            fields[a, k] += step * columns[i, a]
            positive[a] += int(fields[a, k] > 0) - int(before)
        if errors == 0:
            break
    return errors

"""Searches and enumeration of perceptrons against plain loops in NumPy, on one thread.

The plain way does the same updates one pattern, one proposal or one weight vector at a time, each
vectorised over the weights or the patterns.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.special import erfc

from benchmarks.sampling import seconds
from simulate.perceptron import _kernels, patterns
from theory import stream
from theory.arrays import Array

BARS = {
    "propagate, N=101 K=5: loop / ours": "at least 20",
    "descend, N=101 K=5 y=7: loop / ours": "at least 20",
    "anneal, N=101 K=1: loop / ours": "at least 20",
    "enumerate, N=16: loop / ours": "at least 20",
}


def compare() -> dict[str, Any]:
    """Ratios of seconds and our own seconds, and the bar of each ratio."""
    found: dict[str, float] = {}
    for name, (ours, plain) in TASKS.items():
        mine = seconds(ours, rounds=3)
        begin = time.process_time()
        plain()
        found[f"{name}: seconds"] = mine
        found[f"{name}: loop / ours"] = (time.process_time() - begin) / mine
    return {name: round(value, 5) for name, value in found.items()} | {"bars": BARS}


def _inputs(*, N: int, K: int, alpha: float) -> tuple[Array, Array, Array]:
    xi = patterns(round(alpha * N * K), N=N, rng=stream(0))
    messages = 0.1 * stream(1).uniform(-1, 1, (len(xi), K, N))
    return xi, messages, messages.sum(axis=0)


def propagate() -> None:
    """One pass of belief propagation over 152 patterns of a committee of five units."""
    xi, messages, total = _inputs(N=101, K=5, alpha=0.3)
    _kernels.propagate(xi, np.arange(len(xi)), messages, total, 0.5)


def plain_propagate() -> None:
    """The same, message by message."""
    xi, messages, total = _inputs(N=101, K=5, alpha=0.3)
    K, N = total.shape
    for a, pattern in enumerate(xi):
        m = np.tanh(total - messages[a])
        mean, variance = m @ pattern, (1 - m**2).sum(axis=1)
        up = erfc(-mean / np.sqrt(2 * variance)) / 2
        for k in range(K):
            counts = np.ones(1)
            for other in np.delete(up, k):
                counts = np.convolve(counts, [1 - other, other])
            right, wrong = counts[K // 2 :].sum(), counts[K // 2 + 1 :].sum()
            for i in range(N):
                rest = variance[k] - 1 + m[k, i] ** 2
                centre = mean[k] - pattern[i] * m[k, i]
                chances = erfc(-(centre + pattern[i] * np.array([1, -1])) / np.sqrt(2 * rest)) / 2
                plus, minus = wrong + (right - wrong) * chances
                new = 0.5 * messages[a, k, i] + 0.25 * np.log(plus / minus)
                total[k, i] += new - messages[a, k, i]
                messages[a, k, i] = new


def _replicas() -> tuple[Array, Array, Array, Array]:
    xi = patterns(152, N=101, rng=stream(0))
    fields = stream(2).standard_normal((7, 5, 101))
    weights = np.where(fields > 0, 1.0, -1.0)
    return xi, fields, weights, weights.mean(axis=0)


def descend() -> None:
    """One epoch of seven replicas of a committee of five units."""
    xi, fields, weights, centre = _replicas()
    orders = np.tile(np.arange(len(xi)), (7, 1))
    turns = np.tile(np.arange(7), (31, 1))
    _kernels.descend(xi, orders, turns, fields, weights, centre, 5, 2.0, 0.1, 0.3)


def plain_descend() -> None:
    """The same, weight by weight."""
    xi, fields, weights, centre = _replicas()
    y, K, N = weights.shape
    for start in range(0, len(xi), 5):
        for r in range(y):
            change = np.zeros((K, N))
            for pattern in xi[start : start + 5]:
                h = weights[r] @ pattern
                wrong = [k for k in np.argsort(-h) if h[k] < 0]
                for k in wrong[: max((K + 1) // 2 - (h > 0).sum(), 0)]:
                    change[k] += 2.0 * pattern
            for k in range(K):
                for i in range(N):
                    field = fields[r, k, i] + change[k, i]
                    now = 1.0 if field > 0 else -1.0
                    field += 0.1 * (np.tanh(0.3 * y * centre[k, i]) - now)
                    new = 1.0 if field > 0 else -1.0
                    centre[k, i] += (new - weights[r, k, i]) / y
                    fields[r, k, i], weights[r, k, i] = field, new


SWEEPS = 20


def anneal() -> None:
    """Twenty sweeps of proposals on a perceptron with 50 patterns."""
    xi = patterns(50, N=101, rng=stream(0))
    weights = np.ones((1, 101))
    fields = xi @ weights.T
    rng = stream(3)
    sites, uniforms = rng.integers(101, size=101 * SWEEPS), rng.random(101 * SWEEPS)
    positive = (fields > 0).sum(axis=1)
    _kernels.anneal(np.ascontiguousarray(xi.T), sites, uniforms, 2.0, weights, fields, positive)


def plain_anneal() -> None:
    """The same, vectorised over the patterns."""
    xi = patterns(50, N=101, rng=stream(0))
    weights = np.ones(101)
    rng = stream(3)
    for i, uniform in zip(
        rng.integers(101, size=101 * SWEEPS), rng.random(101 * SWEEPS), strict=True
    ):
        tried = weights.copy()
        tried[i] *= -1
        change = int((xi @ tried < 0).sum()) - int((xi @ weights < 0).sum())
        if change <= 0 or uniform < np.exp(-2.0 * change):
            weights = tried


def enumerate_all() -> None:
    """The margins of all 65,536 weight vectors of a perceptron with 16 weights, 8 patterns."""
    _kernels.least_fields(stream(0).standard_normal((16, 8)), np.empty(1 << 16))


def plain_enumerate() -> None:
    """The same, a weight vector at a time."""
    columns = stream(0).standard_normal((16, 8))
    least = np.empty(1 << 16)
    for index in range(1 << 16):
        w = ((index >> np.arange(16)) & 1) * 2.0 - 1
        least[index] = (w @ columns).min()


TASKS: dict[str, tuple[Callable[[], None], Callable[[], None]]] = {
    "propagate, N=101 K=5": (propagate, plain_propagate),
    "descend, N=101 K=5 y=7": (descend, plain_descend),
    "anneal, N=101 K=1": (anneal, plain_anneal),
    "enumerate, N=16": (enumerate_all, plain_enumerate),
}

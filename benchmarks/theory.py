"""The outliers given the softmax outputs against one sampled spectrum in plain NumPy."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax
from threadpoolctl import threadpool_limits

from theory import hessian, stream

SIGMA_E = 0.7


def sampled_outliers(p: NDArray, c: NDArray, rng: np.random.Generator) -> NDArray:
    """Top C-1 eigenvalues of one draw of G: logit gradients, centred, one product, eigvalsh."""
    N, C = p.shape
    D = c.shape[1]
    J = c + SIGMA_E / np.sqrt(D) * rng.standard_normal((N, C, D))
    J -= p[:, None, :] @ J
    J *= np.sqrt(p / N)[:, :, None]
    X = J.reshape(N * C, D)
    return np.linalg.eigvalsh(X.T @ X)[:-C:-1]


def predicted_outliers(p: NDArray, c: NDArray) -> NDArray:
    return hessian.outliers(p, Gamma=c @ c.T, sigma_E=SIGMA_E, D=c.shape[1])


def least(work: Callable[[], NDArray], *, rounds: int) -> tuple[float, NDArray]:
    """Least processor seconds of several rounds, and the last result."""
    best, out = np.inf, np.empty(0)
    for _ in range(rounds):
        begin = time.process_time()
        out = work()
        best = min(best, time.process_time() - begin)
    return best, out


def case(N: int, C: int, D: int) -> tuple[NDArray, NDArray]:
    """Softmax outputs at σ_z = 1, and means of unit RMS length in min(D, 1000) dimensions."""
    rng = stream(0, "benchmark-theory", C)
    q = min(D, 1000)
    p = softmax(rng.standard_normal((N, C)), axis=1)
    return p, rng.standard_normal((C, q)) / np.sqrt(q)


def large(N: int, C: int, D: int) -> dict[str, float]:
    """Processor seconds, and the peak of new memory in units of the outputs' own."""
    p, c = case(N, C, D)

    def work() -> NDArray:
        return hessian.outliers(p, Gamma=c @ c.T, sigma_E=SIGMA_E, D=D)

    seconds, found = least(work, rounds=3)
    tracemalloc.start()
    work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return {"seconds": seconds, "outliers": len(found), "memory_over_outputs": peak / p.nbytes}


def compare(*, rounds: int = 30) -> dict[str, dict[str, float]]:
    """Nine outliers at N=300, C=10, D=1000 beside one draw; then the two large sizes."""
    with threadpool_limits(1):
        p, c = case(300, 10, 1000)
        predicted_outliers(p, c)  # compiles
        ours, found = least(lambda: predicted_outliers(p, c), rounds=rounds)
        rng = stream(1, "benchmark-theory")
        drawn, sample = least(lambda: sampled_outliers(p, c, rng), rounds=max(rounds // 6, 1))
        return {
            "N=300 C=10 D=1000": {
                "seconds": ours,
                "sampled_seconds": drawn,
                "speedup": drawn / ours,
                "largest_relative_difference": float(np.abs(sample / found - 1).max()),
            },
            "N=10^6 C=10 D=10^6": large(10**6, 10, 10**6),
            "N=10^4 C=100 D=10^6": large(10**4, 100, 10**6),
        }

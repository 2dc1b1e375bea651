"""Exact sampling against the plain NumPy way, side by side in one run on one BLAS thread.

Seconds are of the process's CPU, the least of several rounds; memory is the peak of a fresh process
that does nothing else (Linux only), which holds about 0.15 GiB before it starts.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from simulate.hessian import spectrum
from simulate.one_draw.draws import Examples, examples, mean_gram
from simulate.top import top
from theory import Params, stream

SCALES: dict[str, Any] = {"sigma_z": 1.0, "sigma_c": 1.0, "sigma_E": 0.7}
BARS = {
    "full D=1000: baseline / ours": "at least 1.25",
    "full D=1000: ours / (normals + syrk + eigvalsh)": "at most 1.3",
    "full D=1e5: baseline / ours": "at least 15",
    "full D=1e5: GiB": "at most 0.5",
    "full D=1e9 / full D=1e5": "about 1",
    "top 9, N C=3000: seconds": "at most 0.05",
    "top 9, N C=1e5, D=1e7: seconds": "at most 3",
    "top 9, N C=1e5, D=1e7: GiB": "at most 0.5",
}


def model(*, N: int, D: int) -> tuple[Params, Examples, NDArray[np.float64]]:
    """Parameters, examples and Gram matrix of the means of one draw with ten classes."""
    params = Params(N=N, C=10, D=D, **SCALES)
    return params, examples(params, seed=0), mean_gram(params, rng=stream(0, "means"))


def plain(*, N: int, D: int) -> NDArray[np.float64]:
    """Eigenvalues by the definition in NumPy: logit gradients, then the smaller Gram matrix."""
    params, drawn, _ = model(N=N, D=D)
    rng = np.random.default_rng(0)
    c = rng.standard_normal((10, D)) * params.sigma_c / np.sqrt(D)
    J = c + rng.standard_normal((N, 10, D)) * params.sigma_E / np.sqrt(D)
    p = drawn.p[:, :, None]
    X = (np.sqrt(p) * (J - (p * J).sum(axis=1, keepdims=True))).reshape(-1, D) / np.sqrt(N)
    return np.asarray(np.linalg.eigvalsh(X.T @ X if len(X) > D else X @ X.T), dtype=np.float64)


def full(*, N: int, D: int) -> float:
    """Largest eigenvalue of a full spectrum with gradient power, by ``simulate.hessian``."""
    params, drawn, Gamma = model(N=N, D=D)
    options = {"Gamma": Gamma, "sigma_E": params.sigma_E, "D": D}
    return spectrum(drawn.p, drawn.r, rng=stream(1), **options).lambda_max


def head(*, N: int, D: int) -> float:
    """Largest eigenvalue of the top nine with gradient power, by ``simulate.top``."""
    params, drawn, Gamma = model(N=N, D=D)
    options = {"Gamma": Gamma, "sigma_E": params.sigma_E, "D": D}
    return top(drawn.p, drawn.r, k=9, rng=stream(1), **options).lambda_max


def parts(*, N: int, D: int) -> None:
    """What any way through weight space must do: N·C·D normals, one syrk, one eigvalsh."""
    X = stream(2).standard_normal((N * 10, D))
    np.linalg.eigvalsh(X.T @ X)


def seconds(work: Callable[[], object], *, rounds: int) -> float:
    """Least CPU seconds of several rounds after one to compile and to load."""
    work()
    best = np.inf
    for _ in range(rounds):
        begin = time.process_time()
        work()
        best = min(best, time.process_time() - begin)
    return best


def peak(work: Callable[..., object], **sizes: int) -> float:
    """Peak GiB of a fresh process that does the work once."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_peak, (work,), {"sizes": sizes})


def _peak(work: Callable[..., object], *, sizes: dict[str, int]) -> float:
    with threadpool_limits(limits=1, user_api="blas"):
        work(**sizes)
    status = Path("/proc/self/status")
    if not status.exists():
        return float("nan")
    kib = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return int(kib.split()[1]) / 2**20


def compare() -> dict[str, float | dict[str, str]]:
    """Ratios, seconds and memory of the page's sizes, and the bar of each."""
    found: dict[str, float] = {}
    with threadpool_limits(limits=1, user_api="blas"):
        ours = seconds(lambda: full(N=300, D=1000), rounds=5)
        found["full D=1000: seconds"] = ours
        baseline = seconds(lambda: plain(N=300, D=1000), rounds=5)
        found["full D=1000: baseline / ours"] = baseline / ours
        least = seconds(lambda: parts(N=300, D=1000), rounds=5)
        found["full D=1000: ours / (normals + syrk + eigvalsh)"] = ours / least

        ours = seconds(lambda: full(N=300, D=10**5), rounds=2)
        found["full D=1e5: seconds"] = ours
        begin = time.process_time()
        plain(N=300, D=10**5)
        found["full D=1e5: baseline / ours"] = (time.process_time() - begin) / ours
        huge = seconds(lambda: full(N=300, D=10**9), rounds=2)
        found["full D=1e9 / full D=1e5"] = huge / ours

        found["top 9, N C=3000: seconds"] = seconds(lambda: head(N=300, D=10**5), rounds=5)
        found["top 9, N C=1e5, D=1e7: seconds"] = seconds(lambda: head(N=10**4, D=10**7), rounds=2)
        found["top 9, N C=1e6, D=1e9: seconds"] = seconds(lambda: head(N=10**5, D=10**9), rounds=1)
    found["full D=1e5: GiB"] = peak(full, N=300, D=10**5)
    found["top 9, N C=1e5, D=1e7: GiB"] = peak(head, N=10**4, D=10**7)
    found["top 9, N C=1e6, D=1e9: GiB"] = peak(head, N=10**5, D=10**9)
    return {name: round(value, 4) for name, value in found.items()} | {"bars": BARS}

"""A CUDA device against all cores and against its own limit: sampled spectra, and measurements.

Wall seconds, as work on the device uses no CPU: the least of several rounds. A sampled spectrum's
are those of one replicate of a batch. The limit is what the bytes that must move through the
device's memory, or the operations, take at the rates of a large copy and a large matrix product,
whichever is more, in the algorithm that we use.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from simulate.replicates import replicates
from theory import Params

REPLICATES = 256
ON_CORES = 32  # replicates, as these cost the same each
ROUNDS = 3
PRODUCTS = 100


@dataclass(frozen=True)
class Card:
    """Rates of a device, measured: bytes/s of a copy, and operations/s in two types."""

    copy: float
    float32: float
    float64: float

    def seconds(self, *, moved: float = 0, float32: float = 0, float64: float = 0) -> float:
        """The least time of so many bytes moved and operations."""
        return max(moved / self.copy, float32 / self.float32 + float64 / self.float64)


def rates() -> Card:
    """Those of the present device."""
    import torch

    n = 8192
    source = torch.empty(2**30, dtype=torch.uint8, device="cuda")
    target = torch.empty_like(source)
    found = {"copy": 2 * len(source) / _seconds(lambda: target.copy_(source))}
    for dtype in (torch.float32, torch.float64):
        a = torch.randn(n, n, dtype=dtype, device="cuda")
        found[str(dtype).removeprefix("torch.")] = 2 * n**3 / _seconds(lambda a=a: a @ a)
    return Card(**found)


def sampled(params: Params, *, count: int, device: str | None) -> float:
    """Seconds of one of ``count`` replicates, after a run that compiles and loads."""
    options: dict[str, Any] = {"workers": os.cpu_count() or 1, "device": device}
    replicates(params, seed=0, replicates=2, **options)
    work = partial(replicates, params, seed=1, replicates=count, **options)
    return _seconds(work, rounds=ROUNDS if device else 1, first=False) / count


def sampled_limit(params: Params, card: Card) -> float:
    """Of one replicate: the matrix is formed, and reflected to tridiagonal form."""
    rows = params.N * (params.C - 1)
    n = min(params.D, rows)
    return card.seconds(float64=2.0 * n * n * rows) + card.seconds(moved=8.0 * n**3)


def measurements(device: str, card: Card | None) -> dict[str, tuple[float, float]]:
    """Seconds and the limit, by task: float32, digits, a small and a wide MLP."""
    import torch

    from empirical.capture import capture
    from empirical.data import digits
    from empirical.estimates import clustering
    from empirical.gauss_newton.spectrum import eigenvalues
    from empirical.networks import mlp
    from empirical.operators import Curvature
    from empirical.operators.lanczos import eigenpairs

    settings: dict[str, Any] = {"dtype": torch.float32, "device": device}
    found: dict[str, tuple[float, float]] = {}

    def measure(name: str, task: Callable[[], object], **cost: float) -> None:
        limit = card.seconds(**cost) if card else 0.0
        found[name] = _seconds(task, rounds=ROUNDS if card else 1), limit

    for width, N in ((200, 500), (2000, 1400)):
        network, data = mlp((64, width, width, 10), seed=0), digits(seed=0)[0].take(np.arange(N))
        sample = capture(network, data, **settings)
        D, C = sample.gradients.D, sample.C
        H = Curvature(network, data, **settings).H
        vector = torch.ones(H.D, device=device)
        at = f"width {width}, N={N}"
        measure(f"capture, {at}", lambda n=network, d=data: capture(n, d, **settings))
        measure(
            f"cosines, {at}",
            lambda s=sample: clustering.cosines(s),
            float32=4.0 * N * C * D,
            moved=4.0 * 4 * C * D,
        )
        measure(f"H product, {at}", lambda H=H, v=vector: H(v), float32=12.0 * N * D)
        if width == 200:
            n = N * (C - 1)
            measure(
                f"exact spectrum, {at}",
                lambda s=sample: eigenvalues(s),
                float32=2.0 * n * n * 2 * width,
                moved=2 / 3 * n**3 * 4,
            )
            measure(f"top 10 of H, {at}", lambda H=H: eigenpairs(H, top=10))
    return found


def compare() -> dict[str, float | str]:
    """Seconds on the device, how many times those of the cores are, and the limit in them.

    Without a device only a line that says so. Sampled results come back to the host, so that the
    device has done its work when the clock stops.
    """
    try:
        import torch
    except ImportError:
        return {"device": "none: torch is not installed"}
    if not torch.cuda.is_available():
        return {"device": "none: torch finds no CUDA device, nothing is compared"}
    card = rates()
    found: dict[str, float | str] = {
        "device": torch.cuda.get_device_name(),
        "copy: TB/s": card.copy / 1e12,
        "float32: TFLOP/s": card.float32 / 1e12,
        "float64: TFLOP/s": card.float64 / 1e12,
    }
    for D, count in ((300, REPLICATES), (1000, REPLICATES), (10**5, ON_CORES)):
        params = Params(N=300, C=10, D=D, sigma_z=1.0, sigma_c=1.0, sigma_E=0.7)
        ours = sampled(params, count=count, device="cuda")
        cores = sampled(params, count=ON_CORES, device=None)
        found[f"full D={D:g}: seconds"] = ours
        found[f"full D={D:g}: cores / device"] = cores / ours
        found[f"full D={D:g}: device / limit"] = ours / sampled_limit(params, card)
    cores_of = measurements("cpu", None)
    for task, (ours, limit) in measurements("cuda", card).items():
        found[f"{task}: seconds"] = ours
        found[f"{task}: cores / device"] = cores_of[task][0] / ours
        if limit:
            found[f"{task}: device / limit"] = ours / limit
    return found


def _seconds(work: Callable[[], object], *, rounds: int = ROUNDS, first: bool = True) -> float:
    """The least of several rounds, after a first one; the device has ended its work."""
    import torch

    best = float("inf")
    for i in range(rounds + first):
        begin = time.perf_counter()
        work()
        torch.cuda.synchronize()
        if i or not first:
            best = min(best, time.perf_counter() - begin)
    return best

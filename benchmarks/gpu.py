"""Full spectra batched on a CUDA device against those of all cores, side by side in one run.

Wall seconds of one replicate, as work on the device uses no CPU: the least of several rounds.
"""

from __future__ import annotations

import os
import time

from simulate.replicates import replicates
from theory import Params

REPLICATES = 32
ROUNDS = 3


def seconds(params: Params, *, device: str | None) -> float:
    """Least wall seconds of one replicate, after a run that compiles and loads."""
    workers = os.cpu_count() or 1
    replicates(params, seed=0, replicates=1, device=device)
    best = float("inf")
    for seed in range(ROUNDS):
        begin = time.perf_counter()
        replicates(params, seed=seed, replicates=REPLICATES, workers=workers, device=device)
        best = min(best, time.perf_counter() - begin)
    return best / REPLICATES


def compare() -> dict[str, float | str]:
    """Seconds of a replicate and the ratio at two sizes; only the device's name where it is none.

    The results come back to the host, so that the device has done its work when the clock stops.
    """
    try:
        import torch
    except ImportError:
        return {"device": "none"}
    if not torch.cuda.is_available():
        return {"device": "none"}
    found: dict[str, float | str] = {"device": torch.cuda.get_device_name()}
    for D in (1000, 10**5):
        params = Params(N=300, C=10, D=D, sigma_z=1.0, sigma_c=1.0, sigma_E=0.7)
        ours, cores = seconds(params, device="cuda"), seconds(params, device=None)
        found[f"full D={D:g}: seconds"] = ours
        found[f"full D={D:g}: cores / device"] = cores / ours
    return found

"""A CUDA device against all cores: sampled spectra, and measurements of a network.

Wall seconds, as work on the device uses no CPU: the least of several rounds. A sampled spectrum's
are those of one replicate of a batch.
"""

from __future__ import annotations

import os
import time
from typing import Any

import numpy as np

from simulate.replicates import replicates
from theory import Params

REPLICATES = 32
ROUNDS = 3


def sampled(params: Params, *, device: str | None) -> float:
    """Seconds of one replicate, after a run that compiles and loads."""
    workers = os.cpu_count() or 1
    replicates(params, seed=0, replicates=1, device=device)
    best = float("inf")
    for seed in range(ROUNDS):
        begin = time.perf_counter()
        replicates(params, seed=seed, replicates=REPLICATES, workers=workers, device=device)
        best = min(best, time.perf_counter() - begin)
    return best / REPLICATES


def measured(task: str, *, device: str) -> float:
    """Seconds of a measurement of the digits MLP on 500 examples, float32, after a first run."""
    import torch

    from empirical.capture import capture
    from empirical.data import digits
    from empirical.estimates import clustering
    from empirical.gauss_newton.spectrum import eigenvalues
    from empirical.networks import mlp
    from empirical.operators import Curvature
    from empirical.operators.lanczos import eigenpairs

    network = mlp((64, 200, 200, 10), seed=0)
    data = digits(seed=0)[0].take(np.arange(500))
    settings: dict[str, Any] = {"dtype": torch.float32, "device": device}
    work = {
        "exact spectrum": lambda: eigenvalues(capture(network, data, **settings)),
        "cosines": lambda: clustering.cosines(capture(network, data, **settings)),
        "top 10 of H": lambda: eigenpairs(Curvature(network, data, **settings).H, top=10),
    }[task]
    best = float("inf")
    for _ in range(ROUNDS + 1):
        begin = time.perf_counter()
        work()
        if device == "cuda":
            torch.cuda.synchronize()
        best = min(best, time.perf_counter() - begin)
    return best


def compare() -> dict[str, float | str]:
    """Seconds on the device and the ratio of those on the cores to them: of a replicate at two
    sizes, and of each measurement. Without a device only a line that says so.

    Sampled results come back to the host, so that the device has done its work when the clock
    stops.
    """
    try:
        import torch
    except ImportError:
        return {"device": "none: torch is not installed"}
    if not torch.cuda.is_available():
        return {"device": "none: torch finds no CUDA device, nothing is compared"}
    found: dict[str, float | str] = {"device": torch.cuda.get_device_name()}
    for D in (1000, 10**5):
        params = Params(N=300, C=10, D=D, sigma_z=1.0, sigma_c=1.0, sigma_E=0.7)
        ours, cores = sampled(params, device="cuda"), sampled(params, device=None)
        found[f"full D={D:g}: seconds"] = ours
        found[f"full D={D:g}: cores / device"] = cores / ours
    for task in ("exact spectrum", "cosines", "top 10 of H"):
        ours, cores = measured(task, device="cuda"), measured(task, device="cpu")
        found[f"{task}: seconds"] = ours
        found[f"{task}: cores / device"] = cores / ours
    return found

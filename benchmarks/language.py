"""Language models over the size of their vocabulary: seconds, and memory against what is told.

A transformer of random weights on random words, 512 examples, in float32; each size in a fresh
process. On a GPU where there is one, and then in wall seconds, else on one core, in seconds of the
processor. Seconds: a product with G; the top eigenvalues; Γ as diagonal plus low rank; the outliers
from it, always on the host. Memory: the peak of the eigenvalues above what is held before, and what
``gauss_newton.needed`` says (Linux only, but on a GPU).
"""

from __future__ import annotations

import multiprocessing
import resource
import sys
import time
from collections.abc import Callable

import torch

from empirical import networks
from empirical.language import Readout, Windows, gauss_newton
from empirical.language.means import means
from empirical.language.measure import outputs
from theory.models.many_classes import ManyClasses

VOCABULARIES = (1000, 8192, 50_257)
CONTEXT, WINDOWS, WIDTH, TOP, RANK = 32, 16, 64, 10, 8
SIGMA_E, DIMENSION = 8.0, 1000


def compare() -> dict[str, dict[str, float | str]]:
    """What each vocabulary takes."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    found = {}
    for C in VOCABULARIES:
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            found[str(C)] = pool.apply(measure, (C, device))
        print(f"C = {C}: {found[str(C)]}", file=sys.stderr)
    return found


def measure(C: int, device: str) -> dict[str, float | str]:
    """Seconds and megabytes at one vocabulary on ``cpu`` or ``cuda``."""
    torch.set_num_threads(1)
    at = torch.device(device)
    _eigenvalues(_random(50, at))  # loads what is needed
    readout = _random(C, at)
    vector = torch.ones(1, readout.D, device=at)
    before = _held(at)
    eigenvalues = _seconds(lambda: _eigenvalues(readout), at)
    taken = _peak(at) - before
    product = _seconds(lambda: gauss_newton.G(readout)(vector), at)
    gram = []
    estimated = _seconds(lambda: gram.append(means(readout, weighting="curvature", rank=RANK)), at)
    p, _ = outputs(readout)
    model = ManyClasses(p, means=gram[0], sigma_E=SIGMA_E, D=DIMENSION, top=TOP)
    return {
        "device": torch.cuda.get_device_name() if device == "cuda" else "one core",
        "D": readout.D,
        "product_seconds": product,
        "eigenvalues_seconds": eigenvalues,
        "means_seconds": estimated,
        "outliers_seconds": _seconds(lambda: model.outliers, at),
        "MB": taken / 1e6,
        "MB_told": gauss_newton.needed(readout, top=TOP) / 1e6,
    }


def _random(C: int, device: torch.device) -> Readout:
    network = networks.transformer(classes=C, context=CONTEXT, width=WIDTH, seed=0)
    draws = torch.Generator().manual_seed(0)
    sequence = torch.randint(0, C, (WINDOWS * CONTEXT + 1,), generator=draws)
    windows = Windows.of(sequence, context=CONTEXT, classes=C)
    return Readout(network, windows, dtype=torch.float32, device=device)


def _eigenvalues(readout: Readout) -> object:
    return gauss_newton.leading(readout, top=TOP, tolerance=1e-2)


def _seconds(work: Callable[[], object], device: torch.device) -> float:
    """Of the processor; on a GPU, which works beside it, of the wall, all its work done."""
    if device.type == "cpu":
        start = time.process_time()
        work()
        return time.process_time() - start
    torch.cuda.synchronize()
    start = time.perf_counter()
    work()
    torch.cuda.synchronize()
    return time.perf_counter() - start


def _held(device: torch.device) -> int:
    """Bytes from which a peak is counted."""
    if device.type == "cpu":
        return _peak(device)
    torch.cuda.reset_peak_memory_stats()
    return torch.cuda.memory_allocated()


def _peak(device: torch.device) -> int:
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated()
    return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

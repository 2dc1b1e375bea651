"""Language models over the size of their vocabulary: CPU seconds, and memory against what is told.

A transformer of random weights on random words, 512 examples, in float32 on one thread; each size
in a fresh process. Seconds: a product with G; the top eigenvalues; Γ as diagonal plus low rank; the
outliers from it. Memory: the peak of the eigenvalues above what the process holds before it, and
what ``gauss_newton.needed`` says (Linux only).
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


def compare() -> dict[str, dict[str, float]]:
    """What each vocabulary takes."""
    found = {}
    for C in VOCABULARIES:
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            found[str(C)] = pool.apply(measure, (C,))
        print(f"C = {C}: {found[str(C)]}", file=sys.stderr)
    return found


def measure(C: int) -> dict[str, float]:
    """Seconds and megabytes at one vocabulary."""
    torch.set_num_threads(1)
    _eigenvalues(_random(50))  # loads what is needed
    readout = _random(C)
    before = _peak()
    eigenvalues = _seconds(lambda: _eigenvalues(readout))
    taken = _peak() - before
    vector = torch.ones(1, readout.D)
    product = _seconds(lambda: gauss_newton.G(readout)(vector))
    start = time.process_time()
    found = means(readout, weighting="curvature", rank=RANK)
    estimated = time.process_time() - start
    p, _ = outputs(readout)
    model = ManyClasses(p, means=found, sigma_E=SIGMA_E, D=DIMENSION, top=TOP)
    return {
        "D": readout.D,
        "product_seconds": product,
        "eigenvalues_seconds": eigenvalues,
        "means_seconds": estimated,
        "outliers_seconds": _seconds(lambda: model.outliers),
        "MB": taken / 1e6,
        "MB_told": gauss_newton.needed(readout, top=TOP) / 1e6,
    }


def _random(C: int) -> Readout:
    network = networks.transformer(classes=C, context=CONTEXT, width=WIDTH, seed=0)
    draws = torch.Generator().manual_seed(0)
    sequence = torch.randint(0, C, (WINDOWS * CONTEXT + 1,), generator=draws)
    windows = Windows.of(sequence, context=CONTEXT, classes=C)
    return Readout(network, windows, dtype=torch.float32)


def _eigenvalues(readout: Readout) -> object:
    return gauss_newton.leading(readout, top=TOP, tolerance=1e-2)


def _seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def _peak() -> int:
    return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

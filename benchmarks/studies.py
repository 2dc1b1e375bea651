"""Parameter studies: theory points per second, and how simulated spectra scale to two workers."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from simulate.studies.cells import Batch, Outcome, compute
from simulate.studies.opening import opened
from simulate.studies.schedulers import WorkerDied, on_cores
from simulate.studies.study import Study, study

THEORY = {
    "observables": ["outliers"],
    "parameters": {"N": 300, "C": 10, "D": 1000, "sigma_c": 1.0},
    "grid": {
        "sigma_z": {"start": 0.5, "stop": 5, "num": 2},
        "noise_ratio": {"start": 0.1, "stop": 2, "num": 50},
    },
}
SPECTRA = {
    "sources": ["simulation"],
    "observables": ["outliers", "gradient_share"],
    "seed": 0,
    "parameters": {"N": 100, "C": 10, "D": 1000, "sigma_c": 1.0, "sigma_E": 0.7},
    "grid": {"sigma_z": [0.5, 1.0, 2.0, 4.0]},
    "replicates": 50,
}


def compare() -> dict[str, float]:
    """Seconds on two cores for 10,000 theory points; rate of two workers over that of one.

    The first is CPU time, so that it holds on a busy machine. The second is given in elapsed time
    (which needs two idle cores) and in CPU time: twice the CPU time of a draw, the writing of its
    results included, with one worker over that with two, which is what the program itself loses.
    """
    points = study(THEORY)
    _, theory = _run(points, workers=1)
    spectra = study(SPECTRA)
    wall, cpu = zip(*(_run(spectra, workers=w) for w in (1, 2)), strict=True)
    return {
        "theory_10000_points_on_2_cores_seconds": 10_000 * theory / 2,
        "spectra_2_workers_over_1_elapsed": wall[0] / wall[1],
        "spectra_2_workers_over_1_cpu": 2 * cpu[0] / cpu[1],
    }


def timed(batch: Batch) -> tuple[list[Outcome], float]:
    """A worker's outcomes, and the CPU seconds that they took it."""
    start = time.process_time()
    return compute(batch), time.process_time() - start


def _run(asked: Study, *, workers: int) -> tuple[float, float]:
    """Elapsed and CPU seconds of a cell, after the first batch, which starts the workers."""
    with (
        tempfile.TemporaryDirectory() as folder,
        opened(Path(folder) / "study.zarr", asked, command="benchmarks") as store,
    ):
        cells, worked, start, own = 0, 0.0, 0.0, 0.0
        for batch, result in on_cores(timed, store.pending(), workers=workers):
            if isinstance(result, WorkerDied):
                raise result
            outcomes, spent = result
            if start:
                cells += len(outcomes)
                worked += spent
            else:
                start, own = time.perf_counter(), time.process_time()
            store.write(batch, outcomes)
        elapsed, parent = time.perf_counter() - start, time.process_time() - own
        return elapsed / cells, (worked + parent) / cells

"""Running a parameter study into its store."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from pathlib import Path

from simulate.studies import schedulers
from simulate.studies.cells import compute, failed
from simulate.studies.definition import Definition
from simulate.studies.opening import opened
from theory import checks, files

Progress = Callable[[int], object]


def sweep(
    study: Definition,
    path: str | Path,
    *,
    workers: int = 1,
    scheduler: str | None = None,
    retry_failed: bool = False,
    mixed_versions: bool = False,
    started: Progress | None = None,
    progress: Progress | None = None,
    lost: Progress | None = None,
    estimated: Callable[[float], object] | None = None,
    command: str = "simulate.studies.sweep.sweep",
) -> dict[str, int]:
    """Compute what the store at ``path`` lacks of a study; ``xarray.open_zarr(path)`` reads it.

    The results do not depend on the workers, on their order, or on how often the process was
    killed and started again: each prediction depends on its parameters alone, and each draw or
    network on the root seed, its parameters and its replicate. Variables of theory are
    ``predicted_*``, those of simulation ``sampled_*`` and those of networks ``measured_*`` with the
    axis ``replicate``; ``*_status`` says what became of each cell, ``*_error`` why one failed, and
    ``*_seed`` repeats a draw.

    Parameters
    ----------
    study
        Of the model, of networks (``figures.network_studies``), or of another kind.
    path
        A new store, one of this study, or one of a part of this study, which is enlarged.
    workers
        Processes on this machine; 1 computes in this one.
    scheduler
        Address of a Dask scheduler, whose workers compute instead.
    retry_failed
        Compute the cells that failed again.
    mixed_versions
        Go on with a store that other code or other versions of the libraries began; its provenance
        then names both.
    started, progress
        Called once with the number of cells to compute, then with that of each batch done.
    lost
        Called with the number of cells, if any, whose results in the store were lost or damaged;
        they are computed again.
    estimated
        Called, if there is something to compute, with about how many seconds it takes on one core.

    Returns
    -------
    dict
        Number of cells ``done``, ``failed``, ``pending`` in the store, and ``computed`` now.

    Raises
    ------
    InputError
        If the path holds something else or what other code began, cannot be written (a full disk),
        or is being written by another process; if the scheduler cannot be reached or its workers
        run other code. What was stored before stays.
    """
    target = Path(path)
    checks.integer("workers", workers, low=1, high=checks.MOST_WORKERS)
    if scheduler is not None:
        where = schedulers.on_cluster(scheduler)
    elif workers > 1:
        on_cores = partial(schedulers.on_cores, workers=workers, modules=study.MODULES)
        where = nullcontext(on_cores)
    else:
        where = nullcontext(schedulers.here)
    computed = 0
    with (
        where as run,
        opened(target, study, command=command, mixed_versions=mixed_versions, lost=lost) as store,
    ):
        if estimated is not None and (seconds := store.seconds(retry_failed=retry_failed)):
            estimated(seconds)
        if started is not None:
            counts = store.counts()
            started(counts["pending"] + retry_failed * counts["failed"])
        for batch, result in run(compute, store.pending(retry_failed=retry_failed)):
            died = isinstance(result, schedulers.WorkerDied)
            outcomes = failed(batch, str(result)) if died else result
            with files.writing(target):
                store.write(batch, outcomes)
            computed += len(outcomes)
            if progress is not None:
                progress(len(outcomes))
        return {**store.counts(), "computed": computed}

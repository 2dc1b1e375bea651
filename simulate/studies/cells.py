"""The work of a study: its cells, and what a worker does with a batch of them."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from threadpoolctl import threadpool_limits

from simulate.studies.definition import Values, Work
from theory import InputError, provenance


@dataclass(frozen=True)
class Cell:
    """One prediction, draw or network: its place in the results, and what computes it."""

    index: tuple[int, ...]
    work: Work


@dataclass(frozen=True)
class Batch:
    """Cells of one block of the results of a source, computed by one worker in one go."""

    source: str
    block: tuple[slice, ...]
    cells: tuple[Cell, ...]
    observables: tuple[str, ...]
    packages: tuple[str, ...]  # whose code makes the numbers
    code: Mapping[str, Any]  # of the process that keeps the results, as of ``provenance.code``


@dataclass(frozen=True)
class Outcome:
    """The values of a cell, or why it has none."""

    index: tuple[int, ...]
    values: Values
    seed: int = -1
    error: str = ""


def compute(batch: Batch) -> list[Outcome]:
    """The outcome of each cell, with BLAS on one thread; an error is an outcome, too.

    Raises
    ------
    InputError
        If this process, a worker of a cluster perhaps, runs other code than the one that keeps the
        results.
    """
    mine = provenance.code(batch.packages)
    found = provenance.differences(batch.code, mine, packages=batch.packages)
    if found:
        raise InputError(f"a worker runs other code ({'; '.join(found)}): give all the same")
    with one_blas_thread():
        return [_outcome(cell, batch.observables) for cell in batch.cells]


def failed(batch: Batch, reason: str) -> list[Outcome]:
    """The outcome of a batch that no worker survived."""
    return [Outcome(cell.index, {}, error=reason) for cell in batch.cells]


def split(cells: Iterator[Cell]) -> Iterator[tuple[Cell, ...]]:
    """The cells in groups of about a second's work, in order."""
    group: list[Cell] = []
    seconds = 0.0
    for cell in cells:
        group.append(cell)
        seconds += cell.work.seconds
        if seconds >= 1:
            yield tuple(group)
            group, seconds = [], 0.0
    if group:
        yield tuple(group)


def _outcome(cell: Cell, names: tuple[str, ...]) -> Outcome:
    seed = -1
    try:
        seed = cell.work.seed
        return Outcome(cell.index, cell.work.values(names), seed)
    except Exception as error:
        first_line = str(error).partition("\n")[0]
        return Outcome(cell.index, {}, seed, f"{type(error).__name__}: {first_line}")


_lock = threading.Lock()
_within: list[threadpool_limits] = []  # one for each batch that runs in this process


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """BLAS on one thread until the last of the batches in this process ends.

    A worker of a cluster runs several in one process: were each to give back what it found, the
    first to end would free the threads of the others.
    """
    with _lock:
        first = not _within
        limits = threadpool_limits(limits=1, user_api="blas") if first else _within[0]
        _within.append(limits)
    try:
        yield
    finally:
        with _lock:
            _within.pop()
            if not _within:
                limits.restore_original_limits()

"""The work of a study: its cells, and what a worker does with a batch of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from threadpoolctl import threadpool_limits

from simulate.studies.observed import Values, draw_seed, predicted, sampled
from theory import InputError, Params, provenance

FLOPS = 3e10  # of one batch of draws: about a second on one core
THEORY_BATCH = 32
MAKE_THE_NUMBERS = ("theory", "simulate")


@dataclass(frozen=True)
class Cell:
    """One prediction, or one draw: its place in the results, its model, its replicate."""

    index: tuple[int, ...]
    params: Params
    replicate: int = 0


@dataclass(frozen=True)
class Batch:
    """Cells of one block of the results of a source, computed by one worker in one go."""

    source: str
    block: tuple[slice, ...]
    cells: tuple[Cell, ...]
    observables: tuple[str, ...]
    seed: int | None
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
    found = provenance.differences(batch.code, provenance.code(), packages=MAKE_THE_NUMBERS)
    if found:
        raise InputError(f"a worker runs other code ({'; '.join(found)}): give all the same")
    with threadpool_limits(limits=1, user_api="blas"):
        return [_outcome(batch, cell) for cell in batch.cells]


def failed(batch: Batch, reason: str) -> list[Outcome]:
    """The outcome of a batch that no worker survived."""
    return [Outcome(cell.index, {}, error=reason) for cell in batch.cells]


def split(source: str, cells: list[Cell]) -> Iterator[tuple[Cell, ...]]:
    """The cells in groups of about a second's work, in order."""
    group: list[Cell] = []
    work = 0.0
    for cell in cells:
        group.append(cell)
        work += 1 / THEORY_BATCH if source == "theory" else _flops(cell.params) / FLOPS
        if work >= 1:
            yield tuple(group)
            group, work = [], 0.0
    if group:
        yield tuple(group)


def _flops(params: Params) -> float:
    """Of one full spectrum: the matrix of its smaller side, and its tridiagonal form."""
    rows = params.N * (params.C - 1)
    side = min(params.D, rows)
    return 2.0 * side**3 + (2.0 * params.N * params.C * side**2 if side < rows else 0.0)


def _outcome(batch: Batch, cell: Cell) -> Outcome:
    seed = -1
    try:
        if batch.seed is None:
            return Outcome(cell.index, predicted(cell.params, names=batch.observables))
        seed = draw_seed(batch.seed, params=cell.params, replicate=cell.replicate)
        return Outcome(cell.index, sampled(cell.params, names=batch.observables, seed=seed), seed)
    except Exception as error:
        first_line = str(error).partition("\n")[0]
        return Outcome(cell.index, {}, seed, f"{type(error).__name__}: {first_line}")

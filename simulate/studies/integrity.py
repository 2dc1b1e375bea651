"""Results that a store has lost: chunks that are no longer there, or cannot be read.

Zarr reads a chunk that is not there as its fill value, NaN or pending. So every chunk of a block is
written once a cell of it is, and one that is missing then was lost.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import zarr

from simulate.studies.store import PENDING, STATUSES, WRITTEN, Store, blocks, variables
from theory import InputError


class Lost(NamedTuple):
    """A block of a source whose results are not all there, and how many cells must be computed."""

    source: str
    block: tuple[slice, ...]
    cells: int


def repair(store: Store) -> int:
    """Make cells pending again whose results were lost; returns how many.

    What cannot be read is reset, so that it can be written again.
    """
    cells = 0
    for source, block, count in list(_lost(store, read=True)):
        for name in variables(store.study, source):
            array = store.array(source, name)
            if name == "status" or not _whole(store, array, block, read=True):
                array[block] = array.fill_value
        cells += count
    return cells


def coordinates_lost(store: Store) -> bool:
    """Whether an axis or a fixed parameter is not there or cannot be read."""
    results = {
        f"{store.study.SOURCES[source].prefix}_{name}"
        for source in store.study.sources
        for name in variables(store.study, source)
    }
    arrays = [array for name, array in store.group.arrays() if name not in results]
    return not all(
        _whole(store, each, block, read=True) for each in arrays for block in blocks(each)
    )


def check(store: Store) -> None:
    """See that no chunk is missing; they are not read.

    Raises
    ------
    InputError
        If one is, with what to do.
    """
    cells = sum(found.cells for found in _lost(store, read=False))
    if cells:
        raise InputError(told(_folder(store), f"the results of {cells} cells"))
    if coordinates_lost(store):
        raise InputError(told(_folder(store), "an axis or a parameter"))


def told(path: str | Path, what: str) -> str:
    """What to say of a store that is not whole."""
    return f"{path} has lost {what}: the same 'fort-ganguli sweep' computes them again"


def _lost(store: Store, *, read: bool) -> Iterator[Lost]:
    for source in store.study.sources:
        arrays = [store.array(source, name) for name in variables(store.study, source)]
        status = arrays[-1]
        for block in blocks(status):
            if not (_readable(status, block) and np.isin(status[block], STATUSES).all()):
                yield Lost(source, block, math.prod(s.stop - s.start for s in block))
                continue
            cells = int((status[block] != PENDING).sum())
            if cells and not all(_whole(store, each, block, read=read) for each in arrays):
                yield Lost(source, block, cells)


def _whole(store: Store, array: zarr.Array, block: Sequence[slice], *, read: bool) -> bool:
    if not _is_there(store, array, block):
        return not store.group.attrs.get(WRITTEN)  # else it holds nothing but the fill value
    return not read or _readable(array, block)


def _is_there(store: Store, array: zarr.Array, block: Sequence[slice]) -> bool:
    starts = [s.start // step for s, step in zip(block, array.chunks, strict=False)]
    place = (*starts, *[0] * (array.ndim - len(starts)))
    return (_folder(store) / array.path / array.metadata.encode_chunk_key(place)).is_file()


def _folder(store: Store) -> Path:
    root: Any = store.group.store
    return Path(root.root)


def _readable(array: zarr.Array, block: Sequence[slice]) -> bool:
    try:
        _ = array[tuple(block)]
    except (MemoryError, OSError):
        raise
    except Exception:  # each codec has its own
        return False
    return True

"""The results of a study as a zarr store that ``xarray.open_zarr`` opens at any time.

A store always holds every array at its full size; what is not there yet is NaN. A cell counts as
computed once its ``status`` says so, which is written last, and zarr replaces each chunk by a
rename. So a process may die at any point of a write: the next one finds the cell pending and
computes it again, to the same bits.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import zarr
from numpy.typing import NDArray
from zarr.codecs import ZstdCodec
from zarr.errors import ZarrUserWarning

from simulate.studies.cells import Batch, Cell, Outcome, split
from simulate.studies.definition import Definition, Value, Variable
from theory import provenance

STATUSES = PENDING, DONE, FAILED = 0, 1, 2
CHUNK = 64  # cells
WRITTEN = "every_chunk_written"  # attribute of a store in which a missing chunk was lost
COUNTED = ("outlier", "rank")  # axes of observables, with places from 1 on
KEPT = {
    "seed": "seed that repeats the draw",
    "error": "why the cell failed",
    "status": "what became of the cell",
}


@dataclass(frozen=True)
class Store:
    """An open store of a study."""

    group: zarr.Group
    study: Definition

    @property
    def provenance(self) -> dict[str, Any]:
        """Who made it; nothing where the store does not say."""
        try:
            told = json.loads(str(self.group.attrs["provenance"]))
        except (KeyError, ValueError):
            return {}
        return told if isinstance(told, dict) else {}

    def pending(self, *, retry_failed: bool = False) -> Iterator[Batch]:
        """What is left to compute, block by block; with ``retry_failed``, what failed as well."""
        for source in self.study.sources:
            status = self.array(source, "status")
            for block in blocks(status):
                held = status[block]
                wanted = (held == PENDING) | (retry_failed & (held == FAILED))
                cells = (self._cell(source, block, offset) for offset in np.argwhere(wanted))
                for group in split(cells):
                    yield Batch(
                        source=source,
                        block=block,
                        cells=group,
                        observables=self.study.asked(source),
                        packages=self.study.MAKE_THE_NUMBERS,
                        code=provenance.code(self.study.MAKE_THE_NUMBERS),
                    )

    def write(self, batch: Batch, outcomes: Sequence[Outcome]) -> None:
        """Keep the outcomes of a batch; their status comes last."""
        names = variables(self.study, batch.source)
        places = [
            tuple(i - s.start for i, s in zip(o.index, batch.block, strict=True)) for o in outcomes
        ]
        for name in names:
            array = self.array(batch.source, name)
            held = array[batch.block]
            for place, outcome in zip(places, outcomes, strict=True):
                held[place] = _value(name, outcome, held[place])
            array[batch.block] = held

    def counts(self) -> dict[str, int]:
        """Cells that are done, failed and pending."""
        found = np.zeros(3, dtype=int)
        for source in self.study.sources:
            found += self._statuses(source)
        return dict(zip(("pending", "done", "failed"), found.tolist(), strict=True))

    def seconds(self, *, retry_failed: bool = False) -> float:
        """About how long what is left takes on one core."""
        total = 0.0
        for source in self.study.sources:
            pending, _, failed = self._statuses(source).tolist()
            cells = pending + retry_failed * failed
            total += cells * self.study.seconds(source) if cells else 0.0
        return total

    def _statuses(self, source: str) -> NDArray[np.int64]:
        """Cells of a source by their status."""
        status = self.array(source, "status")
        return sum(
            (np.bincount(status[block].ravel(), minlength=3) for block in blocks(status)),
            start=np.zeros(3, dtype=int),
        )

    def copy_to(self, other: Store) -> None:
        """Write all that is held here at its place in the store of a larger study."""
        moved = [
            np.array([there.index(label) for label in here])
            for here, there in zip(
                self.study.labels.values(), other.study.labels.values(), strict=True
            )
        ]
        for source in self.study.sources:
            draws = [np.arange(self.study.replicates)] if source in self.study.drawn else []
            maps = moved + draws
            for block in blocks(self.array(source, "status")):
                if not self.array(source, "status")[block].any():
                    continue
                target = tuple(m[s] for m, s in zip(maps, block, strict=True))
                for name in variables(self.study, source):
                    values = self.array(source, name)[block]
                    own = tuple(slice(n) for n in values.shape[len(block) :])
                    other.array(source, name).oindex[target + own] = values

    def array(self, source: str, name: str) -> Any:
        """The array of a source's results, by its name without the prefix."""
        with every_chunk_written():
            return self.group[f"{self.study.SOURCES[source].prefix}_{name}"]

    def _cell(self, source: str, block: tuple[slice, ...], offset: NDArray) -> Cell:
        index = tuple(s.start + int(i) for s, i in zip(block, offset, strict=True))
        drawn = source in self.study.drawn
        point, replicate = (index[:-1], index[-1]) if drawn else (index, 0)
        return Cell(index, self.study.work(source, point, replicate=replicate))


def create(path: Path, study: Definition, *, made_by: Mapping[str, Any]) -> Store:
    """A new store at ``path`` with everything pending, and its provenance."""
    group = zarr.open_group(path, mode="w-", zarr_format=3)
    with every_chunk_written():
        _arrays(group, study)
    group.attrs["study"] = json.dumps(study.as_dict())
    group.attrs["provenance"] = json.dumps(made_by)
    group.attrs[WRITTEN] = True
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ZarrUserWarning)  # of other readers; arrays never change
        zarr.consolidate_metadata(group.store)
    return Store(group, study)


def every_chunk_written() -> AbstractContextManager[object]:
    """Arrays opened inside write chunks that hold nothing but the fill value, too.

    Zarr leaves them out; then one that was lost could not be told.
    """
    return zarr.config.set({"array.write_empty_chunks": True})


def _arrays(group: zarr.Group, study: Definition) -> None:
    longest = study.lengths()
    for source in study.sources:
        dims, shape = study.dims, study.shape
        if source in study.drawn:
            dims, shape = (*dims, "replicate"), (*shape, study.replicates)
        chunks = _chunks(dims, shape, outer=study.OUTER_AXES)
        own = study.variables(source)
        for name in variables(study, source):
            attributes, own_dims = _describe(name, own)
            lengths = tuple(longest[dim] for dim in own_dims)
            dtype, fill = _dtype(name)
            group.create_array(
                f"{study.SOURCES[source].prefix}_{name}",
                shape=shape + lengths,
                chunks=chunks + lengths,
                dtype=dtype,
                fill_value=fill,
                compressors=ZstdCodec(checksum=True),
                dimension_names=(*dims, *own_dims),
                attributes=attributes,
            )
    _coordinates(group, study, longest)


def blocks(array: zarr.Array) -> Iterator[tuple[slice, ...]]:
    """The chunks of an array as slices."""
    ranges = [
        [slice(start, min(start + step, size)) for start in range(0, size, step)]
        for size, step in zip(array.shape, array.chunks, strict=True)
    ]
    return product(*ranges)


def variables(study: Definition, source: str) -> list[str]:
    """Names of a source's arrays, without their prefix; ``status`` last."""
    seed = ["seed"] if source in study.drawn else []
    return [*study.variables(source), *seed, "error", "status"]


def _value(name: str, outcome: Outcome, held: Any) -> Any:
    if name == "status":
        return FAILED if outcome.error else DONE
    if name in ("error", "seed"):
        return getattr(outcome, name)
    padded = np.full(np.shape(held), np.nan)
    if not outcome.error:
        values = np.asarray(outcome.values[name])
        padded[tuple(slice(n) for n in values.shape)] = values
    return padded


def _dtype(name: str) -> tuple[str, Any]:
    special = {"status": ("int8", PENDING), "error": ("string", ""), "seed": ("int64", -1)}
    return special.get(name, ("float64", np.nan))


def _describe(name: str, own: Mapping[str, Variable]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Attributes of an array, and the names of its observable's axes."""
    if name in own:
        return _attributes(own[name]), own[name].dims
    flags = {"flag_values": [*STATUSES], "flag_meanings": "pending done failed"}
    return {"long_name": KEPT[name]} | (flags if name == "status" else {}), ()


def _attributes(what: Variable) -> dict[str, Value]:
    return {"long_name": what.meaning, "symbol": what.symbol, "units": what.unit}


def _chunks(
    dims: Sequence[str], shape: tuple[int, ...], *, outer: Sequence[str]
) -> tuple[int, ...]:
    """Chunks of up to CHUNK cells, long in replicates and short along the outer axes."""
    left, chunks = CHUNK, [1] * len(dims)
    for i in sorted(range(len(dims)), key=lambda i: (dims[i] in outer, -i)):
        chunks[i] = min(shape[i], left)
        left //= chunks[i]
    return tuple(chunks)


def _coordinates(group: zarr.Group, study: Definition, longest: dict[str, int]) -> None:
    own = {dim for s in study.sources for each in study.variables(s).values() for dim in each.dims}
    for dim in sorted(own & {*COUNTED}):
        places = np.arange(1, longest[dim] + 1)
        _write(group, dim, places, (dim,), {"long_name": "place, counted from the top"})
    if study.drawn:
        _write(group, "replicate", np.arange(study.replicates), ("replicate",), {})
    if study.zipped:
        _write(group, "point", np.arange(study.points), ("point",), {})
    for name, values in study.axes.items():
        dims = ("point",) if study.zipped else (name,)
        _write(group, name, np.array(values), dims, _attributes(study.PARAMETERS[name]))
    for name, value in study.fixed.items():
        _write(group, name, np.array(value), (), _attributes(study.PARAMETERS[name]))
    group.attrs["coordinates"] = " ".join([*study.axes, *study.fixed])


def _write(
    group: zarr.Group, name: str, values: NDArray, dims: tuple[str, ...], attributes: dict
) -> None:
    if values.dtype.kind == "U":
        values = values.astype(np.dtypes.StringDType())
    group.create_array(name, data=values, dimension_names=dims, attributes=attributes)

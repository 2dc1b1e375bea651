"""What every study is: points along axes, what is asked at each, replicates and a seed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from itertools import islice
from math import prod
from operator import attrgetter
from time import perf_counter
from typing import Any, ClassVar, NamedTuple, Protocol, Self

import numpy as np
from numpy.typing import ArrayLike

from theory import checks

Value = int | float | str
Values = dict[str, ArrayLike]
MOST_POINTS = 10**7  # each is checked before the first is computed
MOST_REPLICATES = 10**7
AVERAGED = 100  # points over which the time of a cell is averaged
TRIED = 2  # cells that are run to know it


class Variable(NamedTuple):
    """Symbol, unit and meaning of an array of the results, and the names of its own last axes."""

    symbol: str
    unit: str
    meaning: str
    dims: tuple[str, ...] = ()


class Source(NamedTuple):
    """Where values come from: the prefix of its arrays, the observables that it knows.

    One that is ``drawn`` has replicates, each with a seed; any other has one value at a point.
    """

    prefix: str
    drawn: bool
    observables: tuple[str, ...]


class Work(Protocol):
    """What computes one cell. It is sent to a worker, and depends on nothing but what it holds."""

    @property
    def seed(self) -> int:
        """The seed that repeats it; -1 where nothing is drawn."""
        ...

    @property
    def seconds(self) -> float:
        """About how long it takes on one core; as many as make a second are one batch."""
        ...

    def values(self, names: Iterable[str]) -> Values:
        """The observables ``names`` and whatever comes with them, by the names of their arrays."""
        ...


@dataclass(frozen=True, kw_only=True)
class Definition(ABC):
    """Points, and what is asked at each; each kind of study says what its points are.

    Attributes
    ----------
    fixed
        Parameters that are the same at all points.
    axes
        Values of each parameter that varies.
    zipped
        False for every combination of the axes (a grid), True for their i-th values together (a
        list of points).
    sources
        Where values come from, of ``SOURCES``.
    observables
        What each point is asked for; a source gives those that it knows.
    replicates
        Draws at each point.
    seed
        Root of all draws.

    Raises
    ------
    InputError
        If a name is not known or given twice, a value is out of its bound, or there are no points.
    """

    KIND: ClassVar[str]
    SOURCES: ClassVar[Mapping[str, Source]]
    PARAMETERS: ClassVar[Mapping[str, Variable]]
    OBSERVABLES: ClassVar[Mapping[str, Variable]]
    MAKE_THE_NUMBERS: ClassVar[tuple[str, ...]]  # packages of this program, or rooms of them
    MODULES: ClassVar[tuple[str, ...]]  # that every worker loads
    OUTER_AXES: ClassVar[tuple[str, ...]] = ()  # along the others neighbours share work

    fixed: Mapping[str, Value]
    axes: Mapping[str, tuple[Value, ...]]
    zipped: bool
    sources: tuple[str, ...]
    observables: tuple[str, ...]
    replicates: int = 1
    seed: int | None = None

    def __post_init__(self) -> None:
        for source in self.sources:
            checks.choice("sources", source, tuple(self.SOURCES))
        known = {name for source in self.sources for name in self.SOURCES[source].observables}
        for name in self.observables:
            checks.choice(f"observables of {' and '.join(self.sources)}", name, sorted(known))
        if not self.sources or not self.observables:
            raise checks.InputError("sources and observables must not be empty")
        for source in self.sources:
            if not self.asked(source):
                raise checks.InputError(
                    f"observables must include one that {source} gives: "
                    f"{', '.join(self.SOURCES[source].observables)}"
                )
        for field in ("sources", "observables"):
            if len({*getattr(self, field)}) < len(getattr(self, field)):
                raise checks.InputError(f"{field} must not name one twice")
        checks.integer("replicates", self.replicates, low=1, high=MOST_REPLICATES)
        if self.drawn:
            if self.seed is None:
                raise checks.InputError(f"seed must be set where {self.drawn[0]} is a source")
            checks.integer("seed", self.seed, low=0)
        self._check_axes()
        for name in (*self.fixed, *self.axes):
            checks.choice("parameter", name, tuple(self.PARAMETERS))
        self.check_points()

    def _check_axes(self) -> None:
        if not self.axes:
            raise checks.InputError("the study has no points: give [grid] or [points]")
        for name, values in self.axes.items():
            if not values:
                raise checks.InputError(f"the study has no points: {name} has no values")
        for name in self.fixed.keys() & self.axes.keys():
            raise checks.InputError(f"{name} is set twice, as fixed and as an axis")
        lengths = {name: len(values) for name, values in self.axes.items()}
        if self.zipped and len({*lengths.values()}) > 1:
            shown = ", ".join(f"{name} {length}" for name, length in lengths.items())
            raise checks.InputError(
                f"points must have as many values of each parameter, got {shown}"
            )
        checks.integer("number of points", self.points, low=1, high=MOST_POINTS)
        for dim, labels in self.labels.items():
            if len({*labels}) < len(labels):
                twice = next(label for label in labels if labels.count(label) > 1)
                raise checks.InputError(f"{dim} must not hold a value twice, got {twice}")

    @abstractmethod
    def check_points(self) -> None:
        """See that the parameters of every point go together."""

    @abstractmethod
    def work(self, source: str, index: tuple[int, ...], *, replicate: int) -> Work:
        """What computes a cell of a source; ``replicate`` is 0 where nothing is drawn."""

    def variables(self, source: str) -> dict[str, Variable]:
        """The arrays that a source fills, by their names without the prefix: those asked."""
        return {name: self.OBSERVABLES[name] for name in self.asked(source)}

    def lengths(self) -> dict[str, int]:
        """The greatest length of each axis of an observable; none where each is a number."""
        return {}

    def seconds(self, source: str) -> float:
        """About how long a cell of a source takes on one core, in the mean over the points.

        The mean of ``work.seconds``, and what a few small cells that are run take beyond it.
        """
        step = -(-self.points // AVERAGED)
        indices = islice(np.ndindex(*self.shape), 0, None, step)
        cells = [self.work(source, i, replicate=0) for i in indices]
        small = [cell for cell in sorted(cells, key=attrgetter("seconds")) if cell.seconds < 1]
        runs = [_run(cell, self.asked(source)) - cell.seconds for cell in small[: 1 + TRIED]]
        beyond = float(np.mean(runs[1:])) if len(runs) > 1 else 0.0  # the first also compiles
        return float(np.mean([cell.seconds for cell in cells])) + max(beyond, 0.0)

    def files(self) -> dict[str, str]:
        """SHA-256 of the files that its numbers depend on, by their names in the study."""
        return {}

    @classmethod
    def restored(cls, definition: Mapping[str, Any]) -> Self:
        """The study of what ``as_dict`` gave."""
        given = {key: value for key, value in definition.items() if key != "kind"}
        axes = {name: tuple(values) for name, values in given.pop("axes").items()}
        names = {key: tuple(given.pop(key)) for key in ("sources", "observables")}
        return cls(axes=axes, **names, **given)

    def ends(self) -> Self:
        """The corners of the study alone: first and last values of each axis, one replicate.

        Its store goes on to the whole study.
        """
        axes = {
            name: values if len(values) == 1 else (values[0], values[-1])
            for name, values in self.axes.items()
        }
        return replace(self, axes=axes, replicates=1)

    @cached_property
    def labels(self) -> dict[str, tuple[Any, ...]]:
        """What stands at each position along each dim; along ``point``, all its values."""
        if self.zipped:
            return {"point": tuple(zip(*self.axes.values(), strict=True))}
        return dict(self.axes)

    @property
    def dims(self) -> tuple[str, ...]:
        """Names of the axes of the results: the grid's parameters, or ``point``."""
        return tuple(self.labels)

    @property
    def shape(self) -> tuple[int, ...]:
        """Points along each of ``dims``."""
        return tuple(map(len, self.labels.values()))

    @property
    def points(self) -> int:
        """Number of points."""
        return prod(self.shape)

    @property
    def drawn(self) -> tuple[str, ...]:
        """The sources that have replicates."""
        return tuple(source for source in self.sources if self.SOURCES[source].drawn)

    def at(self, index: tuple[int, ...]) -> dict[str, Value]:
        """All parameters at a point."""
        places = index * len(self.axes) if self.zipped else index
        here = {
            name: values[i] for (name, values), i in zip(self.axes.items(), places, strict=True)
        }
        return {**self.fixed, **here}

    def asked(self, source: str) -> tuple[str, ...]:
        """The observables that a source gives."""
        return tuple(n for n in self.observables if n in self.SOURCES[source].observables)

    def as_dict(self) -> dict[str, Any]:
        """The definition, ready for provenance."""
        return {"kind": self.KIND, **asdict(self)}


def _run(cell: Work, names: tuple[str, ...]) -> float:
    """Seconds of a cell, which may fail."""
    start = perf_counter()
    with suppress(Exception):
        cell.values(names)
    return perf_counter() - start

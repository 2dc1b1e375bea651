"""The definition of a parameter study, read from TOML."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from simulate.studies import settings
from simulate.studies.observed import SOURCES, check_covered
from simulate.studies.settings import Value
from theory import Params, checks

KEYS = ("sources", "observables", "seed", "replicates", "parameters", "grid", "points")
MOST_POINTS = 10**7  # each is checked before the first is computed
RANGE = ("start", "stop", "num", "spacing")


@dataclass(frozen=True, kw_only=True)
class Study:
    """Points in the parameters of the model, and what is asked at each.

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
        ``theory`` (averages over logits, means and labels), ``simulation`` (exact draws of all of
        them), or both.
    observables
        What each point is asked for; a source gives those that it knows.
    replicates
        Draws at each point.
    seed
        Root of all draws.
    """

    fixed: Mapping[str, Value]
    axes: Mapping[str, tuple[Value, ...]]
    zipped: bool
    sources: tuple[str, ...]
    observables: tuple[str, ...]
    replicates: int = 1
    seed: int | None = None

    def __post_init__(self) -> None:
        for source in self.sources:
            checks.choice("sources", source, tuple(SOURCES))
        known = [name for source in self.sources for name in SOURCES[source]]
        for name in self.observables:
            checks.choice(f"observables of {' and '.join(self.sources)}", name, sorted({*known}))
        if not self.sources or not self.observables:
            raise checks.InputError("sources and observables must not be empty")
        for source in self.sources:
            if not self.asked(source):
                raise checks.InputError(
                    f"observables must include one that {source} gives: "
                    f"{', '.join(SOURCES[source])}"
                )
        for field in ("sources", "observables"):
            if len({*getattr(self, field)}) < len(getattr(self, field)):
                raise checks.InputError(f"{field} must not name one twice")
        checks.integer("replicates", self.replicates, low=1)
        if "simulation" in self.sources:
            if self.seed is None:
                raise checks.InputError("seed must be set where simulation is a source")
            checks.integer("seed", self.seed, low=0)
        self._check_axes()
        settings.check_names([*self.fixed, *self.axes])
        for params in self.models():
            if "theory" in self.sources:
                check_covered(params)

    def _check_axes(self) -> None:
        if not self.axes:
            raise checks.InputError("the study has no points: give [grid] or [points]")
        for name, values in self.axes.items():
            if not values:
                raise checks.InputError(f"the study has no points: {name} has no values")
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

    def params(self, index: tuple[int, ...]) -> Params:
        """The model at a point."""
        places = index * len(self.axes) if self.zipped else index
        here = {
            name: values[i] for (name, values), i in zip(self.axes.items(), places, strict=True)
        }
        return settings.model({**self.fixed, **here})

    def models(self) -> Iterator[Params]:
        """The models at all points."""
        return map(self.params, np.ndindex(*self.shape))

    def asked(self, source: str) -> tuple[str, ...]:
        """The observables that a source gives."""
        return tuple(name for name in self.observables if name in SOURCES[source])

    def as_dict(self) -> dict[str, Any]:
        """The definition, ready for provenance."""
        return asdict(self)


def load(path: str | Path) -> Study:
    """Read a study.

    Raises
    ------
    InputError
        If the file cannot be read, is not TOML, or does not define a study.
    """
    try:
        return study(tomllib.loads(Path(path).read_text(encoding="utf-8")))
    except OSError as error:
        raise checks.InputError(f"cannot read {path}: {error.strerror or error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise checks.InputError(f"{path} is not TOML: {error}") from error
    except checks.InputError as error:
        raise checks.InputError(f"{path}: {error}") from error


def study(tables: Mapping[str, Any]) -> Study:
    """The study that a TOML document defines.

    Parameters
    ----------
    tables
        ``parameters`` (fixed ones), ``grid`` or ``points`` (lists, or
        ``{start, stop, num, spacing}`` with spacing ``linear`` or ``log``), ``observables``,
        ``sources``, ``seed``, ``replicates``.

    Raises
    ------
    InputError
        If a key or value is unknown, missing or out of its bounds, or there are no points.

    Examples
    --------
    >>> study({
    ...     "parameters": dict(N=300, C=10, D=1000, sigma_c=1.0, noise_ratio=0.7),
    ...     "grid": {"sigma_z": {"start": 0.1, "stop": 10, "num": 3, "spacing": "log"}},
    ...     "observables": ["lambda_max"],
    ... }).axes
    {'sigma_z': (0.1, 1.0, 10.0)}
    """
    for key in tables:
        checks.choice("key", key, KEYS)
    if ("grid" in tables) == ("points" in tables):
        raise checks.InputError("the study has no points: give one of [grid] and [points]")
    zipped = "points" in tables
    varying = _table(tables, "points" if zipped else "grid")
    return Study(
        fixed={
            _known(name): settings.value(name, raw)
            for name, raw in _table(tables, "parameters").items()
        },
        axes={_known(name): _values(name, raw) for name, raw in varying.items()},
        zipped=zipped,
        sources=_names(tables, "sources", ["theory"]),
        observables=_names(tables, "observables", []),
        replicates=tables.get("replicates", 1),
        seed=tables.get("seed"),
    )


def _table(tables: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    table = tables.get(key, {})
    if not isinstance(table, Mapping):
        raise checks.InputError(f"{key} must be a table, got {table!r}")
    return table


def _known(name: str) -> str:
    return checks.choice("parameter", name, tuple(settings.SETTINGS))


def _names(tables: Mapping[str, Any], key: str, default: list[str]) -> tuple[str, ...]:
    names = tables.get(key, default)
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise checks.InputError(f"{key} must be a list of names, got {names!r}")
    return tuple(names)


def _values(name: str, raw: object) -> tuple[Value, ...]:
    if isinstance(raw, Mapping):
        raw = _range(name, raw)
    if not isinstance(raw, list):
        raise checks.InputError(f"{name} must be a list or a range, got {raw!r}")
    return tuple(settings.value(name, entry) for entry in raw)


def _range(name: str, table: Mapping[str, Any]) -> list[Any]:
    for key in table:
        checks.choice(f"key of {name}", key, RANGE)
    for key in RANGE[:3]:
        if key not in table:
            raise checks.InputError(f"{name} needs {key} for a range")
    num = checks.integer(f"num of {name}", table["num"], low=0, high=MOST_POINTS)
    spacing = checks.choice(f"spacing of {name}", table.get("spacing", "linear"), ("linear", "log"))
    log = spacing == "log"
    least = 0.0 if log else settings.lowest(name)
    low, high = (checks.real(f"{k} of {name}", table[k], low=least, strict=log) for k in RANGE[:2])
    values = np.geomspace(low, high, num) if log else np.linspace(low, high, num)
    if name in settings.WHOLE:
        return np.unique(np.rint(values).astype(int)).tolist()
    return values.tolist()

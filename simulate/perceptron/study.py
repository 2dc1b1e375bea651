"""The study of searches: how often they solve perceptrons, and how flat it is where they do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from simulate.perceptron.settings import ALGORITHMS, Searches
from simulate.perceptron.success import MEANINGS, searched
from simulate.studies import tables
from simulate.studies.definition import Definition, Source, Value, Values, Variable, Work
from theory import checks
from theory.streams import derived_seed

PARAMETERS = {
    "N": Variable("N", "1", "weights of a hidden unit"),
    "hidden": Variable("K", "1", "hidden units"),
    "alpha": Variable("α", "1", "patterns per weight"),
    "algorithm": Variable("algorithm", "1", "algorithm"),
    "sweeps": Variable("sweeps", "1", "longest search, in passes through the patterns"),
    "distance": Variable("d", "1", "distance within which solutions are counted"),
}
WHOLE = ("N", "hidden", "sweeps")
OBSERVABLES = {
    "solved": Variable("P(solved)", "1", "share of the searches that solve"),
    "errors": Variable("errors", "1", MEANINGS["errors"]),
    "sweeps": Variable("sweeps", "1", MEANINGS["sweeps"]),
    "local_entropy": Variable("S(d)/N", "nat", "local entropy per weight of what is found"),
}
KEYS = ("search", *tables.COMMON)


@dataclass(frozen=True)
class Search:
    """One search of one set of patterns."""

    settings: Searches
    seconds: float = 0.1

    @property
    def seed(self) -> int:
        """``--seed`` of ``minima search`` whose first replicate is this search."""
        return self.settings.seed

    def values(self, names: Iterable[str]) -> Values:
        """As ``success.searched``."""
        (algorithm,), (alpha,) = self.settings.algorithms, self.settings.alpha
        found, around = searched(self.settings, algorithm=algorithm, alpha=alpha, replicate=0)
        known: Values = {
            "solved": float(found.solved),
            "errors": found.errors,
            "sweeps": found.sweeps,
            "local_entropy": around,
        }
        return {name: known[name] for name in names}


@dataclass(frozen=True, kw_only=True)
class SearchStudy(Definition):
    """Points in the parameters of perceptrons and committee machines, and of their searches.

    The one source is ``search``. Replicate i has one seed at all points: of one load, all
    algorithms search the same patterns.
    """

    KIND: ClassVar[str] = "search"
    SOURCES: ClassVar[Mapping[str, Source]] = {
        "search": Source("sampled", drawn=True, observables=tuple(OBSERVABLES))
    }
    PARAMETERS: ClassVar[Mapping[str, Variable]] = PARAMETERS
    OBSERVABLES: ClassVar[Mapping[str, Variable]] = OBSERVABLES
    MAKE_THE_NUMBERS: ClassVar[tuple[str, ...]] = ("theory", "simulate")
    MODULES: ClassVar[tuple[str, ...]] = ("simulate.studies.cells", "simulate.perceptron.study")

    def check_points(self) -> None:
        """See that the parameters of every point go together."""
        for index in np.ndindex(*self.shape):
            self._settings(index, seed=0)

    def _settings(self, index: tuple[int, ...], *, seed: int) -> Searches:
        given: dict[str, Any] = self.at(index)
        algorithm = given.pop("algorithm", ALGORITHMS[0])
        if "alpha" not in given:
            raise checks.InputError("alpha must be set")
        given |= {"alpha": (given["alpha"],), "algorithms": (algorithm,)}
        return Searches(**given, replicates=1, seed=seed)

    def work(self, source: str, index: tuple[int, ...], *, replicate: int) -> Work:
        """A search."""
        seed = derived_seed(self.seed or 0, "search", replicate)
        return Search(self._settings(index, seed=seed))


def search_study(given: Mapping[str, Any]) -> SearchStudy:
    """The study that a TOML document defines.

    Parameters
    ----------
    given
        ``search`` (parameters that are the same at all points, with the names of the options of
        ``minima search``, and ``algorithm``), ``grid`` or ``points`` (any of them, as lists or
        ranges), ``observables``, ``seed``, ``replicates``.

    Raises
    ------
    InputError
        If a key or value is unknown or out of its bounds, or there are no points.

    Examples
    --------
    >>> search_study({
    ...     "search": {"N": 101}, "seed": 0, "observables": ["solved"],
    ...     "grid": {"alpha": [0.3, 0.6], "algorithm": ["focusing", "annealing"]},
    ... }).shape
    (2, 2)
    """
    for key in given:
        checks.choice("key", key, KEYS)
    fixed = tables.table(given, "search")
    return SearchStudy(
        fixed={name: _value(name, raw) for name, raw in fixed.items()},
        **tables.varying(given, _values),
        sources=("search",),
        observables=tables.names(given, "observables", []),
        replicates=given.get("replicates", 1),
        seed=given.get("seed"),
    )


def _values(name: str, raw: object) -> tuple[Value, ...]:
    return tables.values(name, raw, value=_value, whole=name in WHOLE)


def _value(name: str, raw: object) -> Value:
    checks.choice("parameter", name, tuple(PARAMETERS))
    if name == "algorithm":
        return checks.choice(name, raw, ALGORITHMS)
    return tables.whole(name, raw) if name in WHOLE else checks.real(name, raw)

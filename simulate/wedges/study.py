"""The study of cuts of the toy: how often a random cut comes to a plane, drawn and in theory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from simulate.studies import tables
from simulate.studies.definition import Definition, Source, Value, Values, Variable, Work
from simulate.wedges import search
from theory import checks
from theory.streams import derived_seed
from theory.wedges import Nearest, cuts, gordon
from theory.wedges.nearest import LARGEST

PARAMETERS = {
    "D": Variable("D", "1", "dimensions of the landscape"),
    "codimension": Variable("D-n", "1", "dimensions that a plane lacks"),
    "dimension": Variable("d", "1", "dimensions of a cut"),
    "share": Variable("ε/L", "1", "distance that counts as met, over the median at the start"),
}
WHOLE = ("D", "codimension", "dimension")
OBSERVABLES = {
    "met": Variable("P(met)", "1", "share of the cuts that come to some plane"),
    "met_nearest": Variable("P(nearest met)", "1", "share that come to the plane nearest at first"),
    "loss": Variable("L", "1", "distance from the nearest plane at the end"),
    "changes": Variable("changes", "1", "how often a search changes the plane"),
}
BOUNDS = {
    "met_bound": Variable("P(met) ≤", "1", "bound on the share of the cuts that hold a met plane"),
    "least_loss": Variable("L_least", "1", "loss that half of the cuts hold nothing below"),
    "threshold_dimension": Variable("d*", "1", "Gordon's threshold of one plane"),
    "escape_dimension": Variable("D-w²", "1", "up to which linear cuts miss all planes by Gordon"),
}
"""What theory alone says."""
KEYS = ("sources", "cuts", *tables.COMMON)


@dataclass(frozen=True)
class Cut:
    """Cuts of one dimension, of one landscape."""

    D: int
    codimension: int
    dimension: int
    share: float
    seed: int = -1
    seconds: float = 0.01

    @property
    def tolerance(self) -> float:
        """The distance that counts as met."""
        return self.share * Nearest(self.D, self.D - self.codimension).quantile(0.5)


class DistanceLaw(Cut):
    """The probability over all cuts, and bounds."""

    def values(self, names: Iterable[str]) -> Values:
        """As ``theory.wedges.cuts`` and ``theory.wedges.gordon``."""
        where: dict[str, Any] = {"D": self.D, "n": self.D - self.codimension}
        near: dict[str, Any] = where | {"tolerance": self.tolerance}
        known: dict[str, Callable[[], ArrayLike]] = {
            "met_nearest": lambda: cuts.nearest_plane(self.dimension, **near),
            "met_bound": lambda: cuts.any_plane_bound(self.dimension, **near),
            "least_loss": lambda: cuts.least_loss(self.dimension, **where),
            "threshold_dimension": lambda: gordon.threshold_dimension(**near),
            "escape_dimension": lambda: gordon.escape_dimension(**where),
        }
        return {name: known[name]() for name in names}


class Drawn(Cut):
    """One cut, drawn and searched."""

    def values(self, names: Iterable[str]) -> Values:
        """As ``search.success`` of this seed."""
        found = search.success(
            D=self.D,
            n=self.D - self.codimension,
            dimensions=[self.dimension],
            cuts=1,
            seed=self.seed,
        )
        loss, nearest = float(found.loss.item()), float(found.nearest.item())
        known: Values = {
            "met": float(loss <= self.tolerance),
            "met_nearest": float(nearest <= self.tolerance),
            "loss": loss,
            "changes": float(found.changes.item()),
        }
        return {name: known[name] for name in names}


@dataclass(frozen=True, kw_only=True)
class CutStudy(Definition):
    """Points in the dimensions of landscape, planes and cuts.

    The sources are ``theory`` and ``simulation``. Replicate i has one seed at all points: of one
    landscape its cuts of several dimensions are nested.
    """

    KIND: ClassVar[str] = "cuts"
    SOURCES: ClassVar[Mapping[str, Source]] = {
        "theory": Source("predicted", drawn=False, observables=("met_nearest", *BOUNDS)),
        "simulation": Source("sampled", drawn=True, observables=tuple(OBSERVABLES)),
    }
    PARAMETERS: ClassVar[Mapping[str, Variable]] = PARAMETERS
    OBSERVABLES: ClassVar[Mapping[str, Variable]] = OBSERVABLES | BOUNDS
    MAKE_THE_NUMBERS: ClassVar[tuple[str, ...]] = ("theory", "simulate")
    MODULES: ClassVar[tuple[str, ...]] = ("simulate.studies.cells", "simulate.wedges.study")

    def check_points(self) -> None:
        """See that every cut and every plane lies in its landscape.

        Raises
        ------
        InputError
            If one does not, or a parameter is not set.
        """
        for name in PARAMETERS:
            if name not in {*self.fixed, *self.axes}:
                raise checks.InputError(f"{name} must be set")
        for index in np.ndindex(*self.shape):
            given = self.at(index)
            D = checks.integer("D", given["D"], low=2, high=LARGEST)
            checks.integer("codimension", given["codimension"], low=1, high=D - 1)
            checks.integer("dimension", given["dimension"], low=1, high=D)
            checks.real("share", given["share"], low=0, strict=True)

    def work(self, source: str, index: tuple[int, ...], *, replicate: int) -> Work:
        """A probability, or a cut."""
        given: dict[str, Any] = self.at(index)
        if source == "theory":
            return DistanceLaw(**given)
        return Drawn(**given, seed=derived_seed(self.seed or 0, "cut", replicate))


def cut_study(given: Mapping[str, Any]) -> CutStudy:
    """The study that a TOML document defines.

    Parameters
    ----------
    given
        ``cuts`` (parameters that are the same at all points), ``grid`` or ``points`` (any of
        them, as lists or ranges), ``observables``, ``sources``, ``seed``, ``replicates``.

    Raises
    ------
    InputError
        If a key or value is unknown or out of its bounds, or there are no points.

    Examples
    --------
    >>> cut_study({
    ...     "cuts": {"codimension": 20, "share": 0.5}, "observables": ["met_nearest"],
    ...     "grid": {"D": [100, 1000], "dimension": [5, 10, 20]},
    ... }).shape
    (2, 3)
    """
    for key in given:
        checks.choice("key", key, KEYS)
    return CutStudy(
        fixed={name: _value(name, raw) for name, raw in tables.table(given, "cuts").items()},
        **tables.varying(given, _values),
        sources=tables.names(given, "sources", ["theory"]),
        observables=tables.names(given, "observables", []),
        replicates=given.get("replicates", 1),
        seed=given.get("seed"),
    )


def _values(name: str, raw: object) -> tuple[Value, ...]:
    return tables.values(name, raw, value=_value, whole=name in WHOLE)


def _value(name: str, raw: object) -> Value:
    checks.choice("parameter", name, tuple(PARAMETERS))
    return tables.whole(name, raw) if name in WHOLE else checks.real(name, raw)

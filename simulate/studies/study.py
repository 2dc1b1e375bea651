"""The study of the random model: theory and exact draws at points in its parameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from simulate.studies import settings, tables
from simulate.studies.definition import Definition, Source, Value, Variable, Work
from simulate.studies.model_cells import Draw, Prediction
from simulate.studies.observed import COMPANIONS, PREFIX, SOURCES, check_covered, sizes
from theory import Params, checks
from theory.observables import OBSERVABLES

KEYS = ("sources", "parameters", *tables.COMMON)
OWN_AXIS = {"outliers": "outlier", "outliers_std": "outlier"}


@dataclass(frozen=True, kw_only=True)
class Study(Definition):
    """Points in the parameters of the model.

    Its sources are ``theory`` (averages over logits, means and labels) and ``simulation`` (exact
    draws of all of them); the fields are those of ``Definition``.
    """

    KIND: ClassVar[str] = "model"
    SOURCES: ClassVar[Mapping[str, Source]] = {
        name: Source(PREFIX[name], name == "simulation", known) for name, known in SOURCES.items()
    }
    PARAMETERS: ClassVar[Mapping[str, Variable]] = {
        name: Variable(s.symbol, s.unit, s.meaning) for name, s in settings.SETTINGS.items()
    }
    OBSERVABLES: ClassVar[Mapping[str, Variable]] = {
        name: Variable(
            o.symbol, o.unit, o.meaning, tuple(OWN_AXIS.get(name, dim) for dim in o.dims)
        )
        for name, o in OBSERVABLES.items()
    }
    MAKE_THE_NUMBERS: ClassVar[tuple[str, ...]] = ("theory", "simulate")
    MODULES: ClassVar[tuple[str, ...]] = ("simulate.studies.cells",)
    # theory shares the logits along all other axes
    OUTER_AXES: ClassVar[tuple[str, ...]] = ("sigma_z", "C", "labels", "margin")

    def check_points(self) -> None:
        """See that there is a model at each point, which theory covers if it is a source."""
        settings.check_names([*self.fixed, *self.axes])
        for params in self.models():
            if "theory" in self.sources:
                check_covered(params, names=self.asked("theory"))

    def params(self, index: tuple[int, ...]) -> Params:
        """The model at a point."""
        return settings.model(self.at(index))

    def models(self) -> Iterator[Params]:
        """The models at all points."""
        return map(self.params, np.ndindex(*self.shape))

    def work(self, source: str, index: tuple[int, ...], *, replicate: int) -> Work:
        """A prediction, or a draw."""
        params = self.params(index)
        if source == "theory" or self.seed is None:
            return Prediction(params)
        return Draw(params, root=self.seed, replicate=replicate)

    def variables(self, source: str) -> dict[str, Variable]:
        """Those asked, with theory's standard deviations over draws."""
        names = []
        for name in self.asked(source):
            names.append(name)
            if source == "theory" and name in COMPANIONS:
                names.append(COMPANIONS[name])
        return {name: self.OBSERVABLES[name] for name in names}

    def lengths(self) -> dict[str, int]:
        """Of the axes of the spectra."""
        longest: dict[str, int] = {}
        for params in self.models():
            for dim, length in sizes(params).items():
                longest[dim] = max(length, longest.get(dim, 0))
        return longest

    def as_dict(self) -> dict[str, Any]:
        """The definition without its kind, as stores had it before there were others."""
        return {key: value for key, value in super().as_dict().items() if key != "kind"}


def load(path: str | Path) -> Study:
    """Read a study.

    Raises
    ------
    InputError
        If the file cannot be read, is not TOML, or does not define a study.
    """
    return tables.load(path, study)


def study(given: Mapping[str, Any]) -> Study:
    """The study that a TOML document defines.

    Parameters
    ----------
    given
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
    for key in given:
        checks.choice("key", key, KEYS)
    return Study(
        fixed={
            _known(name): settings.value(name, raw)
            for name, raw in tables.table(given, "parameters").items()
        },
        **tables.varying(given, _values),
        sources=tables.names(given, "sources", ["theory"]),
        observables=tables.names(given, "observables", []),
        replicates=given.get("replicates", 1),
        seed=given.get("seed"),
    )


def _known(name: str) -> str:
    return checks.choice("parameter", name, tuple(settings.SETTINGS))


def _values(name: str, raw: object) -> tuple[Value, ...]:
    lowest, whole = settings.lowest(_known(name)), name in settings.WHOLE
    return tables.values(name, raw, value=settings.value, lowest=lowest, whole=whole)

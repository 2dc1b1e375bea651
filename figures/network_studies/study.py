"""The study of networks: trainings at points in their settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from empirical.settings import DataSource
from empirical.settings.network import NETWORKS
from figures.network_studies import settings
from figures.network_studies.network_cells import TrainedNetwork
from figures.network_studies.registry import OBSERVABLES, groups
from simulate.studies import tables
from simulate.studies.definition import Definition, Source, Value, Variable, Work
from theory import checks
from theory.streams import derived_seed

LEAST = ("logits",)  # where nothing that is asked is measured
KEYS = (*settings.TABLES, *tables.COMMON)


@dataclass(frozen=True, kw_only=True)
class NetworkStudy(Definition):
    """Points in the settings of networks, their data, training and measurement.

    The one source is ``network``. Replicate i has the same seed at all points: the same split of
    the data and, where sizes agree, the same initial weights, so that points are compared in pairs.
    """

    KIND: ClassVar[str] = "network"
    SOURCES: ClassVar[Mapping[str, Source]] = {
        "network": Source("measured", drawn=True, observables=tuple(OBSERVABLES))
    }
    PARAMETERS: ClassVar[Mapping[str, Variable]] = {
        name: settings.described(name) for name in settings.SETTINGS
    }
    OBSERVABLES: ClassVar[Mapping[str, Variable]] = {
        name: Variable(o.symbol, o.unit, o.meaning) for name, o in OBSERVABLES.items()
    }
    MAKE_THE_NUMBERS: ClassVar[tuple[str, ...]] = (
        "theory",
        "empirical",
        "figures.judge",
        "figures.network_studies",
    )
    MODULES: ClassVar[tuple[str, ...]] = (
        "simulate.studies.cells",
        "figures.network_studies.network_cells",
        "empirical.measure",
        "empirical.networks.descent",
        "figures.judge.errors",
    )

    def check_points(self) -> None:
        """See that the settings of every point go together.

        Raises
        ------
        InputError
            If they do not, or a network is one of the user's own.
        """
        observe = groups(self.observables) or LEAST
        for index in np.ndindex(*self.shape):
            found = settings.experiment(self.at(index), seed=0, observe=observe)
            if found.network is not None and found.network.factory is not None:
                raise checks.InputError(
                    f"network of a study must be one of {', '.join(NETWORKS)}, got "
                    f"{found.network.name}: a store cannot tell what your own is made of"
                )

    def files(self) -> dict[str, str]:
        """SHA-256 of the data that are files.

        Raises
        ------
        InputError
            If one cannot be read.
        """
        named = {str(d) for d in (self.fixed.get("data"), *self.axes.get("data", ())) if d}
        found = {name: DataSource(name=name).sha256() for name in sorted(named)}
        return {name: digest for name, digest in found.items() if digest is not None}

    def work(self, source: str, index: tuple[int, ...], *, replicate: int) -> Work:
        """A training, and what is measured at its end."""
        seed = derived_seed(self.seed or 0, "network", replicate)
        observe = groups(self.asked(source)) or LEAST
        return TrainedNetwork(settings.experiment(self.at(index), seed=seed, observe=observe))

    def seconds(self, source: str) -> float:
        """As ``figures.network_studies.cost``."""
        from figures.network_studies.cost import seconds

        return seconds(self, source)


def network_study(given: Mapping[str, Any]) -> NetworkStudy:
    """The study that a TOML document defines.

    Parameters
    ----------
    given
        ``network``, ``data``, ``training``, ``measurement`` (settings that are the same at all
        points), ``grid`` or ``points`` (any of them, as lists or ranges), ``observables``,
        ``seed``, ``replicates``.

    Raises
    ------
    InputError
        If a key or value is unknown or out of its bounds, or there are no points.

    Examples
    --------
    >>> found = network_study({
    ...     "network": {"activation": "tanh"}, "training": {"epochs": 2}, "seed": 0,
    ...     "grid": {"width": [16, 32], "batch_size": [8, 32]}, "observables": ["test_error"],
    ... })
    >>> found.shape, found.fixed
    ((2, 2), {'activation': 'tanh', 'epochs': 2.0})
    """
    for key in given:
        checks.choice("key", key, KEYS)
    fixed = {
        checks.choice(f"setting of [{table}]", name, settings.of(table)): settings.value(name, raw)
        for table in settings.TABLES
        for name, raw in tables.table(given, table).items()
    }
    study = {
        **tables.varying(given, _values),
        "observables": tables.names(given, "observables", []),
        "replicates": given.get("replicates", 1),
        "seed": given.get("seed"),
    }
    if study["seed"] is not None:
        checks.integer("seed", study["seed"], low=0)
    return NetworkStudy(fixed=fixed, sources=("network",), **study)


def _values(name: str, raw: object) -> tuple[Value, ...]:
    checks.choice("setting", name, tuple(settings.SETTINGS))
    return tables.values(name, raw, value=settings.value, whole=name in settings.WHOLE)

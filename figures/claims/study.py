"""All that is made of one network for a report, each part made once and kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from empirical.groups import observable_groups
from figures.claims.assumptions import assumptions
from figures.claims.finding import Finding
from figures.claims.predictions import predictions
from figures.claims.properties import properties
from figures.gallery.networks import Networks
from figures.judge.thresholds import Thresholds

if TYPE_CHECKING:
    import xarray as xr

OBSERVED = (*observable_groups.USUAL, "tests")
FEW = (0, 2, 3, 5)  # of the points of training, where all would take more than half an hour


class Studied(NamedTuple):
    """One network in words; its records: measured in training, predicted, on random planes."""

    described: str
    measured: xr.Dataset
    found: xr.Dataset
    zone: xr.Dataset

    def findings(self, network: str, *, thresholds: Thresholds) -> list[Finding]:
        """Every claim on the network."""
        return [
            *properties(self.measured, network=network, zone=self.zone),
            *assumptions(self.measured, network=network),
            *predictions(self.found, network=network, thresholds=thresholds),
        ]


def points(networks: Networks, name: str) -> tuple[int, ...]:
    """The points of training that are measured, by index."""
    _, training = networks.experiment(name).trained
    return tuple(range(len(training.epochs))) if networks.settings.fast else FEW


def study(networks: Networks, name: str, *, folder: Path) -> Studied:
    """Train, measure, predict and cut one network, or read what is kept in ``folder``."""
    from figures.claims.zone import zone
    from figures.fit import fit

    measured = networks.measured(name, observe=OBSERVED, at=points(networks, name))
    own: dict[str, Any] = {"measured": json.loads(measured.provenance)}
    parameters = {"network": name} | networks.settings.as_dict()

    def kept_as(part: str, given: dict[str, Any], make: Callable[[], xr.Dataset]) -> xr.Dataset:
        from figures.gallery.kept import kept
        from theory.records.record import provenance

        made_by = provenance(
            command=f"figures.claims {part}", parameters=given, seed=networks.settings.seed
        )
        return kept(folder / f"{part}.nc", made_by=made_by, make=make, overwrite=True)[0]

    described = networks.describe(name)
    return Studied(
        described=described[0].upper() + described[1:],
        measured=measured,
        found=kept_as("predicted", own, lambda: fit(measured)),
        zone=kept_as("zone", parameters, lambda: zone(networks, name)),
    )

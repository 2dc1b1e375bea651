"""What neighbouring theories say of a measured network, each in a number beside what was found."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from figures.judge.levels import isotropic
from theory.models import Isotropic
from theory.rivals import collapse, logit_blocks, pennington_bahri

WITHIN = 0.1


@dataclass(frozen=True)
class Rival:
    """One theory at one point of training.

    Attributes
    ----------
    name
        Whose.
    says
        What it is about.
    predicted, found
        The same number in theory and in the record; None where the record lacks what it needs.
    missing
        What that is; empty where nothing is.
    """

    name: str
    says: str
    predicted: float | None = None
    found: float | None = None
    missing: str = ""

    @property
    def verdict(self) -> str:
        """Whether it is within 10 %, as a single eigenvalue is to be, or what is missing."""
        if self.predicted is None or self.found is None:
            return f"needs {self.missing}"
        return "holds" if abs(self.predicted - self.found) <= WITHIN * abs(self.found) else "fails"


def rivals(point: xr.Dataset, found: xr.Dataset) -> list[Rival]:
    """Every rival at one epoch of a record of ``measure`` and of its fit."""
    return [_index(point, found), _batches(), _groups(point), _collapse(point), _blocks(point)]


def _index(point: xr.Dataset, found: xr.Dataset) -> Rival:
    """The index at the measured loss; samples are the N (C-1) rows of G, its mean eigenvalue 1."""
    name = "Pennington and Bahri"
    says = "share of negative eigenvalues of H at this loss"
    if "hessian_negative" not in found:
        return Rival(name, says, missing="the group addition")
    rows = point.sizes["example"] * (point.sizes["logit"] - 1)
    predicted = pennington_bahri.index(float(point.loss), phi=float(point.weights) / rows)
    return Rival(name, says, predicted, float(found.hessian_negative.sel(sum="measured")))


def _batches() -> Rival:
    return Rival(
        "Granziol, Zohren and Roberts",
        "λ_max of a batch over that of all examples",
        missing="λ_max of batches of several sizes (figures batch)",
    )


def _groups(point: xr.Dataset) -> Rival:
    """The class means' part of Tr G, which is all of it where examples of a class are one."""
    name, says = "Papyan", "class and cross-class means' part of Tr G"
    if "part_trace" not in point:
        return Rival(name, says, missing="the group hierarchy")
    parts = point.part_trace
    means = float(parts.isel(part=slice(2)).sum() / parts.sum())
    return Rival(name, says, 1.0, means)


def _collapse(point: xr.Dataset) -> Rival:
    """λ_max of the level cluster with collapsed means of the same length, beside λ_max of G."""
    C = point.sizes["logit"]
    given = isotropic(point, level="cluster")
    length = float(np.sqrt(np.trace(given["Gamma"]) / C**2))
    Gamma = collapse.gram(C, length=length)
    D = max(given["D"], int(np.linalg.matrix_rank(Gamma)))
    model = Isotropic(point.p.values, **given | {"Gamma": Gamma, "D": D})
    top = model.outliers[0] if len(model.outliers) else model.edges[-1, 1]
    away = collapse.distance(given["Gamma"])
    says = f"λ_max of G, of means that are {away:.2f} away (0 to 1.41)"
    return Rival("neural collapse", says, float(top), float(point.eigenvalues[0]))


def _blocks(point: xr.Dataset) -> Rival:
    C = point.sizes["logit"]
    found = logit_blocks.coupling(point.p.values)
    return Rival("Dong et al.", "coupling of two logits by A", logit_blocks.exchangeable(C), found)

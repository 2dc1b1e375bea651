"""Observables of ``fit``: what each level predicts of a network, and how far that is off."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from figures.network_studies.observable import Observable
from figures.network_studies.replicate import Replicate
from theory.levels import LEVELS
from theory.observables import CURVATURE

if TYPE_CHECKING:
    import xarray as xr

NEEDED = {
    "isotropic": ("logits", "spectrum", "model"),
    "separable": ("logits", "spectrum", "noise"),
}


def _mean_size(found: xr.Dataset) -> float:
    return float(np.abs(found.outlier_error).mean())


def _largest(found: xr.Dataset) -> float:
    return float(np.abs(found.outlier_error).max())


# fmt: off
QUANTITIES: dict[str, tuple[Callable[[xr.Dataset], float], str, str, str]] = {
    "lambda_max": (lambda found: float(found.predicted_eigenvalues[0]), "λ̂_max", CURVATURE,
                   "largest eigenvalue of G"),
    "gradient_share": (lambda found: float(found.predicted_share), "ŝ", "1",
                       "fraction of the squared gradient on the C-1 largest eigenvalues of G"),
    "trace": (lambda found: float(found.predicted_trace), "Tr Ĝ", CURVATURE, "trace of G"),
    "frobenius": (lambda found: float(found.predicted_frobenius), "‖Ĝ‖_F", CURVATURE,
                  "Frobenius norm of G"),
    "outlier_error": (_mean_size, "|λ̂_j/λ_j - 1|", "1",
                      "mean size of the relative errors of the C-1 largest eigenvalues of G"),
    "worst_error": (_largest, "max |λ̂_j/λ_j - 1|", "1",
                    "largest size of the relative errors of the C-1 largest eigenvalues of G"),
    "share_error": (lambda found: float(found.share_error), "ŝ - s", "1",
                    "error of the gradient's share on the C-1 largest eigenvalues"),
    "bulk_distance": (lambda found: float(found.bulk_distance), "W₁/λ̄", "1",
                      "Wasserstein distance of the eigenvalues behind these over their mean"),
    "edge_error": (lambda found: float(found.edge_error), "λ̂_+/λ_{k+1} - 1", "1",
                   "relative error of the bulk's upper edge"),
}
# fmt: on


def _judged(replicate: Replicate, *, read: Callable[[xr.Dataset], float], level: str) -> float:
    return read(replicate.judged(level))


PREDICTED: dict[str, Observable] = {
    f"{name}_{level.name}": Observable(
        partial(_judged, read=read, level=level.name),
        symbol,
        unit,
        f"{meaning}, by level {level.name}",
        groups=NEEDED[level.noise],
    )
    for level in LEVELS.values()
    for name, (read, symbol, unit, meaning) in QUANTITIES.items()
}

"""What each level of the model predicts for one measured point; nothing in it is fitted.

``FG`` has one mean a logit and isotropic noise, ``cluster`` one mean for each logit and true class,
``weighted`` the same means as G sees them, examples weighted by their curvature; ``anisotropic``
adds to it the noise's covariance, logits × weights.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from theory import gradient, separable, typical
from theory.arrays import Array

ISOTROPIC = ("FG", "cluster", "weighted")
LEVELS = (*ISOTROPIC, "anisotropic")


class Isotropic(NamedTuple):
    """The random model of one measured point at a level with isotropic noise."""

    p: Array
    r: Array
    Gamma: Array
    sigma_E: float
    D: int
    groups: NDArray[np.int64] | None


class Anisotropic(NamedTuple):
    """The same with noise ``K_C ⊗ T`` and the means along the eigenvectors of T."""

    p: Array
    r: Array
    means: Array
    sigma_E: float
    T: Array
    K_C: Array
    groups: NDArray[np.int64]


@dataclass(frozen=True)
class Prediction:
    """A level's spectrum of G and the gradient on it.

    Parameters
    ----------
    eigenvalues
        Descending, those of the bulk as quantiles of its law.
    outliers
        How many of them lie above the bulk.
    share
        Fraction of ‖g‖² on each outlier.
    gradient_norm
        ``√E‖g‖²``.
    """

    eigenvalues: Array
    outliers: int
    share: Array
    gradient_norm: float


def predict(point: xr.Dataset, *, level: str) -> Prediction:
    """Spectrum and gradient of G at one epoch of a record of ``empirical.trajectory``.

    Given the softmax outputs of the measured examples, and means and noise from the held-out ones.
    """
    if level == "anisotropic":
        options: dict[str, Any] = anisotropic(point)._asdict()
        eigenvalues, power = typical.separable, separable.power
    else:
        options = isotropic(point, level=level)._asdict()
        eigenvalues, power = typical.isotropic, gradient.power
    p, r = options.pop("p"), options.pop("r")
    found = power(p, r, **options)
    return Prediction(eigenvalues(p, **options), len(found.outliers), found.outliers, found.norm)


def isotropic(point: xr.Dataset, *, level: str) -> Isotropic:
    """The model at a level of ``ISOTROPIC``.

    D is the noise's effective dimension, to the nearest integer, and at least the rank that the
    Gram matrix of the means needs.
    """
    p, r, labels = _examples(point)
    own = point.sel(level=level)
    Gamma = point[f"Gamma_{level}"].values
    D = max(round(float(own.effective_dimension)), int(np.linalg.matrix_rank(Gamma)))
    return Isotropic(p, r, Gamma, float(own.sigma_E), D, None if level == "FG" else labels)


def anisotropic(point: xr.Dataset) -> Anisotropic:
    """The model at the level ``anisotropic``.

    What the means have outside of the leading eigenvectors of T lies along the first of the others.
    """
    p, r, labels = _examples(point)
    T = point.noise_spectrum.values
    components = point.mean_components.values
    along = min(components.shape[1], max(T.size - len(components), 0))
    others = point.mean_rest.values + components[:, along:] @ components[:, along:].T
    values, vectors = np.linalg.eigh(others)
    rest = (vectors * np.sqrt(values.clip(min=0)))[:, ::-1][:, : T.size - along]
    means = np.zeros((len(rest), T.size))
    means[:, :along] = components[:, :along]
    means[:, along : along + rest.shape[1]] = rest
    sigma_E = float(point.sigma_E.sel(level="weighted"))
    return Anisotropic(p, r, means, sigma_E, T, point.noise_logit_covariance.values, labels)


def _examples(point: xr.Dataset) -> tuple[Array, Array, NDArray[np.int64]]:
    p, labels = point.p.values, point.labels.values.astype(np.int64)
    return p, p - np.eye(p.shape[1])[labels], labels

"""What each level of the model predicts for one measured point; nothing in it is fitted.

Given are the softmax outputs of the measured examples; means and noise come from the held-out ones.
``theory.levels`` says what the levels are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from theory import gradient, hessian, separable
from theory.arrays import Array
from theory.levels import LEVELS
from theory.models import fluctuations, level_fluctuations, typical

COARSE = 5  # points of a grid to one at which the density of anisotropic noise is solved


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


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """A level's spectrum of G and the gradient on it.

    Attributes
    ----------
    eigenvalues
        Descending, those of the bulk as quantiles of its law.
    outliers, outliers_std
        Those of them above the bulk, and their standard deviation over draws of the noise.
    bulk_edge
        Upper edge of the bulk.
    gradient_power
        Fraction of ‖g‖² on each outlier.
    gradient_norm
        ``√E‖g‖²``.
    trace, frobenius
        ``E Tr G`` and ``√E‖G‖_F²``; of anisotropic noise the norm is that of the eigenvalues.
    """

    eigenvalues: Array
    outliers: Array
    outliers_std: Array
    bulk_edge: float
    gradient_power: Array
    gradient_norm: float
    trace: float
    frobenius: float


def predict(point: xr.Dataset, *, level: str) -> Prediction:
    """Spectrum and gradient of G at one epoch of a record of ``empirical.trajectory``."""
    here = model(point, level=level)
    return _isotropic(here) if isinstance(here, Isotropic) else _separable(here)


def bulk_counts(point: xr.Dataset, *, level: str, grid: Array) -> Array:
    """Predicted eigenvalues of the bulk per unit of ln λ on an ascending grid."""
    here = model(point, level=level)
    if isinstance(here, Isotropic):
        density = hessian.density(grid, here.p, sigma_E=here.sigma_E, D=here.D)
        return grid * here.D * density
    options = here._asdict()
    p, _ = options.pop("p"), options.pop("r")
    solved = np.unique(np.append(grid[::COARSE], grid[-1]))
    counts = solved * here.T.size * separable.density(solved, p, **options)
    return np.interp(np.log(grid), np.log(solved), counts)


def model(point: xr.Dataset, *, level: str) -> Isotropic | Anisotropic:
    """The random model of one measured point at a level."""
    if LEVELS[level].noise == "separable":
        return anisotropic(point)
    return isotropic(point, level=level)


def isotropic(point: xr.Dataset, *, level: str) -> Isotropic:
    """The model at a level of isotropic noise.

    D is the noise's effective dimension, to the nearest integer, and at least the rank that the
    Gram matrix of the means needs.
    """
    p, r, labels = _examples(point)
    own = point.sel(level=level)
    Gamma = point[f"Gamma_{level}"].values
    D = max(round(float(own.effective_dimension)), int(np.linalg.matrix_rank(Gamma)))
    groups = labels if LEVELS[level].by_class else None
    return Isotropic(p, r, Gamma, float(own.sigma_E), D, groups)


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


def _isotropic(here: Isotropic) -> Prediction:
    noise = {"sigma_E": here.sigma_E, "D": here.D}
    means = {"Gamma": here.Gamma, "groups": here.groups}
    power = gradient.power(here.p, here.r, **noise, **means)
    return Prediction(
        eigenvalues=typical.isotropic(here.p, **noise, **means),
        outliers=hessian.outliers(here.p, **noise, **means),
        outliers_std=fluctuations.outliers(here.p, **noise, **means).std,
        bulk_edge=float(hessian.edges(here.p, **noise)[-1, 1]),
        gradient_power=power.outliers,
        gradient_norm=power.norm,
        trace=hessian.trace(here.p, sigma_E=here.sigma_E, **means),
        frobenius=hessian.frobenius(here.p, **noise, **means),
    )


def _separable(here: Anisotropic) -> Prediction:
    noise = {"sigma_E": here.sigma_E, "T": here.T, "K_C": here.K_C}
    means = {"means": here.means, "groups": here.groups}
    power = separable.power(here.p, here.r, **noise, **means)
    eigenvalues = typical.separable(here.p, **noise, **means)
    return Prediction(
        eigenvalues=eigenvalues,
        outliers=separable.outliers(here.p, **noise, **means),
        outliers_std=level_fluctuations.separable(here.p, **noise, **means).std,
        bulk_edge=float(separable.edges(here.p, **noise, **means)[-1, 1]),
        gradient_power=power.outliers,
        gradient_norm=power.norm,
        trace=float(eigenvalues.sum()),
        frobenius=float(np.sqrt(np.sum(eigenvalues**2))),
    )


def _examples(point: xr.Dataset) -> tuple[Array, Array, NDArray[np.int64]]:
    p, labels = point.p.values, point.labels.values.astype(np.int64)
    return p, p - np.eye(p.shape[1])[labels], labels

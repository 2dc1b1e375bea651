"""What each level of the model predicts for one measured point; nothing in it is fitted.

Given are the softmax outputs of the measured examples; means and noise come from the held-out ones.
``theory.levels`` says what the levels are.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from theory.arrays import Array
from theory.levels import LEVELS
from theory.models import Isotropic, Power, Separable


class Prediction(NamedTuple):
    """A level's model of G, given the softmax outputs, and the gradient's power on its spectrum."""

    model: Isotropic | Separable
    power: Power


def predict(point: xr.Dataset, *, level: str) -> Prediction:
    """Spectrum and gradient of G at one epoch of a record of ``empirical.trajectory``."""
    kind = Separable if LEVELS[level].noise == "separable" else Isotropic
    model = kind(point.p.values, **parameters(point, level=level))
    return Prediction(model, model.power(residuals(point)))


def residuals(point: xr.Dataset) -> Array:
    """``p - y`` of the measured examples."""
    p = point.p.values
    return p - np.eye(p.shape[1])[_labels(point)]


def parameters(point: xr.Dataset, *, level: str) -> dict[str, Any]:
    """Means and noise of a level, as its class in ``theory.models`` takes them."""
    if LEVELS[level].noise == "separable":
        return separable(point)
    return isotropic(point, level=level)


def isotropic(point: xr.Dataset, *, level: str) -> dict[str, Any]:
    """Parameters of a level of isotropic noise.

    D is the noise's effective dimension, to the nearest integer, and at least the rank that the
    Gram matrix of the means needs.
    """
    own = point.sel(level=level)
    Gamma, sigma_E = point[f"Gamma_{level}"].values, float(own.sigma_E)
    dimension = round(float(own.effective_dimension)) if sigma_E > 0 else 1
    return {
        "Gamma": Gamma,
        "sigma_E": sigma_E,
        "D": max(dimension, int(np.linalg.matrix_rank(Gamma))),
        "groups": _labels(point) if LEVELS[level].by_class else None,
    }


def separable(point: xr.Dataset) -> dict[str, Any]:
    """Parameters of the level ``anisotropic``: means along the eigenvectors of T.

    What the means have outside of the leading eigenvectors of T lies along the first of the others.
    """
    T = point.noise_spectrum.values
    components = point.mean_components.dropna("direction", how="all").values
    along = min(components.shape[1], max(T.size - len(components), 0))
    others = point.mean_rest.values + components[:, along:] @ components[:, along:].T
    values, vectors = np.linalg.eigh(others)
    rest = (vectors * np.sqrt(values.clip(min=0)))[:, ::-1][:, : T.size - along]
    means = np.zeros((len(rest), T.size))
    means[:, :along] = components[:, :along]
    means[:, along : along + rest.shape[1]] = rest
    return {
        "means": means,
        "sigma_E": float(point.noise_length),
        "T": T,
        "K_C": point.noise_logit_covariance.values,
        "groups": _labels(point),
    }


def _labels(point: xr.Dataset) -> np.ndarray:
    return point.labels.values.astype(np.int64)

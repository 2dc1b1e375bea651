"""The levels of isotropic noise with their lengths and dimension set free, on a measured network.

What stays is the shape of the means' Gram matrix and the softmax outputs. The last level is left
out: free would be its lengths, with the shapes of T and K_C kept, but a draw along all of T takes
seconds, and a fit hundreds of draws.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from figures.judge import levels
from figures.judge.minimum_distance import Draw, Parameters
from simulate.ensemble import ensemble
from simulate.hessian import sample
from theory.arrays import Array
from theory.levels import LEVELS

PARAMETERS = {"sigma_c": "σ_c", "sigma_y": "σ_y", "sigma_E": "σ_E", "D": "D"}  # and their symbols


def free(point: xr.Dataset, *, level: str) -> tuple[dict[str, float], Draw]:
    """Where a level's fit starts, the estimates from held-out examples, and its draws.

    ``sigma_c`` is the RMS length of the means: at levels with a mean for each class, of those over
    the classes, and ``sigma_y`` that of the classes' deviations from it. ``sigma_E`` and ``D`` are
    the noise's length and its effective dimension. Of means that need more than D directions the
    longest D are kept.

    Parameters
    ----------
    point
        One epoch of a record with the groups ``logits`` and ``model``.
    level
        One of ``theory.levels.ISOTROPIC``.
    """
    given = levels.isotropic(point, level=level)
    p, r, Gamma, groups = point.p.values, levels.residuals(point), given["Gamma"], given["groups"]
    own = point.sel(level=level)
    parts = _parts(point.sizes["logit"], by_class=LEVELS[level].by_class)
    start = {name: _length(part, Gamma) for name, part in parts.items()}
    start = {name: length for name, length in start.items() if length > 0}
    start |= {"sigma_E": float(own.sigma_E), "D": round(float(own.effective_dimension))}
    estimated = dict(start)

    def draw(values: Parameters, rng: np.random.Generator) -> Array:
        scale = sum(values[name] / estimated[name] * parts[name] for name in parts if name in start)
        D = int(values["D"])
        drawn = ensemble(
            p,
            r,
            Gamma=_longest(scale @ Gamma @ scale, D),
            sigma_E=values["sigma_E"],
            D=D,
            groups=groups,
        )
        return sample(drawn, rng=rng).eigenvalues

    return start, draw


def _parts(C: int, *, by_class: bool) -> dict[str, Array]:
    """Projectors on the parts of the means whose lengths are free."""
    if not by_class:
        return {"sigma_c": np.eye(C)}
    shared: Array = np.kron(np.full((C, C), 1 / C), np.eye(C)).astype(np.float64)
    return {"sigma_c": shared, "sigma_y": np.eye(C * C) - shared}


def _length(part: Array, Gamma: Array) -> float:
    return float(np.sqrt(max(np.sum(part * Gamma), 0) / len(Gamma)))


def _longest(Gamma: Array, rank: int) -> Array:
    """The nearest Gram matrix of at most this rank."""
    if rank >= len(Gamma):
        return Gamma
    values, vectors = np.linalg.eigh(Gamma)
    kept = vectors[:, -rank:] * np.sqrt(values[-rank:].clip(min=0))
    return kept @ kept.T

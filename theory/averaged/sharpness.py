r"""The largest eigenvalue along a schedule of logit spread, mean length and noise length.

At fixed ``σ_c`` it falls as the softmax freezes (``σ_z`` grows); growing ``σ_c`` and ``σ_E`` raise
it as their squares. Training does both, so that sharpness rises, peaks and falls.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from theory import checks
from theory.arrays import Array
from theory.averaged.model import averaged
from theory.params import Params


@dataclass(frozen=True, eq=False)
class Sharpness:
    """Largest eigenvalue of G along a schedule, and its peak.

    Attributes
    ----------
    mean, std : shape (steps,)
        Over logits, means and noise, in nats per unit of weight squared.
    peak_time, peak_height
        Vertex of the parabola through the largest mean and its neighbours.
    interior
        Whether the largest mean lies inside the schedule; else it is at an end and is the peak.
    """

    mean: Array
    std: Array
    peak_time: float
    peak_height: float
    interior: bool


def schedule(
    params: Params,
    *,
    t: ArrayLike,
    sigma_z: ArrayLike,
    sigma_c: ArrayLike,
    sigma_E: ArrayLike,
) -> Sharpness:
    """Largest eigenvalue along ``σ_z(t), σ_c(t), σ_E(t)``, with its highest point.

    The top outlier, the bulk's largest eigenvalue (Tracy-Widom) where there is none, and the
    transition between both near the threshold.

    Parameters
    ----------
    params
        Sizes and labels; its lengths are replaced.
    t : shape (steps,)
        Strictly increasing times, at least 3.
    sigma_z, sigma_c, sigma_E : shape (steps,) or scalar
        Values at those times.

    Raises
    ------
    InputError
        If shapes differ, times do not increase, or a value is out of its bounds.
    """
    times = checks.array("t", t, ndim=1)
    if len(times) < 3 or np.any(np.diff(times) <= 0):
        raise checks.InputError(f"t must be at least 3 strictly increasing times, got {times}")
    lengths = {"sigma_z": sigma_z, "sigma_c": sigma_c, "sigma_E": sigma_E}
    for name, values in lengths.items():
        if np.shape(values) not in ((), times.shape):
            raise checks.InputError(
                f"{name} must be a number or have shape {times.shape}, got {np.shape(values)}"
            )
    columns = [np.broadcast_to(np.asarray(v, float), times.shape) for v in lengths.values()]
    steps = [
        replace(params, sigma_z=float(z), sigma_c=float(c), sigma_E=float(E))
        for z, c, E in zip(*columns, strict=True)
    ]
    mean, std = np.array([largest(step) for step in steps]).T
    return Sharpness(mean, std, *_peak(times, mean))


def largest(params: Params) -> tuple[float, float]:
    """Mean and standard deviation of the largest eigenvalue of G, or H: ``Averaged.largest``."""
    return averaged(params).largest


def _peak(t: Array, height: Array) -> tuple[float, float, bool]:
    """Time and height of the maximum, and whether it is inside."""
    top = int(height.argmax())
    if top in (0, len(t) - 1):
        return float(t[top]), float(height[top]), False
    near = slice(top - 1, top + 2)
    span = t[top + 1] - t[top - 1]
    a, b, c = np.polyfit((t[near] - t[top]) / span, height[near], 2)
    if a == 0:
        return float(t[top]), float(height[top]), True
    return float(t[top] - span * b / (2 * a)), float(c - b**2 / (4 * a)), True

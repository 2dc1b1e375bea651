"""The four phases of a landscape, by how well networks are connected and how sharp they are."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory import checks
from theory.checks import InputError


class Phase(NamedTuple):
    """One of the phases: its number in the paper, and what it is."""

    name: str
    meaning: str


PHASES = (
    Phase("I", "poorly connected, sharp"),
    Phase("II", "well connected, sharp"),
    Phase("III", "poorly connected, flat"),
    Phase("IV", "well connected, flat"),
)
BARRIER = 1.0  # percent of the training examples


def phases(
    mc: ArrayLike, sharpness: ArrayLike, *, threshold: float | None = None, barrier: float = BARRIER
) -> NDArray[np.float64]:
    """Which of ``PHASES`` each place of a study is in, counted from 0; NaN where one is not known.

    Poorly connected: ``mc < -barrier``. Sharp: sharpness above the threshold. Yang et al. 2021,
    arXiv:2107.11228, take ``mc < 0`` and read both from colours, with no number for either; a
    barrier of less than a percent is one of some examples, and of their mean over few seeds.

    Parameters
    ----------
    mc
        Mode connectivity, in percent.
    sharpness
        The largest eigenvalue of H, or its trace; same shape.
    threshold
        Of sharpness, above 0; by default ``split`` of the study's.
    barrier
        In percent, at least 0.

    Raises
    ------
    InputError
        If shapes differ, a bound is out of its own, or no sharpness is above 0 to take a threshold
        from.

    Examples
    --------
    >>> found = phases([-20.0, 3.0, -5.0, 0.0], [50.0, 20.0, 2.0, 1.0])
    >>> [PHASES[int(each)].name for each in found]
    ['I', 'II', 'III', 'IV']
    """
    connected, sharp = _numbers("mc", mc), _numbers("sharpness", sharpness)
    if connected.shape != sharp.shape:
        raise InputError(
            f"mc and sharpness must have one shape, got {connected.shape} and {sharp.shape}"
        )
    above = checks.real("barrier", barrier, low=0)
    line = split(sharp) if threshold is None else threshold
    checks.real("threshold", line, low=0, strict=True)
    found = 2.0 * (sharp <= line) + (connected >= -above)
    return np.where(np.isfinite(connected) & np.isfinite(sharp), found, np.nan)


def split(sharpness: ArrayLike) -> float:
    """Geometric mean of the smallest and the largest sharpness: midway on a logarithmic scale.

    It divides a study where its values lie apart, not into halves.

    Raises
    ------
    InputError
        If none is above 0.

    Examples
    --------
    >>> split([1.0, 90.0, 100.0])
    10.0
    """
    values = _numbers("sharpness", sharpness)
    values = values[np.isfinite(values) & (values > 0)]
    if not values.size:
        raise InputError("sharpness must have values above 0, got none")
    return float(np.sqrt(values.min() * values.max()))


def _numbers(name: str, value: ArrayLike) -> NDArray[np.float64]:
    try:
        return np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        raise InputError(f"{name} must be an array of numbers") from None

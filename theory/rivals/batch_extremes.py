"""The extremes of a batch's Hessian as those of the full one plus a GOE matrix.

Granziol, Zohren and Roberts, "Learning rates as a function of batch size" (arXiv:2006.09092): the
additive law of batches. The noise of one eigenvalue does not depend on the eigenvalue.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from theory import checks
from theory.arrays import Array
from theory.checks import InputError


def largest(full: ArrayLike, *, noise: float) -> Array:
    """``λ + s²/λ`` where λ > s, else ``2s``: the batch's eigenvalue of one of the full Hessian.

    Parameters
    ----------
    full
        Positive eigenvalues λ of the full Hessian, any shape.
    noise
        ``s = √(P σ²/b)``, half the radius of the batch's fluctuations: P weights, σ² the variance
        of one entry over examples, b the batch size; in the units of λ.

    Raises
    ------
    InputError
        If an eigenvalue or the noise is negative.

    Examples
    --------
    >>> largest([4.0, 0.5], noise=2.0)
    array([5., 4.])
    """
    values = np.asarray(full, dtype=float)
    s = checks.real("noise", noise, low=0)
    if values.size and not values.min() >= 0:
        raise InputError(f"full must be non-negative, got {values.min():g}")
    out = np.full(values.shape, 2 * s)
    above = values > s
    out[above] = values[above] + s * s / values[above]
    return out


def noise_from(full: float, batch: float) -> float:
    """The noise s with which ``full`` becomes ``batch``, to predict other batch sizes by ``1/√b``.

    Raises
    ------
    InputError
        If the batch's eigenvalue is below the full one, which no noise explains.

    Examples
    --------
    >>> noise_from(4.0, 5.0)
    2.0
    """
    whole = checks.real("full", full, low=0)
    part = checks.real("batch", batch, low=0)
    if part < whole:
        raise InputError(f"batch must be at least full, {whole:g}, got {part:g}")
    return float(np.sqrt(whole * (part - whole))) if part <= 2 * whole else part / 2

"""The binary perceptron's capacity: the load, or the margin, where its entropy reaches zero."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq

from theory import checks
from theory.arrays import Array
from theory.perceptron.typical import (
    HIGHEST_LOG_FIELD,
    HIGHEST_MARGIN,
    LOWEST_MARGIN,
    Saddle,
    at_field,
    require_margin,
)


def capacity(*, kappa: ArrayLike = 0.0) -> Array:
    r"""Largest load ``α_c(κ)`` with solutions of the binary perceptron: ``entropy(α_c) = 0``.

    Proved for κ = 0 (Krauth and Mézard, J. Phys. France 50, 3057 (1989); the lower bound Ding and
    Sun 2018, the upper bound Huang 2024), given a numerical condition; relative error below 1e-9.

    Parameters
    ----------
    kappa : shape (...)
        Margin, from -2 to 10.

    Raises
    ------
    InputError
        If a margin is out of its bounds.

    Examples
    --------
    >>> capacity(kappa=[0.0, 0.418]).round(4)
    array([0.8331, 0.5   ])
    """
    margins = checks.array("kappa", np.ravel(kappa), ndim=1)
    found = [_exhausted(require_margin("kappa", float(k))).alpha for k in margins]
    return np.array(found).reshape(np.shape(kappa))


def largest_margin(alpha: ArrayLike) -> Array:
    r"""Largest margin ``κ_max(α)`` with solutions of the binary perceptron.

    The κ with ``capacity(κ) = α``; absolute error below 1e-9.

    Parameters
    ----------
    alpha : shape (...)
        Patterns per weight, between the capacities of margins 10 and -2, 0.0063 and 29.99.

    Raises
    ------
    InputError
        If a load is out of its bounds.

    Examples
    --------
    >>> largest_margin([0.3, 0.5, 0.7]).round(3)
    array([0.895, 0.418, 0.137])
    """
    loads = checks.array("alpha", np.ravel(alpha), ndim=1)
    low, high = capacity(kappa=[HIGHEST_MARGIN, LOWEST_MARGIN])
    if loads.min() < low or loads.max() > high:
        raise checks.InputError(
            f"alpha must lie in [{low:.4g}, {high:.4g}], got {loads.min():g}..{loads.max():g}"
        )
    return np.array([_margin(float(a)) for a in loads]).reshape(np.shape(alpha))


def _exhausted(kappa: float) -> Saddle:
    """The saddle of entropy zero, which falls along the fields."""

    def left(log_field: float) -> float:
        return at_field(log_field, kappa=kappa).entropy

    root = float(brentq(left, -5.0, HIGHEST_LOG_FIELD, xtol=1e-12))  # pyright: ignore[reportArgumentType]
    return at_field(root, kappa=kappa)


def _margin(alpha: float) -> float:
    def gap(kappa: float) -> float:
        return float(np.log(_exhausted(kappa).alpha / alpha))

    return float(brentq(gap, LOWEST_MARGIN, HIGHEST_MARGIN, xtol=1e-12))  # pyright: ignore[reportArgumentType]

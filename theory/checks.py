"""Argument checks: one clear message, before any work starts."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from numbers import Integral, Real
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

Kind = TypeVar("Kind")

LARGEST = 2**63 - 1  # that arrays and files hold, and the largest seed that torch takes
MOST = 10**9  # of what is held or done one by one: no array of more, no loop that ends
MOST_WORKERS = 1024  # threads or processes of one machine, which all are started at once
LONGEST_SHOWN = 25  # digits of an integer, or characters of an object, in a message
ROW_SUM_TOLERANCE = 1e-5  # float32 softmax outputs of up to 10⁵ classes sum to one within this


class InputError(ValueError):
    """A value from outside is out of its bounds; the message names it, its value and the bound."""


class ConvergenceError(ArithmeticError):
    """An iteration ended without reaching its tolerance."""


def integer(name: str, value: object, *, low: int, high: float = LARGEST) -> int:
    """``value`` as an int of at least ``low`` and at most ``high``.

    Raises
    ------
    InputError
        If it is a bool, no integer, or out of its bounds.
    """
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise InputError(f"{name} must be an integer, got {value!r}")
    if value < low:
        raise InputError(f"{name} must be at least {low}, got {_short(int(value))}")
    if int(value) > high:
        raise InputError(f"{name} must be at most {high}, got {_short(int(value))}")
    return int(value)


def count(name: str, value: object, *, low: int = 1) -> int:
    """``value`` as how many there are of what is held or done one by one: at most ``MOST``.

    Examples, widths, steps, epochs, replicates; of what is only a number in a formula, as a number
    of weights may be, ``integer`` has the bound.

    Raises
    ------
    InputError
        As ``integer``.
    """
    return integer(name, value, low=low, high=MOST)


def _short(value: int) -> str:
    """The digits of an integer; of a long one, that it is."""
    digits = len(str(abs(value)))
    return str(value) if digits <= LONGEST_SHOWN else f"an integer of {digits} digits"


def real(
    name: str,
    value: object,
    *,
    low: float = -math.inf,
    high: float = math.inf,
    strict: bool = False,
) -> float:
    """``value`` as a finite float of at least ``low`` (above it if ``strict``), at most ``high``.

    Raises
    ------
    InputError
        If it is a bool, no real number, not finite, or past the bound.
    """
    if isinstance(value, bool) or not isinstance(value, Real):
        raise InputError(f"{name} must be a real number, got {value!r}")
    try:
        number = float(value)
    except OverflowError:  # of an integer
        number = math.inf
    if not math.isfinite(number):
        raise InputError(f"{name} must be finite, got {number}")
    if number < low or (strict and number == low):
        bound = "greater than" if strict else "at least"
        raise InputError(f"{name} must be {bound} {low:g}, got {number:g}")
    if number > high:
        raise InputError(f"{name} must be at most {high:g}, got {number:g}")
    return number


def choice(name: str, value: object, options: Sequence[str]) -> str:
    """``value`` as one of ``options``.

    Raises
    ------
    InputError
        If it is none of them.
    """
    if not isinstance(value, str) or value not in options:
        meant = did_you_mean(str(value), options)
        raise InputError(f"{name} must be one of {', '.join(options)}, got {value!r}{meant}")
    return value


def did_you_mean(word: str, options: Sequence[str]) -> str:
    """What to add to the refusal of a word: the option that is nearest to it, if one is near.

    Examples
    --------
    >>> did_you_mean("lamda_max", ["lambda_max", "outliers"])
    "; did you mean 'lambda_max'?"
    >>> did_you_mean("colour", ["lambda_max", "outliers"])
    ''
    """
    from difflib import get_close_matches  # not on import, which is to be fast

    near = get_close_matches(word, options, n=1, cutoff=0.7)
    return f"; did you mean {near[0]!r}?" if near else ""


def instance(name: str, value: object, *kinds: type[Kind]) -> Kind:
    """``value`` as one of ``kinds``, as settings are of others, and what is on or off is a bool.

    Raises
    ------
    InputError
        If it is none.
    """
    if not isinstance(value, kinds):
        told = " or ".join(kind.__name__ for kind in kinds)
        shown = repr(value)
        raise InputError(
            f"{name} must be of type {told}, "
            f"got {shown if len(shown) <= LONGEST_SHOWN else type(value).__name__}"
        )
    return value


def sequence(name: str, value: object) -> tuple[Any, ...]:
    """``value`` as a tuple; a string is not a sequence of its letters.

    Raises
    ------
    InputError
        If it is a string or not iterable.
    """
    if isinstance(value, str | bytes) or not isinstance(value, Iterable):
        raise InputError(f"{name} must be a sequence, got {value!r}")
    return tuple(value)


def counts(name: str, value: object, *, low: int = 1) -> tuple[int, ...]:
    """Each of ``value`` as ``count`` has it."""
    return tuple(count(name, each, low=low) for each in sequence(name, value))


def array(name: str, value: ArrayLike, *, ndim: int) -> NDArray[np.float64]:
    """``value`` as a finite, non-empty float64 array with ``ndim`` axes.

    Raises
    ------
    InputError
        If it does not convert to that: ragged, not numbers, empty, NaN or infinite.
    """
    try:
        if np.iscomplexobj(value):
            raise InputError(f"{name} must be real, got complex numbers")
        out = np.ascontiguousarray(value, dtype=np.float64)
    except InputError:
        raise
    except (TypeError, ValueError):
        raise InputError(f"{name} must be an array of numbers") from None
    if out.ndim != ndim:
        raise InputError(f"{name} must have {ndim} axes, got shape {out.shape}")
    if out.size == 0:
        raise InputError(f"{name} must not be empty, got shape {out.shape}")
    if not np.isfinite(out).all():
        raise InputError(f"{name} must be finite, got {int((~np.isfinite(out)).sum())} non-finite")
    return out


def probabilities(p: ArrayLike) -> NDArray[np.float64]:
    """Softmax outputs ``p (N, C)``: non-negative, at least two classes, each row sums to one.

    The rows are divided by their sums, so that float32 outputs sum to one in float64.

    Raises
    ------
    InputError
        If there is one class, an entry is negative, or a row misses one by more than
        ``ROW_SUM_TOLERANCE``.
    """
    out = array("p", p, ndim=2)
    if out.shape[1] < 2:
        raise InputError(f"p must have at least 2 classes (columns), got shape {out.shape}")
    if out.min() < 0:
        raise InputError(f"p must be non-negative, got {out.min():g}")
    sums = out.sum(axis=1)
    worst = int(np.abs(sums - 1).argmax())
    if abs(sums[worst] - 1) > ROW_SUM_TOLERANCE:
        raise InputError(
            f"p must have rows that sum to 1 within {ROW_SUM_TOLERANCE:g}, "
            f"got {sums[worst]:g} in row {worst}"
        )
    return out / sums[:, None]


def residuals(r: ArrayLike, *, shape: tuple[int, int]) -> NDArray[np.float64]:
    """Residuals ``r = p - y`` of the shape of ``p``: each row sums to zero.

    Raises
    ------
    InputError
        If the shape differs, or a row misses zero by more than ``ROW_SUM_TOLERANCE``.
    """
    out = array("r", r, ndim=2)
    if out.shape != shape:
        raise InputError(f"r must have the shape of p, {shape}, got {out.shape}")
    sums = np.abs(out.sum(axis=1))
    if sums.max() > ROW_SUM_TOLERANCE:
        raise InputError(
            f"r must have rows that sum to 0 within {ROW_SUM_TOLERANCE:g}, "
            f"got {out[sums.argmax()].sum():g} in row {int(sums.argmax())}"
        )
    return out


def gram(Gamma: ArrayLike, *, size: int, name: str = "Gamma") -> NDArray[np.float64]:
    """A Gram matrix ``(size, size)``: symmetric and positive semi-definite to rounding.

    Raises
    ------
    InputError
        If the shape differs, it is asymmetric by more than 1e-8 of its largest entry, or an
        eigenvalue is below ``-1e-8 size`` times that entry.
    """
    out = array(name, Gamma, ndim=2)
    if out.shape != (size, size):
        raise InputError(f"{name} must have shape {(size, size)}, got {out.shape}")
    scale = np.abs(out).max()
    if np.abs(out - out.T).max() > 1e-8 * scale:
        raise InputError(f"{name} must be symmetric within 1e-8 of its largest entry")
    out = (out + out.T) / 2
    lowest = float(np.linalg.eigvalsh(out)[0])
    if lowest < -1e-8 * scale * size:
        raise InputError(f"{name} must be positive semi-definite, got an eigenvalue {lowest:g}")
    return out


def classes(name: str, value: ArrayLike, *, N: int, C: int) -> NDArray[np.int64]:
    """One class index in ``0 … C-1`` for each of N examples.

    Raises
    ------
    InputError
        If the shape is not ``(N,)``, or an entry is no integer from 0 to C-1.
    """
    raw = np.asarray(value)
    if raw.shape != (N,):
        raise InputError(f"{name} must have shape ({N},), got {raw.shape}")
    if not np.issubdtype(raw.dtype, np.integer):
        raise InputError(f"{name} must hold integers, got dtype {raw.dtype}")
    if raw.min() < 0 or raw.max() >= C:
        raise InputError(f"{name} must lie in 0..{C - 1}, got {raw.min()}..{raw.max()}")
    return raw.astype(np.int64)

"""What theory says of classifiers on a sphere: of random patterns, and of two Gaussian clouds."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from theory import InputError, checks
from theory.perceptron import mixture, spherical


def of_patterns(alpha: float, *, kappa: float = 0.0) -> dict[str, Any]:
    """Volume, overlap, capacity and largest margin of Gardner's spherical perceptron.

    Parameters
    ----------
    alpha
        Patterns per weight, above 0.
    kappa
        Margin of the solutions.

    Raises
    ------
    InputError
        If an argument is out of its bounds.
    ConvergenceError
        If the load is too close to the capacity.

    Examples
    --------
    >>> round(of_patterns(1.0)["log_volume"], 4)
    -0.8558
    """
    checks.real("alpha", alpha, low=0, strict=True)
    q = float(spherical.overlap(alpha, kappa=kappa))
    found: dict[str, Any] = {
        "alpha": alpha,
        "kappa": kappa,
        "log_volume": float(spherical.log_volume(alpha, kappa=kappa)),
        "overlap": q,
        "capacity": float(spherical.capacity(kappa=kappa)),
    }
    with suppress(InputError):  # below a load of a hundredth it is above 10
        found["largest_margin"] = float(spherical.largest_margin(alpha))
    return found


def of_clouds(
    alpha: float, *, noise: float, overlaps: Sequence[float] = (), errors: float | None = None
) -> dict[str, Any]:
    """Errors of Hebb's classifier of two Gaussian clouds, and how many err as little around it.

    Parameters
    ----------
    alpha
        Examples per dimension, above 0.
    noise
        Variance of the noise in each dimension, above 0.
    overlaps
        Cosines with Hebb's classifier, from 0.01 to 0.9999, at which others are counted.
    errors
        Share of the examples that these misclassify at most; by default that of Hebb's.

    Raises
    ------
    InputError
        If an argument is out of its bounds.
    ConvergenceError
        If no saddle is found, or replica symmetry is unstable.

    Examples
    --------
    >>> round(of_clouds(1.0, noise=0.5)["error"], 4)
    0.1241
    """
    where = {"noise": noise}
    numbers: dict[str, Any] = {
        "alpha": alpha,
        "noise": noise,
        "squared_overlap": float(mixture.squared_overlap(alpha, **where)),
        "error": float(mixture.error(alpha, **where)),
        "training_error": float(mixture.training_error(alpha, **where)),
    }
    if len(overlaps):
        at = list(overlaps)
        around = mixture.local_entropy(at, alpha=alpha, noise=noise, errors=errors)
        numbers |= {
            "overlaps": at,
            "error_at_overlaps": mixture.error(alpha, noise=noise, overlap=at).tolist(),
            "training_error_at_overlaps": mixture.training_error(
                alpha, noise=noise, overlap=at
            ).tolist(),
            "local_entropy": around.tolist(),
        }
    return numbers

"""The random energy model inside the softmax: C energies ``z ~ N(0, σ_z²)`` at unit temperature.

Means over the energies of functions of ``p = softmax(z)``, exact at finite C. Each is an integral
in ``u = ln t`` of powers of ``φ(t) = E exp(-t e^z)``; docs/theory/rem.md derives them and bounds
the error of their sums. Their limits for many classes are in ``theory.rem.limits``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import inf, log, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from theory import checks
from theory.rem.largest_weight import largest_mean
from theory.rem.transform import Grid, Weight, power, surprisal, transforms

HIGHEST_ORDER = 100.0
LOG_LARGEST = 700.0  # the integrand is of size C^-order, and float64 ends at e^-708


def freezing(C: int) -> float:
    """Freezing transition ``σ_z = √(2 ln C)``: above it few classes hold the weight at large C.

    Source: Derrida, Phys. Rev. B 24, 2613 (1981), at unit temperature.

    Raises
    ------
    InputError
        If ``C < 2``.
    """
    _classes(C, order=2.0)
    return sqrt(2 * log(C))


def participation(sigma_z: ArrayLike, *, C: int) -> NDArray[np.float64]:
    r"""Mean participation ratio ``E[Σ_k p_k²]`` of the softmax of C Gaussian logits.

    Exact at finite C: ``C ∫ t E[e^{2z - t e^z}] φ(t)^{C-1} dt`` with ``φ(t) = E[exp(-t e^z)]``,
    by the trapezoid rule in ln t (relative error below 1e-12 for every ``sigma_z``).

    Parameters
    ----------
    sigma_z : shape (...)
        Standard deviation of the logits, in nats.
    C
        Number of classes, at least 2.

    Raises
    ------
    InputError
        If ``C < 2`` or any ``sigma_z`` is negative or not finite.

    Examples
    --------
    >>> participation([0.0, 1.0, 8.0], C=10).round(6)
    array([0.1     , 0.194687, 0.810408])
    """
    return power_sum(sigma_z, C=C, order=2.0)


def power_sum(sigma_z: ArrayLike, *, C: int, order: float) -> NDArray[np.float64]:
    r"""Mean ``E[Σ_k p_k^n]`` of a real power ``n = order`` of the softmax outputs.

    ``(C/Γ(n)) ∫ t^{n-1} E[e^{nz - t e^z}] φ(t)^{C-1} dt``; relative error below 1e-12.

    Parameters
    ----------
    sigma_z : shape (...)
        Standard deviation of the logits, in nats.
    C
        Number of classes, at least 2.
    order
        Power n, above 1 and at most 100; ``C^n`` must be at most e^700.

    Raises
    ------
    InputError
        If an argument is out of its bounds.
    """
    n = checks.real("order", order, low=1, strict=True)
    if n > HIGHEST_ORDER:
        raise checks.InputError(f"order must be at most {HIGHEST_ORDER:g}, got {n:g}")

    def total(grid: Grid) -> float:
        return C * grid.integral(grid.F[0] * np.exp((C - 1) * grid.log_phi))

    return _integrate(total, sigma_z, C=C, order=n, weights=[power(n)])


def participation_square(sigma_z: ArrayLike, *, C: int) -> NDArray[np.float64]:
    r"""Second moment ``E[(Σ_k p_k²)²]`` of the participation ratio.

    The sum of ``E[Σ p_k⁴]`` and, over pairs, ``E[p_k² p_l²] = (1/Γ(4)) ∫ F² φ^{C-2} du`` with
    ``F = E[e^{2w - e^w}]``; relative error below 1e-12. A variance taken from it keeps only that
    error relative to the square of the mean.

    Parameters and Raises: as ``participation``.
    """

    def total(grid: Grid) -> float:
        fourth = grid.F[0] * np.exp((C - 1) * grid.log_phi)
        pair = grid.F[1] ** 2 * np.exp((C - 2) * grid.log_phi)
        return C * grid.integral(fourth + (C - 1) / 6 * pair)

    return _integrate(total, sigma_z, C=C, order=4.0, weights=[power(4.0), power(2.0)])


def impurity(sigma_z: ArrayLike, *, C: int) -> NDArray[np.float64]:
    r"""Mean ``E[1 - Σ_k p_k²]``, without the cancellation in ``1 - participation``.

    The trace of the mean softmax Hessian: ``C (C-1) E[p_1 p_2] = C (C-1) ∫ F² φ^{C-2} du`` with
    ``F = E[e^{w - e^w}]``; relative error below 1e-12 however small it is.

    Parameters and Raises: as ``participation``.

    Examples
    --------
    >>> float(impurity(1e9, C=2).round(12))
    5.64e-10
    """

    def total(grid: Grid) -> float:
        return C * (C - 1) * grid.integral(grid.F[0] ** 2 * np.exp((C - 2) * grid.log_phi))

    return _integrate(total, sigma_z, C=C, order=2.0, weights=[power(1.0)])


def log_partition(sigma_z: ArrayLike, *, C: int) -> NDArray[np.float64]:
    r"""Mean log partition function ``E[ln Σ_k e^{z_k}]``, in nats.

    ``-γ - E[V]``, where ``φ(e^u)^C`` is the chance that ``V`` exceeds u (γ Euler's constant);
    relative error below 1e-12. It is also the mean cross-entropy loss of labels that do not
    depend on the logits.

    Parameters and Raises: as ``participation``.

    Examples
    --------
    >>> log_partition([0.0, 2.0], C=10).round(6)
    array([2.302585, 3.773044])
    """

    def total(grid: Grid) -> float:
        smooth = grid.sigma / sqrt(1 + 2 * log(C))
        centre = log(C) + min(grid.sigma**2, grid.sigma * freezing(C)) / 2
        normal = ndtr(-(grid.u + centre) / max(0.4, smooth))
        return centre - np.euler_gamma + grid.integral(normal - np.exp(C * grid.log_phi))

    return _integrate(total, sigma_z, C=C, order=1.0, weights=[])


def entropy(sigma_z: ArrayLike, *, C: int) -> NDArray[np.float64]:
    r"""Mean entropy ``E[-Σ_k p_k ln p_k]`` of the softmax outputs, in nats.

    ``C (C-1) ∫ E[W] E[e^{w - e^w}] φ^{C-2} du`` with ``W = E_1(s) + (γ + ln s) e^{-s} > 0`` at
    ``s = e^w`` (γ Euler's constant, E_1 the exponential integral); relative error below 1e-12.
    It equals ``E[ln Z] - σ_z² E[1 - Σ p²]``, two terms that cancel at large σ_z.

    Parameters and Raises: as ``participation``.
    """

    def total(grid: Grid) -> float:
        pair = grid.F[0] * grid.F[1] * np.exp((C - 2) * grid.log_phi)
        return C * (C - 1) * grid.integral(pair)

    return _integrate(total, sigma_z, C=C, order=2.0, weights=[surprisal, power(1.0)])


def largest(sigma_z: ArrayLike, *, C: int) -> NDArray[np.float64]:
    r"""Mean of the largest softmax output, ``E[max_k p_k]``.

    ``C ∫ e^{w - e^w} dw ∫ n(x) G^{C-1} dx`` with n the standard normal density and
    ``G(w, x) = E[exp(-e^{w + z - σ_z x}); z < σ_z x]``; relative error below 1e-10. It is the mean
    confidence of the model's prediction.

    Parameters and Raises: as ``participation``.
    """
    sigmas = spreads(sigma_z)
    _classes(C, order=2.0)
    return np.array([largest_mean(s, C=C) for s in sigmas.flat]).reshape(sigmas.shape)


def spreads(sigma_z: ArrayLike) -> NDArray[np.float64]:
    """``sigma_z`` as a float64 array, finite and at least 0.

    Raises
    ------
    InputError
        If an entry is negative, not finite or no number.
    """
    try:
        sigmas = np.asarray(sigma_z, dtype=np.float64)
    except (TypeError, ValueError):
        raise checks.InputError("sigma_z must be an array of numbers") from None
    if not np.isfinite(sigmas).all():
        raise checks.InputError("sigma_z must be finite")
    if sigmas.size and sigmas.min() < 0:
        raise checks.InputError(f"sigma_z must be at least 0, got {sigmas.min():g}")
    return sigmas


def _classes(C: int, *, order: float) -> None:
    checks.integer("C", C, low=2, high=inf)
    if order * log(C) > LOG_LARGEST:
        raise checks.InputError(
            f"C^{order:g} must be at most e^{LOG_LARGEST:g}, got ln C = {log(C):g}"
        )


def _integrate(
    total: Callable[[Grid], float],
    sigma_z: ArrayLike,
    *,
    C: int,
    order: float,
    weights: Sequence[Weight],
) -> NDArray[np.float64]:
    """``total`` on the grid of each ``sigma_z``, with steps fit for ``order``."""
    sigmas = spreads(sigma_z)
    _classes(C, order=order)
    grids = transforms(sigmas, C=C, order=order, weights=weights)
    return np.array([total(grid) for grid in grids]).reshape(sigmas.shape)

"""The random energy model for infinitely many classes, at fixed ``x = σ_z / √(2 ln C)``.

Leading order in ln C, beside the exact finite-C values of ``theory.rem``; at C = 10 these are
sketches (docs/theory/rem.md lists their measured errors). Each is NaN on a phase boundary, where
the leading order of either side fails.
"""

from __future__ import annotations

from math import log

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import digamma, gammaln

from theory import checks
from theory.rem.energies import HIGHEST_ORDER, freezing, spreads


def power_sum(sigma_z: ArrayLike, *, C: int, order: float) -> NDArray[np.float64]:
    r"""Leading order of ``E[Σ_k p_k^n]`` with ``n = order``, in its three phases.

    - ``x < 1/√(2n-1)``: every class contributes, ``C^{1-n} exp(σ² n (n-1) / 2)``.
    - ``1/√(2n-1) < x < 1``: rare draws with one dominant class,
      ``C N(L; 0, σ²) Γ(a) Γ(n-a) / Γ(n)`` with ``L = ln C + σ²/2``, ``a = L/σ²``.
    - ``x > 1``, frozen: ``Γ(n-1/x) / (Γ(n) Γ(1-1/x))``.

    Relative error of order ``1/ln C`` inside a phase. The third is Mézard, Parisi and Virasoro
    (J. Physique Lett. 46, L217, 1985); all are derived in docs/theory/rem.md.

    Parameters
    ----------
    sigma_z : shape (...)
        Standard deviation of the logits, in nats, above 0.
    C
        Number of classes, at least 2.
    order
        Power n, above 1 and at most 100.

    Raises
    ------
    InputError
        If an argument is out of its bounds.
    """
    n = checks.real("order", order, low=1, strict=True)
    if n > HIGHEST_ORDER:
        raise checks.InputError(f"order must be at most {HIGHEST_ORDER:g}, got {n:g}")
    sigma, x = _phase(sigma_z, C=C)
    out = np.full(sigma.shape, np.nan)
    many = x * np.sqrt(2 * n - 1) < 1
    out[many] = np.exp((n - 1) * (sigma[many] ** 2 * n / 2 - log(C)))
    rare = (x * np.sqrt(2 * n - 1) > 1) & (x < 1)
    s = sigma[rare]
    a = log(C) / s**2 + 0.5
    height = log(C) - (a * s) ** 2 / 2 - np.log(s * np.sqrt(2 * np.pi))
    out[rare] = np.exp(height + gammaln(a) + gammaln(n - a) - gammaln(n))
    m = 1 / x[x > 1]
    out[x > 1] = np.exp(gammaln(n - m) - gammaln(n) - gammaln(1 - m))
    return out


def participation(sigma_z: ArrayLike, *, C: int) -> NDArray[np.float64]:
    r"""Leading order of ``E[Σ_k p_k²]``; above freezing ``1 - √(2 ln C)/σ_z``.

    Parameters, phases and Raises: as ``power_sum`` at order 2.

    Examples
    --------
    >>> from theory import rem
    >>> float(participation(2 * rem.freezing(1000), C=1000).round(12))
    0.5
    """
    return power_sum(sigma_z, C=C, order=2.0)


def log_partition(sigma_z: ArrayLike, *, C: int) -> NDArray[np.float64]:
    r"""Leading order of ``E[ln Z]``: ``ln C + σ²/2`` below freezing, ``σ √(2 ln C)`` above.

    Absolute error of order one below, of order ``(σ_z/√(2 ln C)) ln ln C`` above. Parameters and
    Raises: as ``power_sum``.
    """
    sigma, x = _phase(sigma_z, C=C)
    return np.where(x < 1, log(C) + sigma**2 / 2, sigma * freezing(C))


def entropy(sigma_z: ArrayLike, *, C: int) -> NDArray[np.float64]:
    r"""Leading order of the mean entropy ``E[-Σ p ln p]``, in nats.

    ``ln C - σ²/2`` below freezing, ``ψ(1) - ψ(1-1/x)`` above, NaN at it.

    Parameters and Raises: as ``power_sum``.
    """
    sigma, x = _phase(sigma_z, C=C)
    out = np.where(x < 1, log(C) - sigma**2 / 2, np.nan)
    out[x > 1] = digamma(1.0) - digamma(1 - 1 / x[x > 1])
    return out


def _phase(sigma_z: ArrayLike, *, C: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    sigma = spreads(sigma_z)
    return sigma, np.asarray(sigma / freezing(C))

r"""The spectrum of a covariance T from its variances along sample eigenvectors.

The eigenvectors of a sample covariance are not those of T, so the variances of T along them spread
less than its eigenvalues. With the law of the sample eigenvalues x, ``u = -1/m`` its companion
transform at ``x + i0`` as in ``theory.bulk``, the variance along the eigenvector of x is
(Ledoit and Péché 2011)

    δ(x) = |u(x)|²/x .

``population`` inverts this map, by rank.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize

from theory import checks
from theory.arrays import Array
from theory.bulk.sample_covariance import SampleCovariance
from theory.checks import ConvergenceError

LEVELS = 100  # distinct values of a continued spectrum
STEEPEST = 16.0  # power law that continues a spectrum
TRUSTED = 0.5  # of the ranks of a sample covariance
STEPS = 1000  # each takes at least TOLERANCE off the mean distance, which starts at a few
TOLERANCE = 1e-3


def along_sample_eigenvectors(T: ArrayLike, *, n: float, count: int) -> Array:
    """Variances of T along the ``count`` leading eigenvectors of a sample covariance.

    Deterministic equivalent; relative error of order ``1/√n``.

    Parameters
    ----------
    T : shape (D,)
        Eigenvalues of the covariance.
    n
        Samples, or their effective number where they are correlated.
    count
        At most n, and at most the number of positive eigenvalues.

    Raises
    ------
    InputError
        If an argument is out of its bounds.

    Examples
    --------
    >>> along_sample_eigenvectors(np.ones(100), n=50, count=3).round(6)
    array([1., 1., 1.])
    """
    values = checks.array("T", T, ndim=1)
    size = checks.real("n", n, low=0, strict=True)
    most = min(size, np.count_nonzero(values))
    if checks.integer("count", count, low=1) > most:
        raise checks.InputError(
            f"count must be at most n and the positive of T, {most:g}, got {count}"
        )
    t, weights = np.unique(values, return_counts=True)
    law = SampleCovariance(t, weights / values.size, ratio=values.size / size)
    x = law.quantile(1 - (np.arange(count) + 0.5) / values.size)
    u = law.root(x)
    return np.abs(u) ** 2 / x


def population(variances: ArrayLike, *, trace: float, n: float, D: int) -> Array:
    """Eigenvalues of T, descending, whose variances along sample eigenvectors are those given.

    Variances beyond rank ``n/2`` say more of the samples than of T and are not used; those that are
    not known follow the last one by ``continued``. Each step multiplies the eigenvalues by the
    ratio of the given to the predicted variances, until their mean distance falls by less than
    0.001: variances that fluctuate from rank to rank are not met closer. The nearest are returned.

    Parameters
    ----------
    variances : shape (m,)
        Along the leading sample eigenvectors, descending, positive.
    trace
        Of T.
    n, D
        Samples, or their effective number, and size of T, at least m.

    Returns
    -------
    Array
        Shape ``(D,)``.

    Raises
    ------
    InputError
        If an argument is out of its bounds.
    ConvergenceError
        If the distance still falls after so many steps.
    """
    given = _known("variances", variances, trace=trace, D=D)
    given = given[: max(1, int(checks.real("n", n, low=1) * TRUSTED))]
    T = np.append(given, continued(given, trace=trace, D=D))
    before, best = np.inf, T
    for _ in range(STEPS):
        ratio = given / along_sample_eigenvectors(T, n=n, count=given.size)
        distance = float(np.abs(ratio - 1).mean())
        if distance < before:
            best = T
        if distance >= before - TOLERANCE:
            return best * (trace / best.sum())
        before = distance
        leading = np.sort(T[: given.size] * ratio)[::-1]
        leading *= min(1.0, trace / leading.sum())
        T = np.append(leading, continued(leading, trace=trace, D=D))
    raise ConvergenceError(f"the eigenvalues of T were not found in {STEPS} steps")


def continued(known: ArrayLike, *, trace: float, D: int) -> Array:
    """Variances of the ``D - m`` directions after m known ones, descending, of what trace is left.

    A power law from the last known variance on, ``t_m (i/m)^{-α}``, whose sum is what is left;
    flat where that is more than t_m in each, and scaled down where α would exceed 16. It has at
    most ``LEVELS`` distinct values.

    Raises
    ------
    InputError
        If an argument is out of its bounds.

    Examples
    --------
    >>> continued([4.0, 2.0], trace=8.0, D=6).round(2)
    array([0.91, 0.52, 0.34, 0.24])
    """
    given = _known("known", known, trace=trace, D=D)
    m, left = given.size, trace - given.sum()
    rank = np.arange(m + 1, D + 1) / m
    if rank.size == 0 or left <= 0:
        return np.zeros(rank.size)
    if left >= given[-1] * rank.size:
        return np.full(rank.size, left / rank.size)

    def excess(alpha: float) -> float:
        return given[-1] * np.sum(rank**-alpha) - left

    steep = excess(STEEPEST) >= 0
    alpha = STEEPEST if steep else optimize.root_scalar(excess, bracket=(0.0, STEEPEST)).root
    tail = rank**-alpha
    starts = np.unique(np.searchsorted(rank, np.geomspace(rank[0], rank[-1], LEVELS)))
    blocks = np.split(tail, starts[1:])
    flat = np.concatenate([np.full(block.size, block.mean()) for block in blocks])
    return flat * (left / flat.sum())


def _known(name: str, values: ArrayLike, *, trace: float, D: int) -> Array:
    """The first variances of a T of this trace and size, checked.

    Raises
    ------
    InputError
        If a variance or the trace is not positive, or D is less than their number.
    """
    known = checks.array(name, values, ndim=1)
    if known.min() <= 0:
        raise checks.InputError(f"{name} must be positive, got {known.min():g}")
    checks.real("trace", trace, low=0, strict=True)
    checks.integer("D", D, low=known.size)
    return known

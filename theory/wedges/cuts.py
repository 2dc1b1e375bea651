r"""Whether a random d-dimensional cut of the toy landscape meets a plane, and how near it comes.

The cut is ``P + span(M)`` with ``P ~ N(0, σ² I_D)`` and M uniform; a plane is met at a tolerance ε
if the distance between the two is at most ε. On one plane D - n coordinates must vanish, which are
D - n equations in d unknowns: they can be solved almost surely if ``d ≥ D - n`` and almost never
otherwise. Below that the squared distance is what a d-dimensional least squares fit leaves of D - n
normals. All is derived in docs/theory/wedges.md, sections 2 and 3.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import betaincinv, gammaln, ndtr
from scipy.stats import chi2

from theory import checks
from theory.arrays import Array
from theory.wedges.nearest import SCORES, WEIGHTS, Nearest

SERIES = 100_000  # terms at most


def meets(d: ArrayLike, *, D: int, n: int, through_origin: bool = False) -> NDArray[np.bool_]:
    """Whether a random cut meets a coordinate n-plane, with probability one; else it has zero.

    An affine cut does from ``d = D - n`` on: in one point of each plane there, in a line of each at
    ``D - n + 1``. A cut through the origin has that point in common with all planes; it meets one
    in another point from ``d = D - n + 1`` on.

    Parameters
    ----------
    d : shape (...)
        Dimensions of the cut, 0 to D.
    through_origin
        Whether the cut is a linear subspace, and is to meet a plane outside the origin.

    Raises
    ------
    InputError
        If an argument is out of its bounds.

    Examples
    --------
    >>> meets([49, 50, 51], D=1000, n=950).tolist()
    [False, True, True]
    >>> meets([49, 50, 51], D=1000, n=950, through_origin=True).tolist()
    [False, False, True]
    """
    return _missing(d, Nearest(D, n)) <= (-1 if through_origin else 0)


def one_plane(d: ArrayLike, *, D: int, n: int, tolerance: float, sigma: float = 1.0) -> Array:
    """Probability that a cut meets one n-plane that was chosen before it.

    ``P(χ²_{D-n-d} ≤ (ε/σ)²)``, and 1 from ``d = D - n`` on. Exact, for any law of the directions
    that is rotation-invariant.

    Parameters
    ----------
    d : shape (...)
        Dimensions of the cut, 0 to D.
    tolerance
        The distance ε that counts as meeting, at least 0.

    Raises
    ------
    InputError
        If an argument is out of its bounds.

    Examples
    --------
    >>> one_plane([40, 46, 49, 50], D=1000, n=950, tolerance=2.0).round(3).tolist()
    [0.053, 0.594, 0.954, 1.0]
    """
    missing = _missing(d, Nearest(D, n, sigma))
    square = (checks.real("tolerance", tolerance, low=0) / sigma) ** 2
    return np.where(missing <= 0, 1.0, chi2.cdf(square, np.maximum(missing, 1)))


def nearest_plane(d: ArrayLike, *, D: int, n: int, tolerance: float, sigma: float = 1.0) -> Array:
    """Probability that a cut meets the plane that is nearest to its base point P.

    ``P(L² B ≤ ε²)``, with L the distance of P (``Nearest``) and B ~ Beta((D-n-d)/2, d/2)
    independent of it: the choice depends on P alone, and M is uniform given P. As exact as
    ``Nearest.probability``. A lower bound for a search that changes the plane and never goes up.

    Parameters
    ----------
    d : shape (...)
        Dimensions of the cut, 0 to D.
    tolerance
        The distance ε that counts as meeting, at least 0.

    Raises
    ------
    InputError
        If an argument is out of its bounds.

    Examples
    --------
    >>> nearest_plane([0, 30, 45, 50], D=1000, n=950, tolerance=0.1).round(3).tolist()
    [0.0, 0.012, 0.793, 1.0]
    """
    start = Nearest(D, n, sigma)
    missing = _missing(d, start)
    epsilon = checks.real("tolerance", tolerance, low=0)
    found = np.ones(missing.shape)
    for at in np.ndindex(missing.shape):
        left, solved = int(missing[at]), start.codimension - int(missing[at])
        if left > 0 and solved > 0:
            share = np.maximum(betaincinv(left / 2, solved / 2, ndtr(SCORES)), 1e-300)
            with np.errstate(over="ignore"):  # so large a tolerance is always met
                found[at] = WEIGHTS @ start.probability(epsilon / np.sqrt(share))
        elif left > 0:
            found[at] = start.probability(epsilon)
    return found


def any_plane_bound(d: ArrayLike, *, D: int, n: int, tolerance: float, sigma: float = 1.0) -> Array:
    """Upper bound of the probability that a cut meets any of all ``C(D, n)`` planes.

    The union bound, ``min(1, C(D, n) P(χ²_{D-n-d} ≤ (ε/σ)²))``; the probability itself as ε → 0,
    where meeting two planes at once is of higher order in ε.

    Parameters
    ----------
    d : shape (...)
        Dimensions of the cut, 0 to D.
    tolerance
        The distance ε that counts as meeting, at least 0.

    Raises
    ------
    InputError
        If an argument is out of its bounds.

    Examples
    --------
    >>> any_plane_bound([3, 4, 5], D=12, n=7, tolerance=1e-4).round(4).tolist()
    [0.0, 0.0632, 1.0]
    """
    one = one_plane(d, D=D, n=n, tolerance=tolerance, sigma=sigma)
    with np.errstate(divide="ignore"):
        return np.exp(np.minimum(np.log(one) + _log_planes(D, n), 0))


def least_loss(d: int, *, D: int, n: int, sigma: float = 1.0, probability: float = 0.5) -> float:
    """A loss that no point of a random cut is below, but with at most this probability.

    Where ``any_plane_bound`` has it: however the cut is searched, it holds nothing lower. As D
    grows at fixed n/D and d/D it is the loss at which the expected number of planes met passes one.

    Parameters
    ----------
    d
        Dimension of the cut, 0 to D.
    probability
        Above 0 and at most 1/2.

    Raises
    ------
    InputError
        If an argument is out of its bounds.

    Examples
    --------
    >>> round(least_loss(30, D=1000, n=950), 6), least_loss(50, D=1000, n=950)
    (0.000164, 0.0)
    """
    k = int(_missing(d, Nearest(D, n, sigma)))
    chance = checks.real("probability", probability, low=0, strict=True)
    if chance > 0.5:
        raise checks.InputError(f"probability must be at most 0.5, got {chance:g}")
    if k <= 0:
        return 0.0
    wanted = math.log(chance) - _log_planes(D, n)
    if n == 0:
        return sigma * math.sqrt(chi2.ppf(chance, k))

    def excess(log_half: float) -> float:
        return _log_gammainc(k / 2, log_half) - wanted

    lowest = 2 / k * (wanted + float(gammaln(k / 2 + 1)))
    found = brentq(excess, lowest - 1, math.log(k / 2), xtol=1e-12)
    return sigma * math.sqrt(2) * math.exp(float(found) / 2)  # pyright: ignore[reportArgumentType]


def _missing(d: ArrayLike, start: Nearest) -> NDArray[np.int64]:
    """Equations that are left over, ``D - n - d``."""
    sizes = np.asarray(d)
    for each in sizes.ravel().tolist():
        checks.integer("d", each, low=0, high=start.D)
    return start.codimension - sizes


def _log_planes(D: int, n: int) -> float:
    return float(gammaln(D + 1) - gammaln(n + 1) - gammaln(D - n + 1))


def _log_gammainc(a: float, log_x: float) -> float:
    """``ln P(a, x)`` for x ≤ a, where it may be far below the smallest float.

    Raises
    ------
    ConvergenceError
        If its series does not end.
    """
    x, term, total = math.exp(log_x), 1.0, 1.0
    for j in range(1, SERIES):
        term *= x / (a + j)
        total += term
        if term < 1e-16 * total:
            return a * log_x - x - float(gammaln(a + 1)) + math.log(total)
    raise checks.ConvergenceError(f"the series of ln P({a:g}, {x:g}) has not ended")

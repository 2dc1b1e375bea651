r"""Gordon's escape theorem on the toy landscape: the dimension at which random cuts meet a target.

Larsen, Fort, Becker and Ganguli (arXiv:2107.05802): a random d-dimensional cut through P misses a
target if ``D - d`` is above the squared Gaussian width ``w² = (E sup ⟨g, x⟩)²`` of the target's
directions x, ``|x| = 1``, as seen from P. For one plane this is where ``theory.wedges.cuts`` has
it; for the union of all it is only a sufficient condition. Derived in docs/theory/wedges.md,
section 4.
"""

from __future__ import annotations

from theory import checks
from theory.wedges.nearest import Nearest


def width_square(*, D: int, n: int) -> float:
    """``E sup ⟨g, x⟩²`` over all unit vectors x in coordinate n-planes, seen from the origin.

    The mean of the sum of the n largest of D squared normals, exact. The squared width w² itself
    is lower by at most 1, the variance of a function of Lipschitz constant 1.

    Raises
    ------
    InputError
        If an argument is out of its bounds.

    Examples
    --------
    >>> round(width_square(D=1000, n=10), 1), width_square(D=10, n=0)
    (83.6, 0.0)
    """
    return D - Nearest(D, n).mean_square


def plane_width_square(*, D: int, n: int, tolerance: float, sigma: float = 1.0) -> float:
    """Squared width of all points within ``tolerance`` of one n-plane, seen from ``N(0, σ² I)``.

    ``n + (ε/σ)²``, at most D, with relative error of order ``1/√(D-n)``.

    Raises
    ------
    InputError
        If an argument is out of its bounds.
    """
    Nearest(D, n, sigma)
    return min(D, n + (checks.real("tolerance", tolerance, low=0) / sigma) ** 2)


def threshold_dimension(*, D: int, n: int, tolerance: float, sigma: float = 1.0) -> float:
    """Gordon's threshold of one plane, ``d* = D - n - (ε/σ)²``: cuts meet it above, miss it below.

    The d at which ``cuts.one_plane`` is one half lies above it by 2/3 at most; its width in d is
    about ``√2 ε/σ``.

    Raises
    ------
    InputError
        If an argument is out of its bounds.

    Examples
    --------
    >>> threshold_dimension(D=1000, n=950, tolerance=3.0)
    41.0
    """
    return D - plane_width_square(D=D, n=n, tolerance=tolerance, sigma=sigma)


def escape_dimension(*, D: int, n: int) -> float:
    """The d below which Gordon's theorem lets linear cuts miss all n-planes outside the origin.

    ``D - w²`` with ``width_square``. It is sufficient, not necessary: such cuts miss all planes up
    to ``d = D - n`` (``cuts.meets``), and ``w² ≥ n``. Between the two they come near some plane.

    Raises
    ------
    InputError
        If an argument is out of its bounds.

    Examples
    --------
    >>> round(escape_dimension(D=1000, n=10), 1)
    916.4
    """
    return D - width_square(D=D, n=n)

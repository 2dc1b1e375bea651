r"""The Hessian as a free sum of a Wishart and a GOE matrix: its index against the loss.

Pennington and Bahri, "Geometry of neural network loss surfaces via random matrix theory" (ICML
2017): ``H = J Jᵀ/m + H₁`` of n weights and m samples, ``φ = n/m``, J of unit variance, H₁ a GOE
matrix of off-diagonal variance ``2ε/n``, ε the loss.
"""

from __future__ import annotations

import numpy as np

from theory import checks
from theory.checks import InputError


def critical_loss(phi: float) -> float:
    """``ε_c = (1 - 20φ - 8φ² + (1 + 8φ)^{3/2})/16``: below it no eigenvalue is negative.

    For ``0 < φ < 1``; from ``φ = 1`` on, where JJᵀ has a null space, it is 0.

    Raises
    ------
    InputError
        If phi is not positive.

    Examples
    --------
    >>> round(critical_loss(0.25), 4), critical_loss(2.0)
    (0.0435, 0.0)
    """
    ratio = checks.real("phi", phi, low=0, strict=True)
    if ratio >= 1:
        return 0.0
    return float((1 - 20 * ratio - 8 * ratio**2 + (1 + 8 * ratio) ** 1.5) / 16)


def index(loss: float, *, phi: float) -> float:
    r"""Share of negative eigenvalues of H.

    The Green's function g at 0 is the root of negative imaginary part of
    ``2εφ g³ - 2ε g² + (φ - 1) g = 1``, and the share ``1 - Im[(1/φ) ln(1 - φg) - εg² - ln g]/π``,
    by the imaginary part of the logarithmic potential. Exact as n → ∞.

    Parameters
    ----------
    loss
        ε, in units in which ``JJᵀ/m`` has mean 1; not negative.
    phi
        Weights over samples, positive.

    Raises
    ------
    InputError
        If an argument is out of its bounds.

    Examples
    --------
    >>> index(0.04, phi=0.25), round(index(1e6, phi=0.25), 3)
    (0.0, 0.5)
    """
    epsilon = checks.real("loss", loss, low=0)
    if epsilon <= critical_loss(phi):
        return 0.0
    ratio = checks.real("phi", phi, low=0, strict=True)
    roots = np.roots([2 * epsilon * ratio, -2 * epsilon, ratio - 1, -1])
    g = roots[roots.imag.argmin()]
    if g.imag >= 0:
        raise InputError(f"loss must give a root off the axis, got {epsilon:g}")
    potential = np.log(1 - ratio * g) / ratio - epsilon * g**2 - np.log(g)
    return float(1 - potential.imag / np.pi)

r"""How far the eigenvectors of G point where the means say: overlaps in weight space.

The resolvent of G has the equivalent ``Q(z) = (S(u) - u)⁻¹`` on the span of the means (in the
coordinates of their factor c), so that near an outlier

    v_j v_jᵀ ≃ z'(u_j)/(1 - λ_j'(u_j)) · e_j e_jᵀ,

e_j the eigenvector of ``S(u_j)``. The rest of v_j lies in no fixed direction. Derived in
docs/theory/levels.md.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from theory import softmax
from theory.arrays import Array
from theory.hessian import model
from theory.models import outlier_equation


def span(
    p: ArrayLike, *, Gamma: ArrayLike, sigma_E: float, D: int, groups: ArrayLike | None = None
) -> Array:
    """Squared length of each outlier's unit eigenvector inside the span of the means, ``(k,)``.

    ``z'/(1 - λ_j')``: 1 without noise, 0 at the threshold. In the order of ``hessian.outliers``,
    whose parameters and errors these are. A draw differs from it by a relative order ``1/√D``.

    Examples
    --------
    >>> span(np.full((300, 10), 0.1), Gamma=np.eye(10), sigma_E=0.7, D=1000)[[0, -1]].round(4)
    array([0.9984, 0.9984])
    """
    return outlier_equation.outliers(
        *model(p, Gamma=Gamma, sigma_E=sigma_E, D=D, groups=groups)
    ).transfer


def population(
    p: ArrayLike, *, Gamma: ArrayLike, sigma_E: float, D: int, groups: ArrayLike | None = None
) -> Array:
    """Squared cosines ``(v_j·f_i)²`` of G's outlier eigenvectors with those it has without noise.

    The f_i, unit eigenvectors of ``(1/N) Σ_μ c_μᵀ A_μ c_μ`` by descending eigenvalue, span the
    means: row sums are ``span``. Where outliers lie closer than their fluctuation (a relative
    ``1/√D``) or the f_i are degenerate, only sums over the close ones on both sides have a meaning:
    the overlap of the sample eigenspace with the population's.

    Returns
    -------
    Array
        Shape (k, rank of Γ), in the order of ``hessian.outliers``, whose parameters and errors
        these are.

    Examples
    --------
    >>> Gamma = np.diag([1.0, 4.0, 9.0])
    >>> population(np.full((60, 3), 1 / 3), Gamma=Gamma, sigma_E=1.0, D=500).round(3)
    array([[0.998, 0.   , 0.   ],
           [0.   , 0.993, 0.   ]])
    """
    noise, c, index = model(p, Gamma=Gamma, sigma_E=sigma_E, D=D, groups=groups)
    found = outlier_equation.outliers(noise, c, index)
    T = softmax.resolvent_mean(noise.p, kappa=0.0, groups=index, G=len(c))
    frame = np.linalg.eigh(np.einsum("gki,gkl,glj->ij", c, T, c))[1][:, ::-1]
    return found.transfer[:, None] * (found.vectors @ frame) ** 2

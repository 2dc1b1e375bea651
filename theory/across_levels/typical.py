"""All eigenvalues of G by rank: ``hessian.eigenvalues`` and ``separable.eigenvalues``."""

from theory.hessian import eigenvalues as isotropic
from theory.separable import eigenvalues as separable

__all__ = ["isotropic", "separable"]

"""How far the eigenvectors of G point where the means say: names of functions of ``hessian``."""

from theory.hessian import overlaps as span
from theory.hessian import population_overlaps as population

__all__ = ["population", "span"]

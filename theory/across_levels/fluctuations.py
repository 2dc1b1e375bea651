"""How far one draw lies from the deterministic equivalents: each level's ``spread``."""

from theory.averaged.gradient_share import ShareLaw, share
from theory.curvature import spread as curvature
from theory.hessian import spread as outliers
from theory.separable import spread as separable

__all__ = ["ShareLaw", "curvature", "outliers", "separable", "share"]

"""Matrix-free products with H, G and K, and what is computed from them."""

from empirical.operators.curvature import Curvature, Operator

__all__ = ["Curvature", "Operator"]

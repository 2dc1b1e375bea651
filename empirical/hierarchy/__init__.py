"""Which eigenvalue of G belongs to which mean of the logit gradients."""

from empirical.hierarchy.spans import GROUPINGS, SPANS, hierarchy

__all__ = ["GROUPINGS", "SPANS", "hierarchy"]

"""The softmax blocks ``A = diag(p) - p pᵀ`` and sums of their resolvents."""

from theory.softmax.blocks import (
    checked_eigenvalues,
    eigenvalues,
    largest_eigenvalue,
    resolvent_apply_sum,
    resolvent_mean,
    resolvent_power_sum,
    resolvent_trace_means,
    square_mean,
)

__all__ = [
    "checked_eigenvalues",
    "eigenvalues",
    "largest_eigenvalue",
    "resolvent_apply_sum",
    "resolvent_mean",
    "resolvent_power_sum",
    "resolvent_trace_means",
    "square_mean",
]

"""The model's parameters: ``empirical.estimates.parameters`` by what it does."""

from empirical.estimates.parameters import (
    Estimate,
    Level,
    curvature_weights,
    estimate,
    nearest_gram,
    weighted,
)

__all__ = ["Estimate", "Level", "curvature_weights", "estimate", "nearest_gram", "weighted"]

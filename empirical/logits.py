"""How logit gradients cluster: ``empirical.estimates.clustering`` by what it is about."""

from empirical.estimates.clustering import (
    Cosines,
    Means,
    Statistics,
    class_sizes,
    cosines,
    gradient_length,
    lengths,
    means,
    statistics,
)

__all__ = [
    "Cosines",
    "Means",
    "Statistics",
    "class_sizes",
    "cosines",
    "gradient_length",
    "lengths",
    "means",
    "statistics",
]

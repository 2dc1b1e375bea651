"""The random energy model inside the softmax: C energies ``z ~ N(0, σ_z²)`` at unit temperature."""

from theory.rem.energies import (
    entropy,
    freezing,
    impurity,
    largest,
    log_partition,
    participation,
    participation_square,
    power_sum,
    spreads,
)

__all__ = [
    "entropy",
    "freezing",
    "impurity",
    "largest",
    "log_partition",
    "participation",
    "participation_square",
    "power_sum",
    "spreads",
]

"""How an optimum is trained."""

from __future__ import annotations

from dataclasses import dataclass

from theory import checks
from theory.checks import InputError
from theory.records.settings import Settings

LARGEST = 1e38  # weights are trained in float32, which has no greater steps


@dataclass(frozen=True, kw_only=True)
class Recipe(Settings):
    """How an optimum is trained: stochastic gradient descent at a constant learning rate.

    Parameters
    ----------
    epochs
        Passes over the data, at least 1.
    learning_rate
        Step per unit of gradient, above 0.
    batch_size
        Examples per step, at least 1.
    momentum
        In [0, 1).
    l2
        Weight decay: the gradient gets this times the weights, at least 0.
    dropout
        Share of hidden activations set to zero in training, in [0, 1).

    Raises
    ------
    InputError
        If a field is out of its bound.
    """

    epochs: int = 30
    learning_rate: float = 0.1
    batch_size: int = 32
    momentum: float = 0.0
    l2: float = 0.0
    dropout: float = 0.0

    def __post_init__(self) -> None:
        checks.count("epochs", self.epochs)
        checks.real("learning_rate", self.learning_rate, low=0, high=LARGEST, strict=True)
        checks.count("batch_size", self.batch_size)
        checks.real("l2", self.l2, low=0, high=LARGEST)
        for name in ("momentum", "dropout"):
            if checks.real(name, getattr(self, name), low=0) >= 1:
                raise InputError(f"{name} must be below 1, got {getattr(self, name):g}")

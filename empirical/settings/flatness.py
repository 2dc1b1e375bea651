"""What is asked of the flatness of minima against the error on new examples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from empirical.settings.recipe import LARGEST
from theory import checks
from theory.checks import InputError
from theory.records.settings import Settings

OPTIMIZERS = ("sgd", "entropy", "replicated")
DATA = ("digits", "mnist5k")


@dataclass(frozen=True, kw_only=True)
class Flatness(Settings):
    """ReLU perceptrons trained by several optimizers at the same number of gradients.

    Parameters
    ----------
    data
        ``digits`` or ``mnist5k``.
    examples
        Of them that are trained on; all others are the test set.
    hidden
        Hidden widths.
    optimizers
        Of ``sgd``, ``entropy``, ``replicated``.
    learning_rates, batch_sizes
        Each pair is a training of each optimizer.
    epochs
        Gradients of examples, over the examples: the budget of each training.
    replicates
        Seeds of each training, at least 2; the same initial weights for all optimizers.
    noise
        ``σ`` of the relative noise of local energy and entropy.
    draws
        Of the noise.
    seed
        Root of all draws.

    Raises
    ------
    InputError
        If a field is out of its bound.
    """

    data: str = "digits"
    examples: int = 500
    hidden: tuple[int, ...] = (32,)
    optimizers: tuple[str, ...] = OPTIMIZERS
    learning_rates: tuple[float, ...] = (0.3, 1.0)
    batch_sizes: tuple[int, ...] = (16, 64)
    epochs: int = 100
    replicates: int = 10
    noise: float = 0.1
    draws: int = 100
    seed: int = 0

    def __post_init__(self) -> None:
        checks.choice("data", self.data, DATA)
        for name, low in (("examples", 50), ("epochs", 1), ("replicates", 2), ("draws", 2)):
            checks.count(name, getattr(self, name), low=low)
        checks.integer("seed", self.seed, low=0)
        checks.real("noise", self.noise, low=0, strict=True)
        hidden = checks.counts("hidden", self.hidden)
        if not hidden:
            raise InputError("hidden must name at least one width, got none")
        found: dict[str, tuple[Any, ...]] = {
            "optimizers": tuple(
                checks.choice("optimizers", each, OPTIMIZERS)
                for each in checks.sequence("optimizers", self.optimizers)
            ),
            "learning_rates": tuple(
                checks.real("learning_rates", each, low=0, high=LARGEST, strict=True)
                for each in checks.sequence("learning_rates", self.learning_rates)
            ),
            "batch_sizes": checks.counts("batch_sizes", self.batch_sizes),
        }
        for name, values in found.items():
            if not values or len({*values}) < len(values):
                raise InputError(f"{name} must have values, and each once")
        if max(found["batch_sizes"]) > self.examples:
            raise InputError(
                f"batch_sizes must be at most {self.examples}, the examples, got "
                f"{max(found['batch_sizes'])}"
            )
        self._set(hidden=hidden, **found)

    @property
    def trainings(self) -> list[tuple[int, int, int, int]]:
        """Places of every training: optimizer, learning rate, batch size, replicate."""
        sizes = (self.optimizers, self.learning_rates, self.batch_sizes)
        return [
            (i, j, k, r)
            for r in range(self.replicates)
            for i in range(len(sizes[0]))
            for j in range(len(sizes[1]))
            for k in range(len(sizes[2]))
        ]

    @classmethod
    def smallest(cls, **changes: object) -> Flatness:
        """A run of seconds, but for what ``changes`` name."""
        few = {
            "examples": 200,
            "hidden": (12,),
            "optimizers": ("sgd", "replicated"),
            "learning_rates": (0.2,),
            "batch_sizes": (16, 50),
            "epochs": 20,
            "replicates": 3,
            "draws": 20,
        }
        return cls(**few | changes)  # pyright: ignore[reportArgumentType]

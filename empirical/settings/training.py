"""How a network is trained, and at which points it is kept."""

from __future__ import annotations

from dataclasses import dataclass

from theory import checks
from theory.checks import InputError
from theory.records.settings import Settings
from theory.streams import LARGEST_SEED


@dataclass(frozen=True, kw_only=True)
class Training(Settings):
    """Stochastic gradient descent, and the points of it that are kept.

    Parameters
    ----------
    epochs
        Passes over the data after which the network is kept: at least one, each at least 0; with
        the last, training ends. 0 is the network as made, a fraction is the nearest step.
    learning_rate
        Step per unit of gradient, above 0.
    batch_size
        Examples per step, at least 1.
    momentum
        Weight of the last step in the next, in [0, 1).
    seed
        Root of the initial weights and of the order of the examples.

    Raises
    ------
    InputError
        If a field is out of its bound.
    """

    epochs: tuple[float, ...] = (0.0, 1.0, 5.0, 20.0)
    learning_rate: float = 0.1
    batch_size: int = 32
    momentum: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        wanted = {
            checks.real("epochs", epoch, low=0) for epoch in checks.sequence("epochs", self.epochs)
        }
        if not wanted:
            raise InputError("epochs must name at least one, got none")
        rate = checks.real("learning_rate", self.learning_rate, low=0, strict=True)
        momentum = checks.real("momentum", self.momentum, low=0)
        if momentum >= 1:
            raise InputError(f"momentum must be below 1, got {momentum:g}")
        self._set(epochs=tuple(sorted(wanted)), learning_rate=rate, momentum=momentum)
        checks.integer("batch_size", self.batch_size, low=1)
        checks.integer("seed", self.seed, low=0, high=LARGEST_SEED)

    def steps(self, examples: int) -> dict[int, float]:
        """The epoch of each step that is kept, of training on so many examples.

        Raises
        ------
        InputError
            If two epochs fall on the same step.

        Examples
        --------
        >>> Training(epochs=(0, 0.5, 2), batch_size=10).steps(100)
        {0: 0.0, 5: 0.5, 20: 2.0}
        """
        per_epoch = self.steps_per_epoch(examples)
        points: dict[int, float] = {}
        for epoch in self.epochs:
            step = round(epoch * per_epoch)
            if step in points:
                raise InputError(
                    f"epochs must fall on different steps, got {points[step]:g} and {epoch:g}, "
                    f"both at step {step}: an epoch has {per_epoch} steps"
                )
            points[step] = epoch
        return points

    def steps_per_epoch(self, examples: int) -> int:
        """Batches that so many examples make; the last one may be smaller."""
        return -(-examples // self.batch_size)

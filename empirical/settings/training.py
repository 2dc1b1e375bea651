"""How a network is trained, and at which points it is kept."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from empirical.settings.recipe import LARGEST
from theory import checks
from theory.checks import InputError
from theory.records.settings import Settings

LEARNING_RATES = {"sgd": 0.1, "adam": 0.001, "adamw": 0.001}
OPTIMIZERS = tuple(LEARNING_RATES)
SCHEDULES = ("constant", "cosine", "linear", "step")
FALLS = (1 / 2, 3 / 4)  # of the training, after which a step's rate falls to a tenth, and a tenth


@dataclass(frozen=True, kw_only=True)
class Training(Settings):
    """Descent along the gradients of batches, and the points of it that are kept.

    Parameters
    ----------
    epochs
        Passes over the data after which the network is kept: at least one, each 0 to 10⁹; with
        the last, training ends. 0 is the network as made, a fraction is the nearest step.
    learning_rate
        Step per unit of gradient, above 0; by default that of ``LEARNING_RATES``.
    batch_size
        Examples per step, at least 1.
    momentum
        Weight of the last step in the next, in [0, 1); of ``sgd`` alone.
    optimizer
        One of ``OPTIMIZERS``: torch's, with its defaults for all that is not named here.
    weight_decay
        At least 0: so much of each weight is added to its gradient, or with ``adamw``, times the
        learning rate, is taken from the weight. What is measured is the loss without it.
    schedule
        How the learning rate falls, one of ``SCHEDULES``; all but ``constant`` depend on the last
        of the epochs.
    seed
        Root of the initial weights and of the order of the examples.

    Raises
    ------
    InputError
        If a field is out of its bound, or momentum is asked of another optimizer than ``sgd``.
    """

    epochs: tuple[float, ...] = (0.0, 1.0, 5.0, 20.0)
    learning_rate: float | None = None
    batch_size: int = 32
    momentum: float = 0.0
    optimizer: Literal["sgd", "adam", "adamw"] = "sgd"
    weight_decay: float = 0.0
    schedule: Literal["constant", "cosine", "linear", "step"] = "constant"
    seed: int = 0

    def __post_init__(self) -> None:
        wanted = {
            checks.real("epochs", epoch, low=0, high=checks.MOST)
            for epoch in checks.sequence("epochs", self.epochs)
        }
        if not wanted:
            raise InputError("epochs must name at least one, got none")
        checks.choice("optimizer", self.optimizer, OPTIMIZERS)
        checks.choice("schedule", self.schedule, SCHEDULES)
        momentum = checks.real("momentum", self.momentum, low=0)
        if momentum >= 1:
            raise InputError(f"momentum must be below 1, got {momentum:g}")
        if momentum > 0 and self.optimizer != "sgd":
            raise InputError(
                f"momentum is of optimizer sgd, got {momentum:g} with {self.optimizer}"
            )
        self._set(
            epochs=tuple(sorted(wanted)),
            learning_rate=checks.real(
                "learning_rate", self.first_rate, low=0, high=LARGEST, strict=True
            ),
            momentum=momentum,
            weight_decay=checks.real("weight_decay", self.weight_decay, low=0, high=LARGEST),
        )
        checks.count("batch_size", self.batch_size)
        checks.integer("seed", self.seed, low=0)

    @property
    def first_rate(self) -> float:
        """The learning rate of the first step, the largest."""
        return LEARNING_RATES[self.optimizer] if self.learning_rate is None else self.learning_rate

    def rate(self, step: int, *, last: int) -> float:
        """The learning rate of step number ``step``, from 1 on, of a training of ``last`` steps.

        With ``t = (step - 1)/last``, the rate times 1, ``(1 + cos πt)/2`` (Loshchilov and Hutter
        2016, arXiv:1608.03983), ``1 - t``, or a tenth from t = 1/2 and a hundredth from 3/4 on (He
        et al. 2015, arXiv:1512.03385).

        Examples
        --------
        >>> training = Training(learning_rate=1.0, schedule="step")
        >>> [training.rate(step, last=8) for step in (1, 5, 7)]
        [1.0, 0.1, 0.01]
        """
        whole = self.first_rate
        part = (step - 1) / last
        match self.schedule:
            case "constant":
                return whole
            case "cosine":
                return whole * (1 + math.cos(math.pi * part)) / 2
            case "linear":
                return whole * (1 - part)
            case "step":
                return whole / 10 ** sum(part >= fall for fall in FALLS)

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

"""What the figures are asked for."""

from __future__ import annotations

from dataclasses import dataclass, field

from theory import checks
from theory.records.settings import Settings

DATA = ("digits", "mnist5k")


@dataclass(frozen=True, kw_only=True)
class Gallery(Settings):
    """What the figures are asked for.

    Parameters
    ----------
    data
        What networks are trained and measured on.
    fast
        Small models and networks, so that all figures take a minute or two.
    seed
        Root of all draws, of the networks' training and of the choice of examples.
    workers
        Draws side by side, 1 to 1024; it changes no number.

    Raises
    ------
    InputError
        If a field is out of its bound.
    """

    data: str = "digits"
    fast: bool = False
    seed: int = 0
    workers: int = field(default=1, compare=False)

    def __post_init__(self) -> None:
        checks.instance("fast", self.fast, bool)
        checks.choice("data", self.data, DATA)
        checks.integer("seed", self.seed, low=0)
        checks.integer("workers", self.workers, low=1, high=checks.MOST_WORKERS)

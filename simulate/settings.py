"""What a sampled model is asked for, from the command line or a notebook."""

from __future__ import annotations

from dataclasses import dataclass, field

from theory import checks
from theory.records.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Sampling(Settings):
    """How often the model is drawn.

    Parameters
    ----------
    replicates
        Draws, at least 1, one random stream each.
    seed
        Root of all draws.
    workers
        Draws side by side, 1 to 1024; it changes no number.

    Raises
    ------
    InputError
        If a field is out of its bound.
    """

    replicates: int = 20
    seed: int = 0
    workers: int = field(default=1, compare=False)

    def __post_init__(self) -> None:
        checks.count("replicates", self.replicates)
        checks.integer("seed", self.seed, low=0)
        checks.integer("workers", self.workers, low=1, high=checks.MOST_WORKERS)

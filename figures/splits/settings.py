"""What a study of the levels is asked for."""

from __future__ import annotations

from dataclasses import dataclass

from figures.splits.networks import NAMES
from theory import InputError, checks
from theory.records.settings import Settings

MOST_SPLITS = 1000  # each is a measurement of every network; all pairs are compared


@dataclass(frozen=True, kw_only=True)
class Levels(Settings):
    """What a study of the levels is asked for.

    Parameters
    ----------
    networks
        Of ``figures.splits.networks.NAMES``, at least one.
    splits
        Choices of measured and held-out examples, 2 to 1000.
    fast
        Few examples and points of training.
    seed
        Root of training and of all choices.

    Raises
    ------
    InputError
        If a field is out of its bound.
    """

    networks: tuple[str, ...] = NAMES
    splits: int = 5
    fast: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        checks.instance("fast", self.fast, bool)
        asked = [
            checks.choice("networks", each, NAMES)
            for each in checks.sequence("networks", self.networks)
        ]
        if not asked:
            raise InputError(f"networks must name at least one of {', '.join(NAMES)}, got none")
        self._set(networks=tuple(name for name in NAMES if name in asked))
        checks.integer("splits", self.splits, low=2, high=MOST_SPLITS)
        checks.integer("seed", self.seed, low=0)

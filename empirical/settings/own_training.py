"""A training loop of the user's own."""

from __future__ import annotations

import re
from dataclasses import dataclass

from theory import checks
from theory.checks import InputError
from theory.records.settings import Settings

LOOP = "package.module:function"


@dataclass(frozen=True, kw_only=True)
class OwnTraining(Settings):
    """A training loop of the user's own, which says when the network is to be measured.

    Parameters
    ----------
    loop
        ``package.module:function``: called with the network and the data, it trains the network in
        place and yields the epoch, a number, at each point that is to be kept.
    seed
        Root of the initial weights, and of torch's random state while the loop runs.

    Raises
    ------
    InputError
        If a field is out of its bound.
    """

    loop: str
    seed: int = 0

    def __post_init__(self) -> None:
        if not (isinstance(self.loop, str) and re.fullmatch(r"[\w.]+:\w+", self.loop)):
            raise InputError(f"train must be {LOOP}, got {self.loop!r}")
        checks.integer("seed", self.seed, low=0)

"""What a report is asked for."""

from __future__ import annotations

from dataclasses import dataclass

from figures.gallery.networks import NAMES
from figures.gallery.settings import DATA, Gallery
from theory import InputError, checks
from theory.records.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Report(Settings):
    """What a report is asked for.

    Parameters
    ----------
    data
        Sets that networks are trained and measured on, at least one.
    networks
        Networks of the gallery, at least one.
    fast
        Small networks and few points, in two minutes.
    seed
        Root of all draws, of training and of the choice of examples.

    Raises
    ------
    InputError
        If a field is out of its bound.
    """

    data: tuple[str, ...] = DATA
    networks: tuple[str, ...] = NAMES
    fast: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        checks.instance("fast", self.fast, bool)
        for field, names in (("data", DATA), ("networks", NAMES)):
            asked = [
                checks.choice(field, each, names)
                for each in checks.sequence(field, getattr(self, field))
            ]
            if not asked:
                raise InputError(f"{field} must name at least one of {', '.join(names)}, got none")
            self._set(**{field: tuple(name for name in names if name in asked)})
        Gallery(seed=self.seed)

    def gallery(self, data: str) -> Gallery:
        """Settings of the figures and networks on one set."""
        return Gallery(data=data, fast=self.fast, seed=self.seed)

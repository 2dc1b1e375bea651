"""What an observable of a study of networks is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from figures.network_studies.replicate import Replicate


@dataclass(frozen=True)
class Observable:
    """A number of one trained network.

    Attributes
    ----------
    value
        The number, from what the replicate holds; what it does not touch is not computed.
    symbol, unit, meaning
        As in ``theory.observables``.
    groups
        What it reads of ``replicate.record``, of ``empirical.observable_groups``.
    partner
        Whether it reads ``replicate.partner``, a second training.
    seconds
        About how long ``value`` takes beside trainings and groups: a function of the replicate,
        whose networks are not yet trained, and of the seconds of one training.
    """

    value: Callable[[Replicate], float]
    symbol: str
    unit: str
    meaning: str
    groups: tuple[str, ...] = ()
    partner: bool = False
    seconds: Callable[[Replicate, float], float] | None = None

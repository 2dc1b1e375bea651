"""Kinds of surrogates of a network's logit gradients, from the least of the network on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Surrogate:
    """What of the network is in one kind of surrogate.

    Attributes
    ----------
    meaning
        In a phrase.
    means
        Those of the ``held out`` examples, of the ``measured`` ones, or none: whole gradients.
    donors
        Held-out examples: ``all``, those of the same ``class``, or the nearest of it in
        ``outputs``; or the measured example ``itself``.
    gaussian
        Noise of the donors' covariance in place of that of one donor.
    """

    meaning: str
    means: Literal["held out", "measured"] | None = "held out"
    donors: Literal["all", "class", "outputs", "itself"]
    gaussian: bool = False


SURROGATES: dict[str, Surrogate] = {
    "one covariance": Surrogate(
        meaning="Gaussian noise, of one whole covariance across logits and weights",
        donors="all",
        gaussian=True,
    ),
    "one for each class": Surrogate(
        meaning="the same with a covariance for each class", donors="class", gaussian=True
    ),
    "not Gaussian": Surrogate(
        meaning="the whole noise of one other example of the class", donors="class"
    ),
    "noise by outputs": Surrogate(
        meaning="the whole noise of one of those with the nearest outputs", donors="outputs"
    ),
    "means by outputs": Surrogate(
        meaning="the whole gradients of one of those with the nearest outputs",
        means=None,
        donors="outputs",
    ),
    "own means": Surrogate(
        meaning="as not Gaussian, with the means of the measured examples",
        means="measured",
        donors="class",
    ),
    "own noise": Surrogate(
        meaning="the noise of the measured examples, with the means of others", donors="itself"
    ),
}

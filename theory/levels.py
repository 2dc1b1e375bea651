"""The levels of the model, from the simplest on: one table for whatever lists them.

Each level drops one assumption of the level before it. A further level is a row here and, if it is
of no model there is yet, a way to build its model from a record in ``figures.judge.levels``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Level:
    """One level of the model of G.

    Attributes
    ----------
    name
        What records, reports and pictures call it.
    meaning
        Its means and its noise, in a phrase.
    assumes
        What it takes for granted and the next level does not.
    adds
        What it has that the level before has not.
    by_class
        Whether it has a mean for each true class, as well as for each logit.
    shuffling
        Whether its assumption comes true where the outputs are exchanged within each class.
    noise
        ``isotropic`` in D_eff dimensions, or ``separable`` with the covariance ``K_C ⊗ T``.
    color, marker
        Its look in pictures.
    """

    name: str
    meaning: str
    assumes: str
    adds: str
    by_class: bool
    shuffling: bool = False
    noise: Literal["isotropic", "separable"]
    color: str
    marker: str


LEVELS: dict[str, Level] = {
    level.name: level
    for level in (
        Level(
            name="FG",
            meaning="one mean for each logit, isotropic noise",
            assumes="one mean for each logit, whatever the true class",
            adds="a bulk and C-1 outliers",
            by_class=False,
            noise="isotropic",
            color="#D55E00",
            marker="x",
        ),
        Level(
            name="cluster",
            meaning="one mean for each logit and true class, isotropic noise",
            assumes="outputs independent of the logit gradients within a class",
            adds="a mean for each true class",
            by_class=True,
            shuffling=True,
            noise="isotropic",
            color="#0072B2",
            marker="+",
        ),
        Level(
            name="weighted",
            meaning="the means of cluster, examples weighted by their curvature A_kk as in G",
            assumes="noise that is isotropic in D_eff dimensions",
            adds="means weighted by the curvature of the outputs",
            by_class=True,
            noise="isotropic",
            color="#E69F00",
            marker="s",
        ),
        Level(
            name="anisotropic",
            meaning="the means of weighted, noise of covariance K_C ⊗ T (logits × weights)",
            assumes="means and a covariance of the noise that do not move with the outputs",
            adds="the noise's covariance across logits and weights",
            by_class=True,
            noise="separable",
            color="#CC79A7",
            marker="o",
        ),
    )
}
ISOTROPIC = tuple(name for name, level in LEVELS.items() if level.noise == "isotropic")


def after(name: str) -> Level | None:
    """The level that drops what the level of this name assumes; none after the last.

    Examples
    --------
    >>> after("FG").adds, after("anisotropic")
    ('a mean for each true class', None)
    """
    names = list(LEVELS)
    following = names[names.index(name) + 1 :]
    return LEVELS[following[0]] if following else None

"""Which true classes have means of their own: the commonest, the others together.

Of thousands of words most follow once or never in a sample: their means cannot be told from noise.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from empirical.language.windows import Windows
from theory import checks

LEAST = 4  # examples of a class in each half of the windows, for a mean of its own


@dataclass(frozen=True, eq=False)
class TrueClasses:
    """Groups of examples by the token that follows.

    Parameters
    ----------
    group
        That of each class, shape (C,), in ``0 … count - 1``; the last one is all others.
    count
        Groups, G.
    """

    group: Tensor
    count: int

    def of(self, windows: Windows) -> Tensor:
        """The group of each place, shape (N,)."""
        return self.group[windows.labels]


def together(windows: Windows) -> TrueClasses:
    """One group: a mean for each logit alone."""
    return TrueClasses(torch.zeros(windows.classes, dtype=torch.int64), 1)


def commonest(windows: Windows, *, most: int) -> TrueClasses:
    """At most ``most`` groups of one class each, and one of all others.

    A class of its own has ``LEAST`` examples or more in both halves of the windows; so have the
    others together, which the rarest of those classes joins if need be.

    Raises
    ------
    InputError
        If ``most`` is negative.

    Examples
    --------
    >>> words = Windows.of(torch.arange(41) % 5, context=5, classes=5)
    >>> commonest(words, most=2).group.tolist()  # each five times in four windows of a half
    [0, 1, 2, 2, 2]
    """
    checks.integer("true_classes", most, low=0)
    middle = len(windows) // 2
    halves = (windows.take(slice(middle)), windows.take(slice(middle, None)))
    fewest = torch.stack(
        [torch.bincount(half.labels, minlength=windows.classes) for half in halves]
    )
    own = fewest.amin(0).argsort(descending=True, stable=True)
    own = own[fewest.amin(0)[own] >= LEAST][:most]
    while len(own) and bool((fewest.sum(1) - fewest[:, own].sum(1) < LEAST).any()):
        own = own[:-1]
    group = torch.full((windows.classes,), len(own))
    group[own] = torch.arange(len(own))
    return TrueClasses(group, len(own) + 1)

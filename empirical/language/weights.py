"""How much each logit gradient counts: all alike, or as G has them."""

from __future__ import annotations

from typing import Literal

from torch import Tensor

from empirical.estimates.parameters import FLOOR
from empirical.language.levels.true_classes import TrueClasses
from empirical.language.readout import Readout
from theory import checks

Weighting = Literal["equal", "curvature"]
WEIGHTINGS: tuple[Weighting, ...] = ("equal", "curvature")


class Weights:
    """Weights ``w_{μk}`` of the logit gradients of a readout's examples.

    ``equal``: 1. ``curvature``: ``A_kk = p_k (1 - p_k)`` and a floor of 1 % of its mean, as
    ``empirical.estimates.parameters.curvature_weights``.

    Parameters
    ----------
    readout
        The mean is over its examples.
    weighting
        ``equal`` or ``curvature``.

    Raises
    ------
    InputError
        If the weighting is not known.
    """

    def __init__(self, readout: Readout, weighting: Weighting) -> None:
        self.equal = checks.choice("weighting", weighting, WEIGHTINGS) == "equal"
        self.floor = 1.0
        if not self.equal:
            impurity = 0.0
            for windows in readout.chunks():
                p = readout.outputs(readout.features(windows))
                impurity += float((1 - p.square_().sum(1)).double().sum())
            self.floor = FLOOR * impurity / (readout.N * readout.C)

    def of(self, p: Tensor) -> Tensor:
        """Weights for softmax outputs of any shape, in their memory."""
        if self.equal:
            return p.fill_(1.0)
        return p.sub_(p.square()).add_(self.floor)

    def totals(self, readout: Readout, classes: TrueClasses) -> Tensor:
        """``Σ_μ w_{μk}`` over the examples of each group, shape (G, C)."""
        out = readout.zeros(classes.count, readout.C)
        for windows in readout.chunks():
            w = self.of(readout.outputs(readout.features(windows)))
            out.index_add_(0, classes.of(windows).to(readout.device), w)
        return out

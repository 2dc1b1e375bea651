r"""Outliers of different strengths that reach into the fluctuations of the bulk's edge.

In the units of ``spread.spiked_edge`` an outlier at z has the strength ``√((z - z₊)/scale)``, and
means too short for one have negative strengths, which lift the edge. Deviations are scaled to each
outlier's own width. Derived in docs/theory/fluctuations.md, section 8.
"""

from __future__ import annotations

import numpy as np

from theory.arrays import Array
from theory.spread import spiked_edge
from theory.spread.splitting import Ordered

NEAREST = 0.05  # strength below which an outlier has the edge's own slopes and width
CLEAR = 3.0  # standard deviations from the edge beyond which an outlier has left it
FAR = -10.0  # strength below which a mean moves the edge by less than 0.1 scales


def reached(found: Ordered, edge: float, *, first: int) -> bool:
    """Whether one of the ``first`` outliers fluctuates into the edge, or none has left it."""
    if len(found.mean) == 0:
        return True
    last = min(first, len(found.mean)) - 1
    return bool(found.mean[last] - CLEAR * found.std[last] < edge)


def ordered(
    alone: Ordered,
    position: Array,
    b: Array,
    short: Array,
    *,
    edge: float,
    scale: float,
    D: int,
) -> Ordered:
    """Ordered outliers at ``position (k,)``, of variances ``2b²/D``, above an edge of this scale.

    Those that have left the edge are as they are ``alone``. ``short`` are the strengths of means
    without an outlier; at most 64 of both.
    """
    strength = np.sqrt(np.maximum(position - edge, 0) / scale)
    spikes = np.concatenate([strength, short[short > FAR]])
    drawn = spiked_edge.draw(spikes, np.zeros((1, 1, 1)), D=D, at=float(strength[-1]))
    near = np.maximum(strength, NEAREST)
    widened = np.where(strength > NEAREST, b / (np.sqrt(2 * near * D) * scale), 1.0)
    values = strength**2 + widened * (drawn.values[:, : len(position)] - strength**2)
    mean, std = drawn.moments(edge + scale * values)
    left = alone.mean - CLEAR * alone.std > edge
    return Ordered(np.where(left, alone.mean, mean), np.where(left, alone.std, std))

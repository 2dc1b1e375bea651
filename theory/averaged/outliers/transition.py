r"""The threshold's neighbourhood: outliers that reach into the fluctuations of the bulk's edge.

A family of equal means whose root α lies ``δ = α - w₊`` beyond the edge is a spike of strength

    √((z(w₊ + δ) - z₊)/scale)  above,   δ √(z''/(2 scale))  near it and below,

in the units of ``spread.spiked_edge``, whose eigenvalues follow. In each draw the logits of N
examples move the edge by ``δz``, its w₊ by ``-δz'/z''`` and α by ``δS/(u' - λ')``; deviations of an
outlier further off are widened to its own width. Derived in docs/theory/fluctuations.md.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from theory.arrays import Array
from theory.averaged.laws.logit_law import LogitLaw
from theory.averaged.outliers import common_splitting, families
from theory.bulk.power_law import Eigenspaces
from theory.models.bulk_edge import Edge
from theory.models.spectral_map import Point, SpectralMap
from theory.spread import spiked_edge
from theory.spread.outliers_at_edge import NEAREST
from theory.spread.spiked_edge import MOST_SPIKES
from theory.spread.splitting import Ordered

GRID = 33  # points of the map from which strengths are read
STEP = 1e-3  # of z'', in units of the edge's distance from the pole


def covers(law: LogitLaw, curve: SpectralMap) -> bool:
    """Whether there is a bulk and the first family has 1 to 64 means, which can be drawn."""
    few = families.multiplicities(law)[0] <= MOST_SPIKES
    return curve.has_bulk and few and families.strengths(law)[0] > 0


@dataclass(frozen=True, eq=False)
class Transition:
    """Draws of the highest eigenvalues near the threshold.

    Attributes
    ----------
    ordered
        Mean and standard deviation of the eigenvalues of the first family, descending.
    transfer : shape (draws,)
        Share of a direction of the means that lies in their eigenvectors.
    """

    ordered: Ordered
    transfer: Array


def edge(law: LogitLaw, curve: SpectralMap) -> Edge:
    """Law of the largest eigenvalue of the bulk of noise and curvature, without the means."""
    curve = _lowered(curve, law)
    end, bend = curve.at(curve.edge), _bend(curve)
    trace, square = law.traces_of_rows(end.kappa)
    lift, N = _lift(curve, end), law.params.N
    tilt = lift * curve.s / end.w**2
    centre = end.z + _exact(law, curve, end) - tilt**2 * square.var() / (2 * bend * N)
    return Edge(centre, _scale(curve, end, bend), float(lift * trace.std() / math.sqrt(N)))


def at_edge(law: LogitLaw, curve: SpectralMap) -> Transition:
    """The first family's eigenvalues, at either side of its threshold."""
    curve = _lowered(curve, law)
    end, bend = curve.at(curve.edge), _bend(curve)
    scale = _scale(curve, end, bend)
    units = _Units(curve, end, scale=scale, unit=math.sqrt(2 * scale / bend))
    strengths, counts = families.strengths(law), families.multiplicities(law)
    spikes = [_spike(law, units, x) for x in strengths]
    if sum(counts) > MOST_SPIKES:
        spikes, counts = spikes[:1], counts[:1]
    first, k = spikes[0], counts[0]

    rows = min(common_splitting.POOL, len(law.p))
    weights = common_splitting.example_weights(spiked_edge.DRAWS, rows, law.params.N)
    trace, square = (weights @ x[:rows] for x in law.traces_of_rows(end.kappa))
    lift = _lift(curve, end)
    moved, tilt = lift * (trace - trace.mean()), -lift * curve.s / end.w**2 * square
    strength = np.repeat([x.strength for x in spikes], counts)
    moves = (tilt / (bend * units.unit))[:, None, None] * np.eye(len(strength))
    blocks = common_splitting.mean_blocks(law, first.kappa, weights)
    beyond, frame = np.linalg.eigh(strengths[0] * first.gain * blocks)
    beyond += first.beyond + (tilt / bend)[:, None]
    bent = units.strength(beyond, below=first.below) - first.strength
    moves[:, :k, :k] = (frame * bent[:, None]) @ frame.transpose(0, 2, 1)
    drawn = spiked_edge.draw(strength, moves, D=law.params.D)

    own = max(first.strength, 0.0) ** 2
    values = own + first.widened * (drawn.values[:, :k] - own)
    centre = end.z + _exact(law, curve, end) + moved - tilt**2 / (2 * bend)
    mean, std = drawn.moments(centre[:, None] + scale * values)
    transfer = first.transfer * drawn.overlap[:, :k].mean(axis=1)
    return Transition(Ordered(mean, std), np.minimum(transfer, 1.0))


@dataclass(frozen=True, eq=False)
class _Units:
    """The edge's units: ``scale`` of eigenvalues, ``unit`` of w beside its w₊."""

    curve: SpectralMap
    end: Point
    scale: float
    unit: float

    def strength(self, beyond: Array, *, below: float) -> Array:
        """Strengths of spikes ``beyond`` w₊, by the map; under it linear, times ``below``."""
        grid = max(float(beyond.max()), self.unit) * np.linspace(0, 1, GRID) ** 2
        z = np.array([self.curve.at(self.end.w + x).z for x in grid[1:]])
        root = np.sqrt(np.maximum(z - self.end.z, 0) / self.scale)
        above = np.interp(beyond, grid, np.r_[0.0, root])
        return np.where(beyond > 0, above, below * beyond / self.unit)


@dataclass(frozen=True)
class _Spike:
    """A family at the edge.

    Attributes
    ----------
    strength
        Zero at the threshold, negative below it.
    beyond
        Its root less w₊, by the slopes at the edge where it is below.
    below
        What the strength is below the edge over what those slopes say.
    kappa
        κ of its blocks.
    gain
        Slope of the root in the eigenvalues of S, over ``widened``.
    transfer
        Its ``transfer`` over the overlap of the spiked edge.
    widened
        Its width over that of the spiked edge.
    """

    strength: float
    beyond: float
    below: float
    kappa: float
    gain: float
    transfer: float
    widened: float


def _spike(law: LogitLaw, units: _Units, strength: float) -> _Spike:
    curve, end = units.curve, units.end
    first, second = law.traces(end.kappa)
    k = law.params.C - 1
    S, slope = strength * first / k, -strength * second / k * curve.s / end.w**2
    fall = end.u_slope - slope
    transfer = units.scale / (fall * units.unit)
    found = families.root(law, curve, strength)
    if found is None:
        beyond = (S - end.u) / fall
        below = end.u * fall / (S * end.u_slope - end.u * slope)  # to move the edge as k means do
        w = below * beyond / units.unit
        return _Spike(w, beyond, below, end.kappa, 1 / fall, transfer, 1.0)
    beyond = found.alpha - end.w
    w = math.sqrt(max(curve.at(found.alpha).z - end.z, 0.0) / units.scale)
    if w < NEAREST:
        return _Spike(w, beyond, 1.0, end.kappa, 1 / fall, transfer, 1.0)
    widened = found.width / (math.sqrt(2 * w * curve.D) * units.scale)
    gain = found.transfer / (found.slope * widened)
    return _Spike(w, beyond, 1.0, found.kappa, gain, found.transfer / (2 * w), widened)


def _lowered(curve: SpectralMap, law: LogitLaw) -> SpectralMap:
    """The map with half a column and half a row less, as ``theory.models.bulk_edge``."""
    left, columns = 1 - 0.5 / (law.params.N * (law.params.C - 1)), 1 - 0.5 / curve.D
    T = Eigenspaces(curve.T.values * left, curve.T.sizes * columns)
    return replace(curve, T=T, N=curve.N * left)  # pyright: ignore[reportArgumentType]


def _bend(curve: SpectralMap) -> float:
    """``d²z/dw²`` at the upper edge."""
    h = STEP * (curve.edge - curve.top)
    above, below = curve.at(curve.edge + h), curve.at(curve.edge - h)
    return (above.z_slope - below.z_slope) / (2 * h)


def _scale(curve: SpectralMap, end: Point, bend: float) -> float:
    """The Tracy-Widom scale ``(u⁴ z''/(2D² u'²))^{1/3}``."""
    return (end.u**4 * bend / (2 * curve.D**2 * end.u_slope**2)) ** (1 / 3)


def _lift(curve: SpectralMap, end: Point) -> float:
    """How the edge moves with ``tr B``."""
    return curve.rise(end) * curve.variance / curve.D


def _exact(law: LogitLaw, curve: SpectralMap, end: Point) -> float:
    """What the exact means of the logits add to the edge of the rows."""
    return _lift(curve, end) * (law.traces(end.kappa)[0] - curve.traces(end.kappa)[0])

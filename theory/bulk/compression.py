"""Large populations as fewer atoms of the same moments."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from theory.arrays import Array
from theory.checks import InputError

MAX_ATOMS = 4096
MOST_RESOLVED = 2**14  # nodes: the gaps between so many take about ten seconds
FINEST = 0.125  # of the least height of the curve: a relative error of 1e-7 in the density


def compressed(atoms: Array, blocks: int) -> tuple[Array, Array]:
    """Sorted equal atoms as nodes, ascending, and weights that sum to one.

    Blocks become two nodes each, which keep their first three moments.

    A quarter of the nodes go to each end, atom by atom: there the gaps and the edges are made.
    """
    ends, middle = blocks // 2, blocks // 2
    inner = np.linspace(ends, atoms.size - ends, middle + 1).astype(np.int64)
    outer = np.arange(atoms.size - ends + 1, atoms.size + 1)
    return _nodes(atoms, np.r_[np.arange(ends), inner, outer])


def resolved(atoms: Array, *, share: float, smooth: float = 0.0) -> tuple[Array, Array]:
    """The same, with blocks no wider than what the law of these atoms resolves.

    In ``x(u) = u + Σ_i share t_i u/(u - t_i)`` atoms act together over real a where the curve's
    height b is more than their distance: ``Σ c_i/((a - t_i)² + b²) = 1``, ``c = share t²``. As k
    atoms within h of a leave ``b² >= k c - h²``, the largest of these bounds is the yardstick:
    where the share is small each atom has an interval of its own, and is kept.

    Parameters
    ----------
    atoms
        Positive, ascending.
    share
        What one atom weighs in x(u): the number of rows that it stands for, over D.
    smooth
        The strength of a further pole at zero, ``smooth²/u``, which smooths as well.

    Raises
    ------
    InputError
        If more than ``MOST_RESOLVED`` nodes are needed.
    """
    end = np.searchsorted(atoms, atoms + FINEST * _height(atoms, share, smooth), side="right")
    quarter = MAX_ATOMS // 4
    starts, ends = [*range(quarter)], atoms.size - quarter
    most = -(-(ends - quarter) // quarter)
    while starts[-1] < ends:
        starts.append(min(int(end[starts[-1]]), starts[-1] + most, ends))
        if len(starts) > MOST_RESOLVED:
            raise InputError(
                f"D must be less for a bulk of {atoms.size} eigenvalues: more than {MOST_RESOLVED} "
                "of them would lie in intervals of their own"
            )
    return _nodes(atoms, np.r_[np.array(starts), np.arange(ends + 1, atoms.size + 1)])


def _height(atoms: Array, share: float, smooth: float) -> Array:
    """A lower bound for the height of the law's curve over each atom."""
    square = np.maximum(share * atoms**2, smooth**2 - atoms**2)
    place, reach = np.arange(atoms.size), 1
    while reach < atoms.size:
        low, high = np.maximum(place - reach, 0), np.minimum(place + reach, atoms.size - 1)
        far = np.maximum(atoms - atoms[low], atoms[high] - atoms)
        square = np.maximum(square, share * (high - low + 1) * atoms[low] ** 2 - far**2)
        reach *= 2
    return np.sqrt(square)


def _nodes(atoms: Array, bounds: NDArray[np.int64]) -> tuple[Array, Array]:
    """Two nodes for each block between bounds; blocks of up to two atoms as they are."""
    nodes, weights = [], []
    for first, last in pairwise(bounds):
        block = atoms[first:last]
        if block.size <= 2:
            nodes += [*block]
            weights += [1.0] * block.size
            continue
        mean, spread = block.mean(), block.std()
        skew = ((block - mean) ** 3).mean() / spread**3 if spread > 1e-9 * mean else 0.0
        root = math.sqrt(1 + skew**2 / 4)
        nodes += [mean + spread * (skew / 2 - root), mean + spread * (skew / 2 + root)]
        part = (root + skew / 2) / (2 * root)
        weights += [part * block.size, (1 - part) * block.size]
    nodes = np.clip(nodes, atoms[0], atoms[-1])
    order = np.argsort(nodes)
    return nodes[order], np.array(weights)[order] / atoms.size

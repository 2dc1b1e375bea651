"""Large populations as fewer atoms of the same moments."""

from __future__ import annotations

import math

import numpy as np

from theory.arrays import Array

MAX_ATOMS = 4096


def compressed(atoms: Array, blocks: int) -> tuple[Array, Array]:
    """Sorted equal atoms as nodes, ascending, and weights that sum to one.

    Blocks become two nodes each, which keep their first three moments.

    A quarter of the nodes go to each end, atom by atom: there the gaps and the edges are made.
    """
    ends, middle = blocks // 2, blocks // 2
    nodes = [*atoms[:ends], *atoms[-ends:]]
    weights = [1.0] * len(nodes)
    for block in np.array_split(atoms[ends:-ends], middle):
        mean, spread = block.mean(), block.std()
        skew = ((block - mean) ** 3).mean() / spread**3 if spread > 1e-9 * mean else 0.0
        root = math.sqrt(1 + skew**2 / 4)
        nodes += [mean + spread * (skew / 2 - root), mean + spread * (skew / 2 + root)]
        share = (root + skew / 2) / (2 * root)
        weights += [share * block.size, (1 - share) * block.size]
    nodes = np.clip(nodes, atoms[0], atoms[-1])
    order = np.argsort(nodes)
    return nodes[order], np.array(weights)[order] / atoms.size

"""Maps of the plane: classes, and the alignment of reinforcing gradients with eigenvectors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from empirical.boundary.grid import Grid, on_grid, window
from empirical.boundary.networks import Trained, classifier
from empirical.boundary.reinforcing import alignments
from theory.arrays import Array


@dataclass(frozen=True, eq=False)
class Map:
    """Classes and alignments of one network over the window of the points that it is trained on.

    Parameters
    ----------
    grid
        Classes at n × n nodes.
    alignment
        With the first eigenvectors, each of the sign that makes its largest value positive, shape
        ``(vectors, n, n)``.
    points, targets
        Those trained on, shapes ``(N, 2)`` and ``(N,)``.
    """

    grid: Grid
    alignment: Array
    points: Array
    targets: Array


def alignment_map(one: Trained, *, nodes: int, vectors: int) -> Map:
    """The map of a network and its first eigenvectors.

    Parameters
    ----------
    nodes
        Of the grid on each side, at least 2.
    vectors
        How many eigenvectors.

    Raises
    ------
    InputError
        If there are fewer than 2 nodes.
    """
    points = one.train.inputs.double().numpy()
    centre, half = window(points)
    grid = on_grid(classifier(one.network), centre=centre, half=half, nodes=nodes)
    at = np.stack(np.meshgrid(grid.x, grid.y), axis=-1).reshape(-1, 2)
    inputs = torch.from_numpy(at).to(one.train.inputs.dtype)
    along = alignments(one.network, inputs, one.vectors[:vectors]).numpy()
    peak = np.take_along_axis(along, np.abs(along).argmax(0)[None], axis=0)
    alignment = (along * np.where(peak < 0, -1, 1)).T.reshape(-1, nodes, nodes)
    return Map(grid, alignment, points, one.train.targets.numpy())

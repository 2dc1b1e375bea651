"""Labelled points of the plane, from a boundary of one piece to one of many."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray

from empirical.data import Data
from empirical.settings.boundary import SETS
from theory import checks, stream
from theory.streams import derived_seed

Points = tuple[NDArray[np.float64], NDArray[np.int64]]

GAUSSIANS = ((2.0, -1.0), (-2.0, 0.0), (0.0, 2.0))
GAUSSIANS_SCALE = 0.5
BOARD, BOARD_SCALES = 0.8, {2: 0.3, 4: 0.1}  # outermost means; scale by squares on a side
ISLANDS = 0.9  # of their centres from the axes; the rings have radius 1
SPIRAL_TURNS, SPIRAL_NOISE = 1.25, 0.02


def _gaussians(n: int, seed: int) -> Points:
    rng, labels = stream(seed, "points"), np.arange(n) % len(GAUSSIANS)
    return np.array(GAUSSIANS)[labels] + GAUSSIANS_SCALE * rng.standard_normal((n, 2)), labels


def _moons(n: int, seed: int) -> Points:
    from sklearn.datasets import make_moons

    at, labels = make_moons(n, noise=0.1, random_state=_state(seed))
    return np.asarray(at), np.asarray(labels)


def _circles(n: int, seed: int) -> Points:
    from sklearn.datasets import make_circles

    at, labels = make_circles(n, noise=0.08, factor=0.5, random_state=_state(seed))
    return np.asarray(at), np.asarray(labels)


def _spirals(n: int, seed: int) -> Points:
    rng, labels = stream(seed, "points"), np.arange(n) % 2
    radius = np.sqrt(rng.uniform(0.05, 1, n))
    angle = 2 * np.pi * SPIRAL_TURNS * radius + np.pi * labels
    at = radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return at + SPIRAL_NOISE * rng.standard_normal((n, 2)), labels


def _islands(n: int, seed: int) -> Points:
    """Four islands of class 1, each with a ring of class 0 around it."""
    from sklearn.datasets import make_circles

    at, labels = make_circles(n, noise=0.08, factor=0.3, random_state=_state(seed))
    island = stream(seed, "islands").integers(4, size=n)
    centres = ISLANDS * np.array([[-1, -1], [1, -1], [-1, 1], [1, 1]])
    return np.asarray(at) + centres[island], np.asarray(labels)


def _board(n: int, seed: int, *, side: int) -> Points:
    rng, square = stream(seed, "points"), np.arange(n) % side**2
    row, column = np.divmod(square, side)
    means = np.linspace(-BOARD, BOARD, side)
    at = np.column_stack([means[column], means[row]])
    return at + BOARD_SCALES[side] * rng.standard_normal((n, 2)), (row + column) % 2


def _state(seed: int) -> int:
    """A seed that scikit-learn takes."""
    return derived_seed(seed, "points") % 2**32


_MAKE: dict[str, Callable[[int, int], Points]] = {
    "moons": _moons,
    "circles": _circles,
    "spirals": _spirals,
    "gaussians": _gaussians,
    "checkerboard": lambda n, seed: _board(n, seed, side=2),
    "islands": _islands,
    "fine-checkerboard": lambda n, seed: _board(n, seed, side=4),
}


def points(name: str, *, examples: int, seed: int) -> tuple[Data, Data]:
    """Training and test half of a set of labelled points of the plane.

    - ``moons``, ``circles``: scikit-learn's, noise 0.1 and 0.08, the inner circle half the outer.
    - ``spirals``: two arms of 1.25 turns, one piece of boundary, but a long one.
    - ``gaussians``: three classes at (2, -1), (-2, 0) and (0, 2), of scale 0.5.
    - ``checkerboard``, ``fine-checkerboard``: 2 × 2 and 4 × 4 Gaussians of scales 0.3 and 0.1, the
      outermost at ±0.8, their class the colour of their square.
    - ``islands``: four of scikit-learn's circles at (±0.9, ±0.9), the inner one 0.3 of the outer.

    Parameters
    ----------
    name
        One of ``empirical.settings.boundary.SETS``.
    examples
        In both halves together, at least 2.
    seed
        Root of the points and of the split.

    Returns
    -------
    tuple[Data, Data]
        Inputs ``(N, 2)``, float32.

    Raises
    ------
    InputError
        If there is no such set, or ``examples`` is out of its bound.

    Examples
    --------
    >>> train, test = points("gaussians", examples=300, seed=0)
    >>> len(train), len(test), train.classes
    (150, 150, 3)
    """
    checks.choice("name", name, SETS)
    at, labels = _MAKE[name](checks.count("examples", examples, low=2), seed)
    inputs = torch.from_numpy(np.asarray(at, dtype=np.float32))
    targets = torch.from_numpy(np.asarray(labels, dtype=np.int64))
    whole = Data(inputs, targets, max(2, int(targets.max()) + 1), name)
    return whole.split(seed=seed, test=examples // 2)

"""Neural collapse: the means of the logit gradients at the end of training.

Papyan, Han and Donoho (PNAS 117, 2020): features of a class become one vector h_y, and the C
vectors a simplex, each at the cosine ``-1/(C - 1)`` to each other. In the last layer
``J_k = e_k ⊗ h``, so the level cluster's means ``c_{k,y} = e_k ⊗ h_y`` have a Gram matrix of one
free length.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from theory import checks
from theory.arrays import Array

ROUNDING = 1e-12


def gram(C: int, *, length: float) -> Array:
    """``Γ`` of ``c_{k,y}`` at ``y C + k``: ``δ_kl h_y·h_y'`` with h a simplex; (C², C²).

    Parameters
    ----------
    C
        Classes, at least 2.
    length
        Of one mean.

    Raises
    ------
    InputError
        If an argument is out of its bounds.

    Examples
    --------
    >>> gram(3, length=2.0)[0, [0, 1, 3, 6]]
    array([ 4.,  0., -2., -2.])
    """
    classes = checks.integer("C", C, low=2)
    square = checks.real("length", length, low=0) ** 2
    simplex = square * (classes * np.eye(classes) - 1) / (classes - 1)
    return np.asarray(np.kron(simplex, np.eye(classes)), dtype=np.float64)


def distance(Gamma: ArrayLike) -> float:
    """``‖Γ/‖Γ‖_F - Γ'/‖Γ'‖_F‖_F`` of means from collapsed ones Γ': 0 at collapse, at most √2.

    Of means less their mean over the classes, logit by logit, as collapse has it; 1 where nothing
    is left of them.

    Parameters
    ----------
    Gamma : shape (C², C²)
        Gram matrix of ``c_{k,y}`` at ``y C + k``.

    Raises
    ------
    InputError
        If its size is no square of a number of classes.

    Examples
    --------
    >>> round(distance(gram(4, length=3.0)), 12)
    0.0
    """
    matrix = checks.array("Gamma", Gamma, ndim=2)
    C = round(len(matrix) ** 0.5)
    own = checks.gram(matrix, size=checks.integer("classes", C, low=2) ** 2, name="Gamma")
    centre = np.kron(np.eye(C) - 1 / C, np.eye(C))
    found = centre @ own @ centre
    ideal = gram(C, length=1.0)
    size = np.linalg.norm(found)
    if size <= ROUNDING * np.linalg.norm(own):
        return 1.0
    return float(np.linalg.norm(found / size - ideal / np.linalg.norm(ideal)))

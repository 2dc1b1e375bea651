"""How much the Hessian's blocks of different logits are coupled by the softmax alone.

Dong et al., arXiv:2505.02809: the Hessian becomes block-diagonal as classes grow. Of A alone the
blocks k and l have the weight ``A_kl`` beside ``A_kk``. Rows of A sum to 0, so that over logits of
any exchangeable law its mean is ``-1/(C - 1)`` of the diagonal's; where classes are confused in
pairs it is more between these.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from theory import checks


def coupling(p: ArrayLike) -> float:
    """Root mean square over pairs of ``Ā_kl/√(Ā_kk Ā_ll)``, Ā the mean of ``diag(p) - p pᵀ``.

    Parameters
    ----------
    p : shape (N, C)
        Softmax outputs.

    Raises
    ------
    InputError
        If they are none, or all are 0 or 1.

    Examples
    --------
    >>> round(coupling([[0.2] * 5]), 12)
    0.25
    """
    outputs = checks.probabilities(p)
    N, C = outputs.shape
    mean = np.diag(outputs.mean(0)) - outputs.T @ outputs / N
    scale = np.sqrt(np.diag(mean).clip(min=0))
    if not scale.min() > 0:
        raise checks.InputError("p must leave some example undecided on each class")
    ratio = mean / np.outer(scale, scale)
    return float(np.sqrt(np.mean(ratio[~np.eye(C, dtype=bool)] ** 2)))


def exchangeable(C: int) -> float:
    """``1/(C - 1)``, the coupling of outputs whose law is the same for all classes.

    Examples
    --------
    >>> exchangeable(11)
    0.1
    """
    return 1 / (checks.integer("C", C, low=2) - 1)

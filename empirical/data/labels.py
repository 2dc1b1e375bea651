"""Class indices from the ways in which labels are written."""

from __future__ import annotations

import torch
from torch import Tensor

from theory import checks
from theory.checks import InputError


def labels(targets: Tensor) -> Tensor:
    """Class indices ``(N,)``, int64, of labels that are written in another way.

    Whole numbers of any type, one column of them, or one-hot rows. Soft labels, as of label
    smoothing or mixing, are no labels: with them the loss, and so its residuals and its curvature,
    is another.

    Parameters
    ----------
    targets
        Shape ``(N,)``, ``(N, 1)``, or ``(N, C)`` with one 1 in each row and else 0.

    Raises
    ------
    InputError
        If they are neither.

    Examples
    --------
    >>> labels(torch.tensor([2.0, 0.0]))
    tensor([2, 0])
    >>> labels(torch.eye(3)[[2, 0]])
    tensor([2, 0])
    """
    checks.instance("targets", targets, Tensor)
    if targets.is_complex() or targets.ndim not in (1, 2):
        raise InputError(
            f"targets must be class indices (N,) or one-hot (N, C), got {tuple(targets.shape)} of "
            f"{targets.dtype}"
        )
    if targets.ndim == 2 and targets.shape[1] != 1:
        one_hot = ((targets == 0) | (targets == 1)).all() and (targets.sum(1) == 1).all()
        if not one_hot:
            raise InputError(
                "targets must be class indices or one-hot: soft labels, as of label smoothing, "
                f"change the loss, got rows as {[round(float(x), 3) for x in targets[0][:4]]}"
            )
        return targets.to(torch.int64).argmax(1)
    column = targets.flatten()
    whole = column.to(torch.int64)
    if not bool((whole == column).all()):
        raise InputError(f"targets must be whole numbers, got {float(column[whole != column][0])}")
    return whole

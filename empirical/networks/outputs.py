"""The logits in what a network returns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from theory.checks import InputError


def logits(output: Any, *, n: int) -> Tensor:
    """The logits ``(n, C)`` of n examples: the output as it is, its ``.logits`` or ``["logits"]``.

    The axis of a single example may be squeezed away.

    Raises
    ------
    InputError
        If the output holds none.

    Examples
    --------
    >>> import torch
    >>> logits({"logits": torch.zeros(2, 3)}, n=2).shape
    torch.Size([2, 3])
    """
    if isinstance(output, Mapping) and "logits" in output:
        output = output["logits"]
    elif not isinstance(output, Tensor):
        output = getattr(output, "logits", output)
    if not isinstance(output, Tensor):
        raise InputError(
            f"network must return logits of shape ({n}, C), as they are or as .logits or "
            f"['logits'], got {type(output).__name__}"
        )
    if output.layout != torch.strided:
        raise InputError(f"network must return dense logits, got {output.layout}")
    if output.ndim == 1 and n == 1:
        output = output[None]
    if output.ndim != 2 or len(output) != n:
        raise InputError(f"network must return logits of shape ({n}, C), got {tuple(output.shape)}")
    return output

"""Automatic differentiation that says in one line what torch cannot differentiate."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from theory.checks import InputError


def vector_jacobian(
    outputs: Tensor | Sequence[Tensor],
    inputs: Sequence[Tensor],
    vectors: Tensor | Sequence[Tensor] | None = None,
    *,
    again: bool = False,
    materialize: bool = True,
) -> tuple[Tensor, ...]:
    """``vᵀ ∂outputs/∂inputs``, zero for inputs that the outputs do not depend on.

    The graph is kept; with ``again`` the result has a graph of its own, and without
    ``materialize`` the zeros are None.

    Raises
    ------
    InputError
        If an operation on the way has no derivative.
    OutOfMemoryError
        As torch raises it.
    """
    try:
        return torch.autograd.grad(
            outputs,
            inputs,
            vectors,
            retain_graph=True,
            create_graph=again,
            allow_unused=True,
            materialize_grads=materialize,
        )
    except torch.OutOfMemoryError:
        raise
    except RuntimeError as error:  # NotImplementedError is one
        reason = str(error).partition("\n")[0]
        raise InputError(f"network must be one that torch can differentiate: {reason}") from None

"""Normalised weights whose gradient has the right gradient.

torch's own ``weight_norm`` takes the norms for constants when its gradient is differentiated: what
it gives for a product with H is not symmetric, and not the Hessian's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

FUSED: Any = getattr(torch, "_weight_norm")  # noqa: B009 - torch does not export it


class WeightNorms(TorchFunctionMode):
    """While active, ``weight_norm`` is ``g v / ‖v‖`` as torch's elementary operations have it."""

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        named = kwargs or {}
        return _normed(*args, **named) if func is FUSED else func(*args, **named)


def _normed(v: Tensor, g: Tensor, dim: int = 0) -> Tensor:
    """Norms over all axes but ``dim``, over all of them where it is -1."""
    kept = dim % v.ndim if dim != -1 else -1
    over = [axis for axis in range(v.ndim) if axis != kept]
    return v * (g / torch.linalg.vector_norm(v, dim=over, keepdim=dim != -1))

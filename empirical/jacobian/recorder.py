"""Where a network uses its weights: the torch functions that receive each of them in one run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch.nn.functional as F
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils import _pytree

from empirical.jacobian.recorded_functions import KNOWN, refuse_batch_statistics
from empirical.jacobian.recorded_uses import RecordedUses


class Recorder(RecordedUses, TorchFunctionMode):
    """Records, while active, every use of the given parameters.

    Attention is recorded as the linear maps that it is made of.
    """

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        kwargs = kwargs or {}
        received = self.received((args, kwargs))
        if func is F.batch_norm:
            refuse_batch_statistics(*args, **kwargs)
        if received and func in KNOWN:
            return KNOWN[func](self, *args, **kwargs)
        result = func(*args, **kwargs)
        if received and any(isinstance(leaf, Tensor) for leaf in _pytree.tree_leaves(result)):
            self.others |= received
        return result

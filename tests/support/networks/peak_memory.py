"""The most bytes that torch's tensors take at a time."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.utils import _pytree
from torch.utils._python_dispatch import TorchDispatchMode


class Peak(TorchDispatchMode):
    """Counts, while active, the storages that operations make, until they are let go.

    Attributes
    ----------
    bytes
        The most at a time.
    """

    def __init__(self) -> None:
        super().__init__()
        self.bytes = self._now = 0
        self._alive: dict[int, weakref.ref[Any]] = {}

    def __torch_dispatch__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        given = {s._cdata for s in _storages((args, kwargs))}
        found = func(*args, **(kwargs or {}))
        for storage in _storages(found):
            key, size = storage._cdata, storage.nbytes()
            if key in self._alive or key in given:
                continue
            self._alive[key] = weakref.ref(storage, self._let_go(key, size))
            self._now += size
        self.bytes = max(self.bytes, self._now)
        return found

    def _let_go(self, key: int, size: int) -> Callable[[object], None]:
        def forget(_: object) -> None:
            self._alive.pop(key, None)
            self._now -= size

        return forget


def _storages(values: Any) -> list[torch.UntypedStorage]:
    leaves = _pytree.tree_leaves(values)
    return [leaf.untyped_storage() for leaf in leaves if isinstance(leaf, Tensor)]

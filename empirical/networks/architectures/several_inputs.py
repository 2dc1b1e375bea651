"""Networks that take several inputs, run on rows that hold them side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import Tensor, nn

from empirical.data.parts import Part, unpacked


class _Unpack:
    """Gives a network its inputs, those without a name of their own by place."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self.parts = tuple(parts)

    def __call__(
        self, network: nn.Module, args: tuple[Tensor, ...], kwargs: dict[str, Any]
    ) -> tuple[tuple[Tensor, ...], dict[str, Any]]:
        found = unpacked(args[0], self.parts)
        places = tuple(value for name, value in found.items() if name.isdigit())
        return places, {name: value for name, value in found.items() if not name.isdigit()}


def take_rows(network: nn.Module, parts: Sequence[Part]) -> nn.Module:
    """The network, from now on called with rows of ``data.parts.packed``.

    Nothing else about it changes: names of weights and layers, modes, what it returns.

    Examples
    --------
    >>> import torch
    >>> from empirical.data.parts import packed
    >>> rows, parts = packed([torch.ones(2, 3), torch.ones(2, 4)])
    >>> take_rows(nn.Bilinear(3, 4, 5), parts)(rows).shape
    torch.Size([2, 5])
    """
    network.register_forward_pre_hook(_Unpack(parts), with_kwargs=True)
    return network

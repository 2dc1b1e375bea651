"""The copy of a network that is measured: one floating-point type, one device, logits come out."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from torch.utils import _pytree

from empirical.jacobian.backward import isolated
from empirical.jacobian.modes import AGREEMENT, check_mode
from empirical.machine.devices import named
from empirical.networks import outputs
from theory.checks import InputError

CASTS = (Tensor.half, Tensor.bfloat16, Tensor.float, Tensor.double)


class Twin:
    """A copy of a network, of another type or on another device; the network is left as it is.

    Types that the network sets in its run, ``x.float()`` or ``torch.zeros(..., dtype=...)``, become
    the twin's: what is measured in float64 has the accuracy of float64. Outputs that hold their
    logits as ``.logits`` or ``["logits"]`` are taken for these.

    Attributes
    ----------
    network
        The copy.
    dtype, device
        Of its weights and inputs.
    size
        Bytes of a number.

    Raises
    ------
    InputError
        If the type is not offered, the network cannot be copied, or is not one that ``check_mode``
        takes.
    """

    def __init__(
        self, network: nn.Module, dtype: torch.dtype, device: torch.device | str | None
    ) -> None:
        if not isinstance(dtype, torch.dtype) or dtype not in AGREEMENT:
            raise InputError(f"dtype must be torch.float32 or torch.float64, got {dtype}")
        check_mode(network)
        first = next(network.parameters())
        self.device = first.device if device is None else named(device)
        self.dtype = dtype
        self.size = dtype.itemsize
        with isolated(self.device):
            self.network = _copied(network).to(self.device, dtype)
            self.network.zero_grad(set_to_none=True)
        self.network.forward = _returning_logits(self.network.forward, dtype)

    def placed(self, inputs: Tensor) -> Tensor:
        """Inputs of the twin's type, on its device."""
        dtype = self.dtype if inputs.is_floating_point() else inputs.dtype
        return inputs.detach().to(self.device, dtype, copy=inputs.is_inference())


def _copied(network: nn.Module) -> nn.Module:
    """A deep copy, of values alone where a layer keeps a tensor that belongs to a graph.

    Raises
    ------
    InputError
        If a layer cannot be copied.
    """
    memo: dict[int, Any] = {}
    for layer in network.modules():
        for leaf in _pytree.tree_leaves(dict(vars(layer))):
            if isinstance(leaf, Tensor) and not leaf.is_leaf:
                memo[id(leaf)] = leaf.detach().clone()
    try:
        return copy.deepcopy(network, memo)
    except (RuntimeError, TypeError) as error:
        raise InputError(f"network must be one that can be copied: {_line(error)}") from None


def _line(error: Exception) -> str:
    return str(error).partition("\n")[0]


def _returning_logits(forward: Callable[..., Any], dtype: torch.dtype) -> Callable[..., Tensor]:
    def run(*args: Any, **kwargs: Any) -> Tensor:
        first, *_ = (*args, *kwargs.values())
        usual = torch.get_default_dtype()
        torch.set_default_dtype(dtype)
        try:
            with _OneType(dtype):
                output = forward(*args, **kwargs)
        finally:
            torch.set_default_dtype(usual)
        return _logits(output, len(first), dtype)

    return run


def _logits(output: Any, n: int, dtype: torch.dtype) -> Tensor:
    """The logits ``(n, C)`` in a network's output.

    Raises
    ------
    InputError
        If they are of another type than the twin.
    """
    output = outputs.logits(output, n=n)
    if output.dtype != dtype:
        raise InputError(
            f"network must return logits of the type {dtype} that it is run in, got {output.dtype}"
        )
    return output


class _OneType(TorchFunctionMode):
    """While active, every floating-point type that is asked for is the given one."""

    def __init__(self, dtype: torch.dtype) -> None:
        super().__init__()
        self.dtype = dtype

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        if func in CASTS:
            return args[0].to(self.dtype)
        named = {name: self._replaced(value) for name, value in (kwargs or {}).items()}
        return func(*(self._replaced(value) for value in args), **named)

    def _replaced(self, value: Any) -> Any:
        if not isinstance(value, torch.dtype):
            return value
        if value.is_complex:
            return self.dtype.to_complex()
        return self.dtype if value.is_floating_point else value

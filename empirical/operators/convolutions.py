"""Convolutions whose gradient is differentiated without what is not asked for.

torch differentiates the gradient of a convolution with respect to its input, its weight and what
comes back from above, all three whenever one is asked for; a product with G asks for the last
alone, and the other two are more than a third of its time. Images in float32 are laid out channels
last on a processor, as its kernels compute them: other layouts are turned for each of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

KINDS = {torch.conv1d: 1, torch.conv2d: 2, torch.conv3d: 3}
Given = tuple[Tensor | None, Tensor | None, Tensor | None]


class Convolutions(TorchFunctionMode):
    """While active, convolutions are those of this module, and give the same numbers.

    Parameters
    ----------
    through_weights
        Asked whenever a gradient is differentiated: whether derivatives in the input and the weight
        are wanted, beside those in what comes from above.
    channels_last
        Whether images may be laid out so: their strides differ then, not their numbers.
    """

    def __init__(self, through_weights: Callable[[], bool], *, channels_last: bool = False) -> None:
        super().__init__()
        self.through_weights = through_weights
        self.channels_last = channels_last

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        named = kwargs or {}
        if func not in KINDS:
            return func(*args, **named)
        read = _Arguments(*args, **named)
        if isinstance(read.padding, str) or read.input.ndim != read.weight.ndim:
            return func(*args, **named)
        how = read.how(KINDS[func], self.through_weights, channels_last=self.channels_last)
        x = read.input  # turned once here, if at all, and not again in each product
        if how.channels_last:
            x = x.contiguous(memory_format=torch.channels_last)
        return _Convolution.apply(x, read.weight, read.bias, how)


class _How(NamedTuple):
    """What was asked for along each axis, and whether channels come last."""

    stride: tuple[int, ...]
    padding: tuple[int, ...]
    dilation: tuple[int, ...]
    groups: int
    through_weights: Callable[[], bool]
    channels_last: bool

    def laid(self, images: Tensor) -> Tensor:
        """The same images, channels last if these are to be."""
        return _channels_last(images) if self.channels_last else images

    def image(self, x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        return torch.ops.aten.convolution(self.laid(x), weight, bias, *self._options())

    def gradient(
        self, above: Tensor, x: Tensor, weight: Tensor, asked: tuple[bool, bool, bool]
    ) -> Given:
        """In the input, the weight and the bias, where they are asked for."""
        sizes = [weight.shape[0]] if asked[2] else None
        return torch.ops.aten.convolution_backward(
            self.laid(above), self.laid(x), weight, sizes, *self._options(), asked
        )

    def _options(self) -> tuple[Any, ...]:
        none = (0,) * len(self.stride)
        return self.stride, self.padding, self.dilation, False, none, self.groups


class _Arguments(NamedTuple):
    """The arguments of ``torch.conv2d`` and its kin."""

    input: Tensor
    weight: Tensor
    bias: Tensor | None = None
    stride: Any = 1
    padding: Any = 0
    dilation: Any = 1
    groups: int = 1

    def how(self, axes: int, through_weights: Callable[[], bool], *, channels_last: bool) -> _How:
        """With a number for each axis."""
        x = self.input
        fast = axes == 2 and x.dtype == torch.float32 and x.device.type == "cpu"
        return _How(
            _along_each(self.stride, axes),
            _along_each(self.padding, axes),
            _along_each(self.dilation, axes),
            self.groups,
            through_weights,
            channels_last and fast,
        )


def _channels_last(images: Tensor) -> Tensor:
    """Of one channel or one pixel, which torch takes for laid out either way, too."""
    images = images.contiguous(memory_format=torch.channels_last)
    _, C, height, width = images.shape
    return images.as_strided(images.shape, (C * height * width, 1, C * width, C))


def _along_each(size: int | Sequence[int], axes: int) -> tuple[int, ...]:
    return (size,) * axes if isinstance(size, int) else tuple(size) * (axes // len(size))


class _Convolution(torch.autograd.Function):
    """``x * W + b``."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None, how: _How) -> Tensor:
        ctx.how = how
        ctx.save_for_backward(x, weight)
        return how.image(x, weight, bias)

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Tensor) -> tuple[Tensor | None, ...]:
        x, weight = ctx.saved_tensors
        asked = ctx.needs_input_grad[:3]
        return *_Gradient.apply(grad_outputs[0], x, weight, asked, ctx.how), None


class _Gradient(torch.autograd.Function):
    """The gradient of a convolution in its input, weight and bias, linear in what is above it."""

    @staticmethod
    def forward(
        ctx: Any,
        above: Tensor,
        x: Tensor,
        weight: Tensor,
        asked: tuple[bool, bool, bool],
        how: _How,
    ) -> Given:
        ctx.how = how
        ctx.save_for_backward(above, x, weight)
        ctx.set_materialize_grads(False)
        return how.gradient(above, x, weight, asked)

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Tensor | None) -> tuple[Tensor | None, ...]:
        above, x, weight = ctx.saved_tensors
        of_x, of_weight, of_bias = grad_outputs
        to_above, *others = ctx.needs_input_grad[:3]
        to_x, to_weight = (each and ctx.how.through_weights() for each in others)
        found: list[Tensor | None] = [None, None, None]
        if to_above:
            parts = []
            if of_x is not None:
                parts.append(ctx.how.image(of_x, weight, of_bias))
            if of_weight is not None:
                parts.append(ctx.how.image(x, of_weight, None if parts else of_bias))
            if not parts and of_bias is not None:
                parts.append(of_bias.view(-1, *(1,) * (above.ndim - 2)).expand_as(above))
            found[0] = sum(parts[1:], start=parts[0]) if parts else None
        if to_x and of_weight is not None:
            found[1] = ctx.how.gradient(above, x, of_weight, (True, False, False))[0]
        if to_weight and of_x is not None:
            found[2] = ctx.how.gradient(above, of_x, weight, (False, True, False))[1]
        return *found, None, None

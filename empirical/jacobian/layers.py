"""The factors that follow from one recorded use of weights and the cotangents of its output."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from empirical.jacobian.factors import Factor, Rows
from empirical.jacobian.outer_products import Outer
from empirical.jacobian.recorded_uses import Use


def use_factors(use: Use, cotangents: Tensor, *, axis: int, n: int) -> list[Factor]:
    """The gradients in the weight and the bias of one use, one factor or one for each.

    Parameters
    ----------
    cotangents
        ``∂z_k/∂(output)``, shape ``(K, *output.shape)``.
    axis
        Which axis of the input and output counts the examples, or examples times something.
    n
        Number of examples.
    """
    a = _by_example(use.input, axis, n)
    b = _by_example(cotangents, axis + 1, n).movedim(2, 1)  # n, K, then as a
    return KINDS[use.kind](use, a, b)


def _by_example(values: Tensor, axis: int, n: int) -> Tensor:
    """Examples first, then what else that axis holds (1 if nothing), then the other axes."""
    return values.movedim(axis, 0).unflatten(0, (n, -1))


def _linear(use: Use, a: Tensor, b: Tensor) -> list[Factor]:
    a = a.flatten(1, -2)
    b = b.flatten(2, -2).mT.contiguous()
    return _outer(use, a, b, d_in=a.shape[2])


def _convolution(use: Use, a: Tensor, b: Tensor) -> list[Factor]:
    options, n = use.options, len(a)
    image = a.shape[2:]
    expand = partial(
        patches,
        kernel=options["kernel"],
        stride=options["stride"],
        padding=options["padding"],
        dilation=options["dilation"],
    )
    b = b.flatten(-2).movedim(2, 3).flatten(3).contiguous()  # n, K, d_out, P
    d_in = image[0] * options["kernel"][0] * options["kernel"][1]
    groups = options["groups"]
    if groups == 1:
        return _outer(use, a, b, d_in=d_in, expand=expand)
    found: list[Factor] = []
    if use.weight is not None:
        grouped_a = expand(a).unflatten(2, (groups, -1))
        grouped_b = b.unflatten(2, (groups, -1))
        rows = torch.einsum("nkgop,npgi->nkgoi", grouped_b, grouped_a)
        found.append(Rows((use.weight,), rows.reshape(n, b.shape[1], -1)))
    return found + _bias_rows(use, b)


def patches(images: Tensor, *, kernel: Any, stride: Any, padding: Any, dilation: Any) -> Tensor:
    """What a convolution sees: ``images (N, M, channels, h, w)`` to ``(N, M positions, d_in)``."""
    flat = images.flatten(0, 1)
    if padding == "valid":
        padding = 0
    elif padding == "same":
        margins = [d * (k - 1) for d, k in zip(_pair(dilation), kernel, strict=True)]
        flat = F.pad(flat, [side for m in margins[::-1] for side in (m // 2, m - m // 2)])
        padding = 0
    columns = F.unfold(flat, kernel, dilation=dilation, padding=padding, stride=stride)
    return columns.mT.unflatten(0, images.shape[:2]).flatten(1, 2)


def _pair(value: Any) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else tuple(value)


def _embedding(use: Use, a: Tensor, b: Tensor) -> list[Factor]:
    tokens = a.flatten(1)
    b = b.flatten(2, -2).mT
    ignored = use.options["ignored"]
    if ignored is not None:
        b = b * (tokens != ignored)[:, None, None, :]
    rows = use.options["rows"]
    expand = partial(_one_hot, rows=rows, dtype=b.dtype)
    return _outer(use, tokens, b.contiguous(), d_in=rows, expand=expand, by_row=False)


def _one_hot(tokens: Tensor, *, rows: int, dtype: torch.dtype) -> Tensor:
    return F.one_hot(tokens, rows).to(dtype)


def _norm(use: Use, a: Tensor, b: Tensor) -> list[Factor]:
    features = use.options["features"]
    if features == 0:  # channels come first
        a, b, features = a.movedim(2, -1), b.movedim(3, -1), 1
    found: list[Factor] = []
    if use.weight is not None:
        scaled = (b * a[:, None]).flatten(2, -features - 1).sum(2)
        found.append(Rows((use.weight,), scaled.flatten(2)))
    if use.bias is not None:
        found.append(Rows((use.bias,), b.flatten(2, -features - 1).sum(2).flatten(2)))
    return found


KINDS: dict[str, Callable[[Use, Tensor, Tensor], list[Factor]]] = {
    "linear": _linear,
    "convolution": _convolution,
    "embedding": _embedding,
    "norm": _norm,
}


def _outer(use: Use, a: Tensor, b: Tensor, *, d_in: int, **options: Any) -> list[Factor]:
    """Outer products, or their explicit sums where these are smaller."""
    if use.weight is None:
        return _bias_rows(use, b)
    outer = Outer((use.weight,), a, b, d_in, **options)
    if outer.numel >= b.shape[0] * b.shape[1] * outer.shape[2]:
        return [explicit(outer), *_bias_rows(use, b)]
    if use.bias is None:
        return [outer]
    return [Outer((use.weight, use.bias), a, b, d_in, bias=True, **options)]


def _bias_rows(use: Use, b: Tensor) -> list[Factor]:
    return [] if use.bias is None else [Rows((use.bias,), b.sum(3))]


def explicit(factor: Factor) -> Rows:
    """The same gradients as explicit rows."""
    return Rows(factor.names, torch.cat(list(factor.chunks()), dim=2))


def summed(factors: Sequence[Factor]) -> Factor:
    """The gradients in weights that are used several times: the sum over their uses.

    Maps between vectors are sums over positions already, so their positions are put side by side.
    """
    if len(factors) == 1:
        return factors[0]
    outers = [f for f in factors if isinstance(f, Outer) and f.by_row]
    if len(outers) == len(factors) and len({f.bias for f in outers}) == 1:
        source = torch.cat([f.inputs for f in outers], dim=1)
        cotangents = torch.cat([f.cotangents for f in outers], dim=3)
        return Outer(factors[0].names, source, cotangents, outers[0].d_in, bias=outers[0].bias)
    return Rows(factors[0].names, torch.stack([explicit(f).rows for f in factors]).sum(0))

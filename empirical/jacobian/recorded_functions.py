"""The torch functions that are linear in their weights, each called and recorded as one use."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from empirical.jacobian.recorded_uses import RecordedUses
from theory.checks import InputError

EMBEDDING = (
    "an embedding must have no max_norm, scale_grad_by_freq or sparse gradients: "
    "they change its weights or their gradient"
)


def refuse_batch_statistics(*args: Any, **options: Any) -> None:
    """Refuse normalisation over the batch; the arguments are the function's own.

    Raises
    ------
    InputError
        If there are no running statistics or it is in train mode.
    """
    names = ("input", "running_mean", "running_var", "weight", "bias", "training")
    given = {**dict(zip(names, args, strict=False)), **options}
    if given.get("training") or given["running_mean"] is None or given["running_var"] is None:
        raise InputError(
            "a layer normalises over the batch: it needs running statistics and eval mode"
        )


def _linear(
    recorder: RecordedUses,
    input: Tensor,  # noqa: A002
    weight: Tensor,
    bias: Tensor | None = None,
) -> Tensor:
    output = F.linear(input, weight, bias)
    return recorder.keep("linear", output, input=input, weight=weight, bias=bias)


def _conv2d(
    recorder: RecordedUses,
    input: Tensor,  # noqa: A002
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Tensor:
    output = F.conv2d(input, weight, bias, stride, padding, dilation, groups)
    geometry = {"stride": stride, "padding": padding, "dilation": dilation}
    return recorder.keep(
        "convolution",
        output,
        input=input,
        weight=weight,
        bias=bias,
        kernel=tuple(weight.shape[2:]),
        groups=groups,
        **geometry,
    )


def _embedding(
    recorder: RecordedUses,
    input: Tensor,  # noqa: A002
    weight: Tensor,
    padding_idx: int | None = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Tensor:
    if max_norm is not None or scale_grad_by_freq or sparse:
        raise InputError(EMBEDDING)
    output = F.embedding(input, weight, padding_idx)
    ignored = None if padding_idx is None else padding_idx % len(weight)
    return recorder.keep(
        "embedding", output, input=input, weight=weight, rows=len(weight), ignored=ignored
    )


def _embedding_bag(
    recorder: RecordedUses,
    input: Tensor,  # noqa: A002
    weight: Tensor,
    *args: Any,
    **options: Any,
) -> Tensor:
    names = ("offsets", "max_norm", "norm_type", "scale_grad_by_freq", "mode", "sparse")
    given = {**dict(zip(names, args, strict=False)), **options}
    if given.get("max_norm") or given.get("scale_grad_by_freq") or given.get("sparse"):
        raise InputError(EMBEDDING)
    recorder.unknown(weight)
    return F.embedding_bag(input, weight, *args, **options)


def _layer_norm(
    recorder: RecordedUses,
    input: Tensor,  # noqa: A002
    normalized_shape: Sequence[int],
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
) -> Tensor:
    output = F.layer_norm(input, normalized_shape, weight, bias, eps)
    plain = F.layer_norm(input.detach(), normalized_shape, eps=eps)
    features = len(normalized_shape)
    return recorder.keep("norm", output, input=plain, weight=weight, bias=bias, features=features)


def _group_norm(
    recorder: RecordedUses,
    input: Tensor,  # noqa: A002
    num_groups: int,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
) -> Tensor:
    output = F.group_norm(input, num_groups, weight, bias, eps)
    plain = F.group_norm(input.detach(), num_groups, eps=eps)
    return recorder.keep("norm", output, input=plain, weight=weight, bias=bias, features=0)


def _batch_norm(
    recorder: RecordedUses,
    input: Tensor,  # noqa: A002
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    output = F.batch_norm(input, running_mean, running_var, weight, bias, eps=eps)
    plain = F.batch_norm(input.detach(), running_mean, running_var, eps=eps)
    return recorder.keep("norm", output, input=plain, weight=weight, bias=bias, features=0)


def _attention(
    recorder: RecordedUses,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    embed_dim_to_check: int,
    num_heads: int,
    in_proj_weight: Tensor | None,
    in_proj_bias: Tensor | None,
    bias_k: Tensor | None,
    bias_v: Tensor | None,
    add_zero_attn: bool,
    dropout_p: float,
    out_proj_weight: Tensor,
    out_proj_bias: Tensor | None,
    training: bool = True,
    **options: Any,
) -> tuple[Tensor, Tensor | None]:
    """Attention between recorded projections, its own replaced by exact identities.

    Cross-attention projects different inputs with parts of one weight, which then goes the
    generic way.

    Raises
    ------
    InputError
        If it has dropout in train mode.
    """
    if training and dropout_p > 0:
        raise InputError("attention has dropout in train mode: call network.eval() first")
    recorder.unknown(bias_k, bias_v)
    if query is key is value and in_proj_weight is not None:
        packed = _linear(recorder, query, in_proj_weight, in_proj_bias)
        query, key, value = packed.chunk(3, dim=-1)
        identity = torch.eye(query.shape[-1], dtype=query.dtype, device=query.device)
        in_proj_weight, in_proj_bias = identity.repeat(3, 1), None
    else:
        parts = ("q_proj_weight", "k_proj_weight", "v_proj_weight")
        recorder.unknown(in_proj_weight, in_proj_bias, *(options.get(part) for part in parts))
    mixed, weights = F.multi_head_attention_forward(
        query,
        key,
        value,
        embed_dim_to_check,
        num_heads,
        in_proj_weight,
        in_proj_bias,
        bias_k,
        bias_v,
        add_zero_attn,
        0.0,
        torch.eye(len(out_proj_weight), dtype=query.dtype, device=query.device),
        None,  # pyright: ignore[reportArgumentType]
        training=False,
        **options,
    )
    return _linear(recorder, mixed, out_proj_weight, out_proj_bias), weights


KNOWN: dict[Callable[..., Any], Callable[..., Any]] = {
    F.linear: _linear,
    F.conv2d: _conv2d,
    F.embedding: _embedding,
    F.embedding_bag: _embedding_bag,
    F.layer_norm: _layer_norm,
    F.group_norm: _group_norm,
    F.batch_norm: _batch_norm,
    F.multi_head_attention_forward: _attention,
}

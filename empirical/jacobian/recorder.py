"""Where a network uses its weights: the torch functions that receive each of them in one run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils import _pytree

from theory.checks import InputError

EMBEDDING = (
    "an embedding must have no max_norm, scale_grad_by_freq or sparse gradients: "
    "they change its weights or their gradient"
)


@dataclass(frozen=True, eq=False)
class Use:
    """One call of a function that is linear in its weight and bias.

    Parameters
    ----------
    kind
        ``linear``, ``convolution``, ``embedding`` or ``norm``.
    input, output
        What the function received and returned; the output is part of the graph.
    weight, bias
        Names of the parameters it used; none if it had none or they are frozen.
    axis
        Which axis of the input and of the output counts the examples.
    options
        What else the function received: a convolution's geometry, a norm's own inputs.
    """

    kind: str
    input: Tensor
    output: Tensor
    weight: str | None
    bias: str | None
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def signature(self) -> tuple[str, str | None, str | None]:
        """What must be the same from run to run."""
        return self.kind, self.weight, self.bias


class Recorder(TorchFunctionMode):
    """Records, while active, every use of the given parameters.

    ``uses`` lists the calls of functions whose weight gradients follow from their inputs and the
    gradients of their outputs, in order; ``others`` names the parameters that any other function
    received. Attention is recorded as the linear maps that it is made of.
    """

    def __init__(self, parameters: Mapping[str, Tensor]) -> None:
        super().__init__()
        self._names = {id(parameter): name for name, parameter in parameters.items()}
        self.uses: list[Use] = []
        self.others: set[str] = set()

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        kwargs = kwargs or {}
        received = self._received((args, kwargs))
        if func is F.batch_norm:
            _refuse_batch_statistics(*args, **kwargs)
        if received and func in KNOWN:
            return KNOWN[func](self, *args, **kwargs)
        result = func(*args, **kwargs)
        if received and any(isinstance(leaf, Tensor) for leaf in _pytree.tree_leaves(result)):
            self.others |= received
        return result

    def name(self, value: object) -> str | None:
        """The parameter's name, if ``value`` is one of those recorded."""
        return self._names.get(id(value))

    def keep(
        self,
        kind: str,
        output: Tensor,
        *,
        input: Tensor,  # noqa: A002
        weight: object,
        bias: object = None,
        **options: Any,
    ) -> Tensor:
        """Record a call; the network gets a copy, to change in place as it likes."""
        self.unknown(input)  # a weight that is mapped by another, as tied ones are
        self.uses.append(
            Use(kind, input.detach(), output, self.name(weight), self.name(bias), options)
        )
        return output.clone()

    def unknown(self, *values: object) -> None:
        """Record that parameters were used in another way."""
        self.others |= self._received(values)

    def _received(self, values: Any) -> set[str]:
        names = {self.name(leaf) for leaf in _pytree.tree_leaves(values)}
        return {name for name in names if name is not None}


def _refuse_batch_statistics(*args: Any, **options: Any) -> None:
    names = ("input", "running_mean", "running_var", "weight", "bias", "training")
    given = {**dict(zip(names, args, strict=False)), **options}
    if given.get("training") or given["running_mean"] is None or given["running_var"] is None:
        raise InputError(
            "a layer normalises over the batch: it needs running statistics and eval mode"
        )


def _linear(
    recorder: Recorder,
    input: Tensor,  # noqa: A002
    weight: Tensor,
    bias: Tensor | None = None,
) -> Tensor:
    output = F.linear(input, weight, bias)
    return recorder.keep("linear", output, input=input, weight=weight, bias=bias)


def _conv2d(
    recorder: Recorder,
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
    recorder: Recorder,
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
    recorder: Recorder,
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
    recorder: Recorder,
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
    recorder: Recorder,
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
    recorder: Recorder,
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
    recorder: Recorder,
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

"""What must hold of a network that is measured: its logits are a function of one example alone."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.modules.dropout import _DropoutNd
from torch.nn.parameter import is_lazy

from empirical.jacobian.recorded_functions import EMBEDDING
from empirical.jacobian.recorder import Recorder
from theory.checks import InputError

AGREEMENT = {torch.float32: 1e-4, torch.float64: 1e-9}


def check_mode(network: nn.Module) -> None:
    """See that no layer is random or mixes the examples of a batch in its present mode.

    Also that all weights are real numbers with plain gradients.

    Raises
    ------
    InputError
        Naming a layer that is dropout in train mode or normalises over the batch, an embedding that
        changes its weights or their gradient, a weight that is complex or not initialised; or if no
        weight requires gradients.
    """
    for name, layer in network.named_modules():
        if isinstance(layer, _DropoutNd) and layer.training and layer.p > 0:
            raise InputError(f"layer {name} is dropout in train mode: call network.eval() first")
        if isinstance(layer, _BatchNorm) and (layer.training or layer.running_mean is None):
            raise InputError(
                f"layer {name} normalises over the batch: it needs running statistics and eval mode"
            )
        if isinstance(layer, nn.Embedding | nn.EmbeddingBag) and (
            layer.max_norm is not None or layer.scale_grad_by_freq or layer.sparse
        ):
            raise InputError(f"layer {name}: {EMBEDDING}")
    for name, values in (*network.named_parameters(), *network.named_buffers()):
        if is_lazy(values):
            raise InputError(f"{name} is not initialised: run the network once first")
        if values.is_complex():
            raise InputError(f"network must hold real numbers, got {name} of {values.dtype}")
    if not any(weight.requires_grad for weight in network.parameters()):
        raise InputError("network must have weights that require gradients, got none")


def check_independence(network: nn.Module, inputs: Tensor, *, other: Tensor) -> None:
    """See that an example's logits do not depend on the others in its batch.

    Examples must have the same logits in another order with one more among them, and the first two
    without the others.

    Parameters
    ----------
    inputs
        A batch.
    other
        Any example, shape ``(1, ...)``; best not one of the batch.

    Raises
    ------
    InputError
        If logits are not finite, random or depend on the other examples in the batch.
    """
    weights = {name: w for name, w in network.named_parameters() if w.requires_grad}
    with torch.no_grad(), Recorder(weights):
        logits = network(inputs)
        again = network(torch.cat([inputs.flip(0), other]))[:-1].flip(0)
        pair = network(inputs[:2])
    if not logits.isfinite().all():
        raise InputError("logits must be finite: the network or its inputs overflow")
    bound = AGREEMENT[logits.dtype] * logits.abs().max()
    changes = torch.cat([again - logits, pair - logits[:2]]).abs()
    if not changes.max() <= bound:
        raise InputError(
            "logits of an example must not be random nor depend on the others in its batch"
        )

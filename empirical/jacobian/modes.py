"""What must hold before a network is measured: its logits are a function of one example alone."""

from __future__ import annotations

from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.modules.dropout import _DropoutNd

from theory.checks import InputError


def check_mode(network: nn.Module) -> None:
    """See that no layer is random or mixes the examples of a batch in its present mode.

    Raises
    ------
    InputError
        Naming a layer that is dropout in train mode, or that normalises over the batch.
    """
    for name, layer in network.named_modules():
        if isinstance(layer, _DropoutNd) and layer.training and layer.p > 0:
            raise InputError(f"layer {name} is dropout in train mode: call network.eval() first")
        if isinstance(layer, _BatchNorm) and (layer.training or layer.running_mean is None):
            raise InputError(
                f"layer {name} normalises over the batch: it needs running statistics and eval mode"
            )

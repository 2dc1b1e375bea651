"""Run a network on a sample and keep what its logit gradients are made of."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _NormBase
from torch.nn.modules.dropout import _DropoutNd

from empirical.data import Data
from empirical.factors import LinearFactor, LogitGradients
from theory.checks import InputError

AGREEMENT = {torch.float32: 1e-4, torch.float64: 1e-9}


@dataclass(frozen=True, eq=False)
class Sample:
    """A network's logits on N examples, their labels, and the gradients of the logits.

    Parameters
    ----------
    logits
        ``z``, shape ``(N, C)``.
    targets
        Labels, shape ``(N,)``.
    gradients
        ``J_{μk} = ∂z_k^μ/∂W`` for the C logits of each example.
    """

    logits: Tensor
    targets: Tensor
    gradients: LogitGradients

    @property
    def C(self) -> int:
        """Number of classes."""
        return self.logits.shape[1]

    @property
    def p(self) -> Tensor:
        """Softmax outputs, shape ``(N, C)``."""
        return self.logits.softmax(dim=1)

    @property
    def r(self) -> Tensor:
        """Residuals ``p - y``, shape ``(N, C)``, each row summing to zero to rounding.

        The label's entry is minus the sum of the others, exact also where it is far below one.
        """
        others = self.p.scatter(1, self.targets[:, None], 0)
        return others.scatter(1, self.targets[:, None], -others.sum(1, keepdim=True))

    def take(self, index: Tensor) -> Sample:
        """The examples at ``index``."""
        return Sample(self.logits[index], self.targets[index], self.gradients.take(index))


def capture(network: nn.Module, data: Data, *, dtype: torch.dtype = torch.float64) -> Sample:
    """Logits and logit gradients of ``network`` on ``data``, all examples at once.

    Any network of linear layers on vectors, each used once, joined by operations without weights
    that treat examples independently. The network itself is not touched: a copy of type ``dtype``
    is run. Before returning, the gradient of one random combination of the logits is compared with
    automatic differentiation of an independent run, so that weights used in a way that was not
    seen are an error and not a wrong number.

    Parameters
    ----------
    network
        Returns logits ``(N, C)``; frozen parameters do not count as weights.
    dtype
        ``torch.float32`` or ``torch.float64``.

    Raises
    ------
    InputError
        Naming the layer: if it has weights and is not ``nn.Linear``, shares weights, is used more
        than once or on more than vectors, or is random or mixes examples in its present mode. Also
        if the logits are not finite or not of the shape ``(N, C)``, or the comparison fails.
    """
    if dtype not in AGREEMENT:
        raise InputError(f"dtype must be torch.float32 or torch.float64, got {dtype}")
    _check_layers(network)
    twin = copy.deepcopy(network).to(dtype)
    inputs = data.inputs.to(dtype)
    with torch.random.fork_rng(), torch.enable_grad():
        with _recorded(twin) as calls:
            logits = twin(inputs)
        _check_logits(logits, data)
        for name, (a, _) in calls.items():
            if a.ndim != 2 or len(a) != len(data):
                raise InputError(
                    f"layer {name} must see one vector of each of {len(data)} examples, "
                    f"got inputs of shape {tuple(a.shape)}"
                )
        gradients = _backpropagate(twin, logits, calls)
        _compare(twin, inputs, gradients, calls)
    return Sample(logits.detach(), data.targets, gradients)


def _check_layers(network: nn.Module) -> None:
    owners: dict[int, str] = {}
    for name, parameter in network.named_parameters(remove_duplicate=False):
        first = owners.setdefault(id(parameter), name)
        if first != name:
            raise InputError(f"weights must not be shared, got {first} and {name} in one array")
    if not any(parameter.requires_grad for parameter in network.parameters()):
        raise InputError("network must have weights that require gradients, got none")
    for name, layer in network.named_modules():
        if type(layer) is not nn.Linear and any(True for _ in layer.parameters(recurse=False)):
            raise InputError(
                f"layer {name or 'network'} must be nn.Linear to have weights, "
                f"got {type(layer).__name__}"
            )
        if isinstance(layer, _DropoutNd) and layer.training and layer.p > 0:
            raise InputError(f"layer {name} is dropout in train mode: call network.eval() first")
        if isinstance(layer, _NormBase) and (layer.training or layer.running_mean is None):
            raise InputError(
                f"layer {name} normalises over the batch: it needs running statistics and eval mode"
            )


@contextmanager
def _recorded(network: nn.Module) -> Iterator[dict[str, tuple[Tensor, Tensor]]]:
    calls: dict[str, tuple[Tensor, Tensor]] = {}
    handles = []

    def watch(name: str, layer: nn.Module) -> None:
        def keep(_: nn.Module, args: tuple[Tensor, ...], output: Tensor) -> Tensor:
            if name in calls:
                raise InputError(f"layer {name} must be used once, got a second call")
            calls[name] = (args[0].detach(), output)
            return output.clone()  # an in-place activation then leaves what was kept alone

        handles.append(layer.register_forward_hook(keep))

    for name, layer in network.named_modules():
        if isinstance(layer, nn.Linear) and any(w.requires_grad for w in layer.parameters()):
            watch(name, layer)
    try:
        yield calls
    finally:
        for handle in handles:
            handle.remove()


def _check_logits(logits: Tensor, data: Data) -> None:
    if logits.shape != (len(data), data.classes):
        raise InputError(
            f"network must return logits of shape {(len(data), data.classes)}, "
            f"got {tuple(logits.shape)}"
        )
    if not logits.isfinite().all():
        raise InputError("logits must be finite: the network or its inputs overflow")


def _backpropagate(
    network: nn.Module, logits: Tensor, calls: dict[str, tuple[Tensor, Tensor]]
) -> LogitGradients:
    N, C = logits.shape
    outputs = [output for _, output in calls.values()]
    basis = torch.eye(C, dtype=logits.dtype)[:, None].expand(C, N, C)
    cotangents = torch.autograd.grad(
        logits, outputs, basis, is_grads_batched=True, retain_graph=True, materialize_grads=True
    )
    layers = {}
    for (name, (a, _)), b in zip(calls.items(), cotangents, strict=True):
        free = {n for n, w in network.get_submodule(name).named_parameters() if w.requires_grad}
        b = b.detach().transpose(0, 1).contiguous()
        layers[name] = LinearFactor(a, b, weight="weight" in free, bias="bias" in free)
    order = [name for name, _ in network.named_modules() if name in layers]
    return LogitGradients(tuple(layers[name] for name in order))


def _compare(
    network: nn.Module,
    inputs: Tensor,
    gradients: LogitGradients,
    calls: dict[str, tuple[Tensor, Tensor]],
) -> None:
    named = {name: w for name, w in network.named_parameters() if w.requires_grad}
    logits = network(inputs)
    weights = torch.randn(
        logits.shape, generator=torch.Generator().manual_seed(0), dtype=logits.dtype
    )
    expected = torch.autograd.grad(logits, list(named.values()), weights, materialize_grads=True)
    found = gradients.combined(weights)
    scale = torch.cat([e.flatten() for e in expected]).norm()
    used = 0
    for name, e in zip(named, expected, strict=True):
        mine = torch.zeros_like(e)
        if name.rpartition(".")[0] in calls:
            mine = found[used : used + e.numel()].view_as(e)
            used += e.numel()
        if not (mine - e).norm() <= AGREEMENT[logits.dtype] * scale:
            raise InputError(
                f"gradient of {name} does not follow from its layer's inputs and outputs: "
                f"the network is random, mixes examples, or uses it in an unknown way"
            )

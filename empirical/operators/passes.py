"""One batch's logits and gradient with the graph that differentiates them again."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.attention import SDPBackend, sdpa_kernel

from empirical import softmax
from empirical.jacobian.backward import isolated
from empirical.jacobian.derivatives import vector_jacobian
from empirical.operators.convolutions import Convolutions
from empirical.operators.weight_norms import WeightNorms
from theory.checks import InputError


class Gate:
    """Whether derivatives of the gradient pass through the residuals: open for H, closed for K.

    ``weights`` says whether any pass through what else it depends on, as for H and K, not for G.
    """

    open = True
    weights = True


class _Residuals(torch.autograd.Function):
    """``p - y``, whose derivative ``∂r/∂z = A`` is taken without cancellation too."""

    @staticmethod
    def forward(ctx, logits: Tensor, targets: Tensor, gate: Gate) -> Tensor:
        ctx.gate = gate
        ctx.save_for_backward(logits)
        return softmax.residuals(logits, targets)

    @staticmethod
    def backward(ctx, *grad_outputs: Tensor) -> tuple[Tensor | None, None, None]:
        if not ctx.gate.open:
            return None, None, None
        (logits,) = ctx.saved_tensors
        return softmax.block_products(logits.softmax(1), grad_outputs[0]), None, None


@dataclass(frozen=True, eq=False)
class Pass:
    """One batch's share of the loss, its gradient, and what differentiates the gradient.

    The gradient is ``Σ_{μk} u_{μk} ∇z_{μk}`` at ``u = r/N``. Differentiated through both z and u it
    gives H, with u held fixed K, and with respect to u alone the logits' change ``J v``, from which
    ``G v = Jᵀ A J v / N``.
    """

    loss: float
    logits: Tensor
    gradient: tuple[Tensor, ...]
    residuals: Tensor
    gate: Gate
    N: int

    def product(
        self, term: str, vector: Sequence[Tensor], weights: Sequence[Tensor], chosen: Sequence[int]
    ) -> tuple[Tensor, ...]:
        """The batch's share of the product with ``vector``, both over ``weights``.

        ``weights`` are those at ``chosen`` in ``gradient``.
        """
        gradient = [self.gradient[i] for i in chosen]
        if term == "G":
            self.gate.weights = False
            try:
                (change,) = vector_jacobian(gradient, [self.residuals], vector)
            finally:
                self.gate.weights = True
            pull = softmax.block_products(self.logits.detach().softmax(1), change) / self.N
            return vector_jacobian([self.logits], weights, [pull])
        self.gate.open = term == "H"
        try:
            return vector_jacobian(gradient, weights, vector)
        finally:
            self.gate.open = True


def record(
    network: nn.Module,
    inputs: Tensor,
    targets: Tensor,
    weights: Sequence[Tensor],
    *,
    N: int,
) -> Pass:
    """Run ``network`` on one batch of the N examples and keep the graph of its gradient.

    To be called within ``twice_differentiable``.

    Raises
    ------
    InputError
        If the logits do not match the targets, a label is out of range, or the loss is not finite.
    """
    gate = Gate()
    logits = _logits(network, inputs, gate)
    if logits.ndim != 2 or len(logits) != len(targets) or logits.shape[1] < 2:
        raise InputError(
            f"network must return logits of shape ({len(targets)}, C) with C at least 2, "
            f"got {tuple(logits.shape)}"
        )
    C = logits.shape[1]
    if int(targets.max()) >= C:
        raise InputError(f"targets must lie in 0..{C - 1}, got {int(targets.max())}")
    if not logits.requires_grad:
        raise InputError("network must have logits that depend on its weights, got none that do")
    loss = float(softmax.cross_entropies(logits.detach(), targets).double().sum()) / N
    if not math.isfinite(loss):
        raise InputError(f"loss must be finite, got {loss} on a batch of {len(targets)}")
    residuals = _Residuals.apply(logits, targets, gate) / N
    gradient = vector_jacobian(logits, weights, residuals, again=True)
    return Pass(loss, logits, gradient, residuals, gate, N)


def _logits(network: nn.Module, inputs: Tensor, gate: Gate) -> Tensor:
    """Run it with channels last, unless it looks at images in ways that forbid it.

    Raises
    ------
    RuntimeError
        As the network raises it.
    """
    try:
        with WeightNorms(), Convolutions(lambda: gate.weights, channels_last=True):
            return network(inputs)
    except RuntimeError as error:
        if "view size is not compatible" not in str(error):
            raise
    with WeightNorms(), Convolutions(lambda: gate.weights):
        return network(inputs)


def held_bytes(make: Callable[[], Pass]) -> int:
    """Memory that the graph of a pass holds, by making one."""
    held: dict[int, int] = {}

    def note(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        held[storage.data_ptr()] = storage.nbytes()
        return tensor.detach()

    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        made = make()
    del made
    return sum(held.values())


@contextmanager
def twice_differentiable(device: torch.device) -> Iterator[None]:
    """Attention whose gradient has a gradient, full precision, and all modes as they were after."""
    with isolated(device), sdpa_kernel(SDPBackend.MATH):
        yield

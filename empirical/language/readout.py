r"""A network whose logits are linear in features, ``z = W h + b``, at every place of its windows.

With N places, d features and C classes, the logit gradients are ``J_{μk} = (e_k ⊗ h_μ, e_k,
B_μᵀ W_k)`` in the weights W, the biases b and all others, the *body*, with ``B_μ = ∂h_μ/∂θ``. So
products with all N·C of them need the d features' derivatives and W alone; logits exist for a few
windows at a time.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call

from empirical.jacobian.derivatives import vector_jacobian
from empirical.language.windows import Windows
from empirical.operators.passes import twice_differentiable
from theory import checks
from theory.checks import InputError

CPU = torch.device("cpu")
CHUNK_BYTES = 2**27  # of the logits of the windows that are run at a time


class Readout:
    """A copy of a network with the windows that it is measured on.

    A vector of weights ``(D,)`` has the order of ``network.parameters()``, of which the head's are
    the last.

    Parameters
    ----------
    network
        With ``features(tokens)``, shape ``(n, T, d)``, and a linear ``head`` of them, as
        ``empirical.networks.transformer``.
    windows
        The examples.
    dtype
        ``torch.float64`` or ``torch.float32``.
    device
        Where the network runs and vectors of weights lie; the windows stay with the host.
    chunk_bytes
        Memory for the logits of the windows that are run at a time; at least one window is.

    Raises
    ------
    InputError
        If the network has no such features and head, the head shares its weights with the body, as
        tied embeddings do, or has not C classes.
    """

    def __init__(
        self,
        network: nn.Module,
        windows: Windows,
        *,
        dtype: torch.dtype = torch.float64,
        device: torch.device = CPU,
        chunk_bytes: int = CHUNK_BYTES,
    ) -> None:
        checks.instance("windows", windows, Windows)
        checks.instance("dtype", dtype, torch.dtype)
        head = getattr(network, "head", None)
        if not (isinstance(head, nn.Linear) and callable(getattr(network, "features", None))):
            raise InputError("network must have features(tokens) and a linear head of them")
        if getattr(head, "multiplier", 1.0) != 1 or head.bias is None:
            raise InputError("network must have a head with biases and without a multiplier")
        named = network.named_parameters(remove_duplicate=False)
        tied = [name for name, w in named if w is head.weight and name != "head.weight"]
        if tied:
            raise InputError(
                f"network must have a head of its own, got one whose weights are those of {tied[0]}"
            )
        if head.out_features != windows.classes:
            raise InputError(
                f"network must have a head of {windows.classes} classes, got {head.out_features}"
            )
        self._body = _Features(copy.deepcopy(network).to(device, dtype).eval())
        self.windows, self.dtype, self.device = windows, dtype, device
        named = {n: w.detach() for n, w in self._body.named_parameters() if ".head." not in n}
        self.names, self.weights = tuple(named), tuple(named.values())
        ours = self._body.network.head
        self.W, self.b = ours.weight.detach(), ours.bias.detach()
        self.sizes = [w.numel() for w in (*self.weights, self.W, self.b)]
        each = windows.each * windows.classes * dtype.itemsize
        self.at_a_time = max(1, checks.integer("chunk_bytes", chunk_bytes, low=1) // each)

    def zeros(self, *shape: int) -> Tensor:
        """A tensor of zeros of this type, where the network is."""
        return torch.zeros(*shape, dtype=self.dtype, device=self.device)

    @property
    def N(self) -> int:
        """Places, each an example."""
        return self.windows.N

    @property
    def C(self) -> int:
        """Classes."""
        return self.windows.classes

    @property
    def D(self) -> int:
        """Weights."""
        return sum(self.sizes)

    def on(self, windows: Windows) -> Readout:
        """The same network on other windows.

        Raises
        ------
        InputError
            If they are of another vocabulary.
        """
        if windows.classes != self.C:
            raise InputError(f"windows must be of {self.C} classes, got {windows.classes}")
        other = copy.copy(self)
        other.windows = windows
        return other

    def chunks(self) -> Iterator[Windows]:
        """The windows, a few at a time."""
        for start in range(0, len(self.windows), self.at_a_time):
            yield self.windows.take(slice(start, start + self.at_a_time))

    def labels(self, windows: Windows) -> Tensor:
        """The tokens that follow, shape ``(rows, 1)``, where the network is."""
        return windows.labels[:, None].to(self.device)

    def split(self, vector: Tensor) -> tuple[tuple[Tensor, ...], Tensor, Tensor]:
        """A vector's parts: of the body's weights, of W and of b, in their shapes."""
        parts = vector.split(self.sizes)
        shapes = (*self.weights, self.W, self.b)
        *body, W, b = (part.view_as(w) for part, w in zip(parts, shapes, strict=True))
        return tuple(body), W, b

    def logits(self, h: Tensor) -> Tensor:
        """``W h + b`` of features ``(rows, d)``, shape ``(rows, C)``."""
        return torch.addmm(self.b, h, self.W.T)

    def outputs(self, h: Tensor) -> Tensor:
        """Softmax outputs of features, ``(rows, C)``, in the memory of their logits."""
        return softmax_in_place(self.logits(h))

    def features(self, windows: Windows) -> Tensor:
        """``h`` of the examples in some windows, shape ``(rows, d)``."""
        with twice_differentiable(self.device), torch.no_grad():
            return self._run(self.weights, windows)

    def run(self, windows: Windows) -> Run:
        """Features with what differentiates them."""
        with twice_differentiable(self.device):
            weights = [w.detach().requires_grad_() for w in self.weights]
            return Run(self._run(weights, windows), weights)

    def _run(self, weights: Sequence[Tensor], windows: Windows) -> Tensor:
        named = dict(zip(self.names, weights, strict=True))
        h = functional_call(self._body, named, (windows.tokens.to(self.device),))
        return h[:, -windows.each :].flatten(0, 1)


class Run:
    """The features of some windows, and products with their derivatives ``B`` in the body.

    Attributes
    ----------
    h
        Features, shape ``(rows, d)``.
    """

    def __init__(self, h: Tensor, weights: Sequence[Tensor]) -> None:
        self._graph, self._weights = h, weights
        self.h = h.detach()

    def changed(self, vector: Sequence[Tensor]) -> Tensor:
        """``B v``, the features' change along the body's ``vector``, shape ``(rows, d)``."""
        with twice_differentiable(self.h.device):
            u = torch.zeros_like(self.h).requires_grad_()
            pulled = vector_jacobian(self._graph, self._weights, u, again=True)
            return vector_jacobian(pulled, [u], vector)[0]

    def pulled(self, along: Tensor) -> tuple[Tensor, ...]:
        """``Σ_μ B_μᵀ a_μ`` in the body's weights, ``along (rows, d)``."""
        with twice_differentiable(self.h.device):
            return vector_jacobian(self._graph, self._weights, along)


def softmax_in_place(z: Tensor) -> Tensor:
    """The outputs of logits ``(rows, C)`` in their place."""
    z -= z.amax(1, keepdim=True)
    z.exp_()
    return z.div_(z.sum(1, keepdim=True))


class _Features(nn.Module):
    network: Any  # with features(tokens) and a head

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, tokens: Tensor) -> Tensor:
        return self.network.features(tokens)

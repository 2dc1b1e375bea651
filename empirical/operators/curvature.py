"""Matrix-free products with the Hessian, its G-term and its H-term."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Literal

import torch
from torch import Tensor, nn

from empirical.jacobian.batches import Batches, checked
from empirical.jacobian.modes import check_independence
from empirical.jacobian.twin import Twin
from empirical.machine import processes
from empirical.machine.processes import Group
from empirical.operators.multilinear import piecewise_multilinear
from empirical.operators.operator import Operator
from empirical.operators.passes import Pass, held_bytes, record, twice_differentiable
from empirical.operators.straight_line import Repeated
from theory import checks
from theory.checks import InputError

Term = Literal["H", "G", "K"]
GRAPH_BYTES = 2**30


class Curvature:
    r"""The mean cross-entropy's curvature at a network's weights, as products with vectors.

    ``H = G + K`` with ``G = (1/N) Σ_μ J_μᵀ A_μ J_μ`` and ``K = (1/N) Σ_μ Σ_k r_k^μ ∇² z_k^μ``; each
    is its own derivative of one recorded gradient, none a difference of the others. N counts all
    examples, so batches of unequal sizes weigh by their sizes. A vector's entries are in the order
    of ``network.parameters()``, shared weights once and frozen ones left out.

    A copy of the network is measured: the network, its mode, gradients and device, and the random
    state stay as they are. The graph of each batch's gradient is kept as long as ``graph_bytes``
    allow, which halves the time of a product; the rest are recorded anew for each product.

    Parameters
    ----------
    network
        Returns logits ``(n, C)``.
    batches
        ``Data``, or any iterable of ``(inputs, targets)``, read once.
    dtype
        ``torch.float64`` or ``torch.float32``.
    device
        Where to compute; by default where the weights are.
    graph_bytes
        Memory for the graphs that are kept.
    group
        Processes that have a share of the examples each, as ``batches``; all of them take each
        product together, and each gets the whole.

    Attributes
    ----------
    N, C, D
        Examples, classes and weights.
    loss
        Mean cross-entropy, in nat.
    gradient
        ``g``, shape ``(D,)``.
    logits
        Of all examples, of this process's if there is a ``group``; shape ``(N, C)``.
    example_bytes
        Memory that the graph of one example's gradient takes.
    piecewise_linear
        Whether each logit is known to be piecewise linear in each single weight, so that the
        diagonal of K is zero and ``Tr H = Tr G``.

    Raises
    ------
    InputError
        If there are no examples or no weights, a label is out of range, the loss is not finite, or
        the logits of an example are random or depend on the others in its batch.
    """

    def __init__(
        self,
        network: nn.Module,
        batches: Batches,
        *,
        dtype: torch.dtype = torch.float64,
        device: torch.device | str | None = None,
        graph_bytes: int = GRAPH_BYTES,
        group: Group | None = None,
    ) -> None:
        checks.integer("graph_bytes", graph_bytes, low=0)
        twin = Twin(network, dtype, device)
        self._network, self.dtype, self.device = twin.network, dtype, twin.device
        with twice_differentiable(self.device):
            named = self._network.named_parameters()
            self._weights = {name: w for name, w in named if w.requires_grad}
            self.D = sum(w.numel() for w in self._weights.values())
            self._batches = [
                (twin.placed(inputs), targets.to(self.device, copy=targets.is_inference()))
                for inputs, targets in checked(batches)
            ]
            self._group = group
            mine = torch.tensor(sum(len(targets) for _, targets in self._batches))
            self.N = int(processes.total(mine.to(self.device), group))
            self._kept: list[Pass] = []
            self._repeated: dict[tuple[Term, tuple[int, ...]], list[Repeated]] = {}
            self._survey(graph_bytes)
        self.C = self.logits.shape[1]

    @property
    def H(self) -> Operator:
        """The Hessian."""
        return self.term("H")

    @property
    def G(self) -> Operator:
        """The G-term (Gauss-Newton), positive semi-definite."""
        return self.term("G")

    @property
    def K(self) -> Operator:
        """The H-term, ``H - G``."""
        return self.term("K")

    def term(self, term: Term, *, layer: str | Sequence[str] | None = None) -> Operator:
        """``H``, ``G`` or ``K``; with ``layer``, its diagonal block of that layer's weights.

        Parameters
        ----------
        layer
            Name of a layer or of one array of weights, as in ``network.named_parameters()``, or
            several of them; the block's weights are in the order of the network's.

        Raises
        ------
        InputError
            If there is no such term or layer.
        """
        checks.choice("term", term, ("H", "G", "K"))
        chosen = self._positions(layer)
        D = sum(list(self._weights.values())[position].numel() for position in chosen)

        def apply(vectors: Tensor) -> Tensor:
            with twice_differentiable(self.device):
                out = torch.zeros_like(vectors)
                for share in self._shares(term, chosen):
                    for row, vector in zip(out, vectors, strict=True):
                        row += share(vector)
            return processes.total(out, self._group)

        return Operator(apply, D, self.dtype, self.device)

    def _positions(self, layer: str | Sequence[str] | None) -> list[int]:
        """Where the weights of these layers stand in the network's.

        Raises
        ------
        InputError
            If a name is of no weights.
        """
        if layer is None:
            return list(range(len(self._weights)))
        found: set[int] = set()
        for each in [layer] if isinstance(layer, str) else checks.sequence("layer", layer):
            checks.instance("layer", each, str)
            own = {
                position
                for position, name in enumerate(self._weights)
                if name == each or name.startswith(f"{each}.")
            }
            if not own:
                raise InputError(f"layer must name weights of the network, got {each!r}")
            found |= own
        if not found:
            raise InputError("layer must name weights of the network, got none")
        return sorted(found)

    def _shares(self, term: Term, chosen: list[int]) -> Iterator[Callable[[Tensor], Tensor]]:
        """What each batch adds to a product: of those kept, as a straight line once it repeats."""
        key = term, tuple(chosen)
        if key not in self._repeated:
            self._repeated[key] = [
                Repeated(self._share(each, term, chosen), kept=each.logits.numel())
                for each in self._kept
            ]
        yield from self._repeated[key]
        for inputs, targets in self._batches[len(self._kept) :]:
            yield self._share(self._record(inputs, targets), term, chosen)

    def _share(self, recorded: Pass, term: Term, chosen: list[int]) -> Callable[[Tensor], Tensor]:
        weights = [list(self._weights.values())[position] for position in chosen]
        sizes = [w.numel() for w in weights]

        def share(vector: Tensor) -> Tensor:
            parts = [v.view_as(w) for v, w in zip(vector.split(sizes), weights, strict=True)]
            found = recorded.product(term, parts, weights, chosen)
            return torch.cat([part.flatten() for part in found])

        return share

    def _record(self, inputs: Tensor, targets: Tensor) -> Pass:
        return record(self._network, inputs, targets, list(self._weights.values()), N=self.N)

    def _survey(self, graph_bytes: int) -> None:
        """Loss, gradient and logits; keep the graphs of the first batches that fit.

        Raises
        ------
        InputError
            If the gradient is not finite, or an example's logits depend on the others.
        """
        logits, loss = [], 0.0
        self.gradient = torch.zeros(self.D, dtype=self.dtype, device=self.device)
        first = self._batches[0]
        self.example_bytes = held_bytes(lambda: self._record(*first)) / len(first[1])
        free = graph_bytes
        self.piecewise_linear = True
        for position, (inputs, targets) in enumerate(self._batches):
            recorded = self._record(inputs, targets)
            other = self._batches[position - 1][0][:1]
            check_independence(self._network, inputs, other=other)
            logits.append(recorded.logits.detach())
            loss += recorded.loss
            self.piecewise_linear &= piecewise_multilinear(recorded.logits)
            self.gradient += torch.cat([g.detach().flatten() for g in recorded.gradient])
            free -= int(self.example_bytes * len(targets))
            if free >= 0 and len(self._kept) == position:
                self._kept.append(recorded)
        self.gradient = processes.total(self.gradient, self._group)
        self.piecewise_linear = processes.everywhere(self.piecewise_linear, self._group)
        if not self.gradient.isfinite().all():
            raise InputError("network must have a finite gradient of its loss")
        mine = torch.tensor(loss, dtype=torch.float64)
        self.loss = float(processes.total(mine.to(self.device), self._group))
        self.logits = torch.cat(logits)

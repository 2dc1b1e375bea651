"""Logit gradients of a sample, held as layer factors: never the N·C × D Jacobian itself.

For a linear layer with inputs ``a_μ`` and backpropagated cotangents ``b_{μk} = ∂z_k^μ/∂(output)``
the gradient of logit k is the outer product ``b_{μk} a_μᵀ`` in the weight and ``b_{μk}`` in the
bias, so inner products of gradients are products of small inner products. Rows may be mixed within
an example, ``J_μ → S_μᵀ J_μ``, by mixing the cotangents alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import torch
from torch import Tensor

TILE_ROWS = 640  # rows on each side of a Gram tile: its three buffers stay in a core's cache


@dataclass(frozen=True, eq=False)
class LinearFactor:
    """One linear layer's part of K gradients of each of N examples.

    Parameters
    ----------
    inputs
        ``a``, shape ``(N, d_in)``.
    cotangents
        ``b``, shape ``(N, K, d_out)``.
    weight, bias
        Which of the layer's two arrays count as weights.
    """

    inputs: Tensor
    cotangents: Tensor
    weight: bool
    bias: bool

    @property
    def size(self) -> int:
        """Number of the layer's weights D."""
        d_in, d_out = self.inputs.shape[1], self.cotangents.shape[2]
        return d_out * (d_in * self.weight + self.bias)

    def map_cotangents(self, change: Callable[[Tensor], Tensor]) -> LinearFactor:
        """The same layer with changed cotangents."""
        return replace(self, cotangents=change(self.cotangents))

    def take(self, index: Tensor) -> LinearFactor:
        """The examples at ``index``."""
        return replace(self, inputs=self.inputs[index], cotangents=self.cotangents[index])

    def _input_gram(self, other: LinearFactor) -> Tensor:
        gram = self.inputs @ other.inputs.T if self.weight else None
        if gram is None:
            return self.inputs.new_ones(len(self.inputs), len(other.inputs))
        return gram.add_(1) if self.bias else gram

    def add_gram(self, other: LinearFactor, out: Tensor) -> None:
        """Add this layer's inner products with ``other``'s rows to ``out (N, K, N', K')``."""
        b, b_other = self.cotangents.flatten(0, 1), other.cotangents.flatten(0, 1)
        out.addcmul_((b @ b_other.T).view_as(out), self._input_gram(other)[:, None, :, None])

    def _squared_inputs(self) -> Tensor:
        return self.inputs.square().sum(1) * self.weight + self.bias

    def squared_lengths(self) -> Tensor:
        """Shape ``(N, K)``."""
        return self._squared_inputs()[:, None] * self.cotangents.square().sum(2)

    def blocks(self) -> Tensor:
        """Inner products within each example, shape ``(N, K, K)``."""
        b = self.cotangents
        return self._squared_inputs()[:, None, None] * (b @ b.mT)

    def sums(self, groups: Tensor, count: int) -> Tensor:
        """Sum of the gradients of each group of examples, shape ``(count, K, size)``."""
        K = self.cotangents.shape[1]
        out = self.inputs.new_empty(count, K, self.size)
        for group in range(count):
            members = (groups == group).nonzero()[:, 0]
            a, b = self.inputs[members], self.cotangents[members]
            parts = []
            if self.weight:
                parts.append((b.flatten(1).T @ a).view(K, -1))
            if self.bias:
                parts.append(b.sum(0))
            torch.cat(parts, dim=1, out=out[group])
        return out

    def project(self, vectors: Tensor) -> Tensor:
        """Inner product of every gradient with ``vectors (R, size)``, shape ``(N, K, R)``."""
        d_in, d_out = self.inputs.shape[1], self.cotangents.shape[2]
        along = self.inputs.new_zeros(len(self.inputs), len(vectors), d_out)
        if self.weight:
            maps = vectors[:, : d_out * d_in].reshape(-1, d_in)
            along += (self.inputs @ maps.T).view_as(along)
        if self.bias:
            along += vectors[:, self.size - d_out :]
        return self.cotangents @ along.mT


@dataclass(frozen=True, eq=False)
class LogitGradients:
    """K gradients ``J_{μk} ∈ R^D`` of each of N examples, as factors of every layer.

    D runs over the layers in the order of ``network.parameters()``: a layer's weight, row by row,
    then its bias.
    """

    layers: tuple[LinearFactor, ...]

    @property
    def N(self) -> int:
        """Number of examples."""
        return len(self.layers[0].inputs)

    @property
    def K(self) -> int:
        """Gradients of each example."""
        return self.layers[0].cotangents.shape[1]

    @cached_property
    def D(self) -> int:
        """Number of weights."""
        return sum(layer.size for layer in self.layers)

    @property
    def dtype(self) -> torch.dtype:
        """Floating-point type of all factors."""
        return self.layers[0].inputs.dtype

    def _map(self, change: Callable[[Tensor], Tensor]) -> LogitGradients:
        return LogitGradients(tuple(layer.map_cotangents(change) for layer in self.layers))

    def take(self, index: Tensor) -> LogitGradients:
        """The examples at ``index``."""
        return LogitGradients(tuple(layer.take(index) for layer in self.layers))

    def scaled(self, weights: Tensor) -> LogitGradients:
        """Rows ``w_{μk} J_{μk}`` with ``weights (N, K)``."""
        return self._map(lambda b: b * weights[:, :, None])

    def mixed(self, S: Tensor) -> LogitGradients:
        """Rows ``Σ_k S_{μkj} J_{μk}`` with ``S (N, K, K')``: K' gradients of each example."""
        return self._map(lambda b: S.mT @ b)

    def selected(self, k: Tensor) -> LogitGradients:
        """One gradient of each example, ``J_{μ k_μ}`` with ``k (N,)``."""
        return self._map(lambda b: b[torch.arange(len(b)), k][:, None])

    def squared_lengths(self) -> Tensor:
        """``‖J_{μk}‖²``, shape ``(N, K)``."""
        return torch.stack([layer.squared_lengths() for layer in self.layers]).sum(0)

    def blocks(self) -> Tensor:
        """``J_{μk}·J_{μl}``, shape ``(N, K, K)``."""
        return torch.stack([layer.blocks() for layer in self.layers]).sum(0)

    def sums(self, groups: Tensor, count: int) -> Tensor:
        """Sums over the examples of each group, shape ``(count, K, D)``; ``groups (N,)``."""
        return torch.cat([layer.sums(groups, count) for layer in self.layers], dim=2)

    def combined(self, weights: Tensor) -> Tensor:
        """``Σ_{μk} w_{μk} J_{μk}``, shape ``(D,)``; ``weights (N, K)``."""
        rows = self.mixed(weights[:, :, None])
        return rows.sums(torch.zeros(self.N, dtype=torch.int64), 1)[0, 0]

    def project(self, vectors: Tensor) -> Tensor:
        """``J_{μk}·v_j`` for ``vectors (R, D)``, shape ``(N, K, R)``."""
        parts = vectors.split([layer.size for layer in self.layers], dim=1)
        pairs = zip(self.layers, parts, strict=True)
        return torch.stack([layer.project(part) for layer, part in pairs]).sum(0)

    def cross_gram(self, other: LogitGradients) -> Tensor:
        """``J_{μk}·J'_{νl}``, shape ``(N, K, N', K')``."""
        out = self.layers[0].inputs.new_zeros(self.N, self.K, other.N, other.K)
        for layer, layer_other in zip(self.layers, other.layers, strict=True):
            layer.add_gram(layer_other, out)
        return out

    def gram(self) -> Tensor:
        """Lower half of ``J_{μk}·J_{νl}``, shape ``(N K, N K)``; entries above are not set.

        Whole tiles on the diagonal are set, so every entry with ``ν ≤ μ`` is.
        """
        step = max(1, TILE_ROWS // self.K)
        n = self.N * self.K
        out = self.layers[0].inputs.new_empty(n, n)
        tiles = [self.take(slice_) for slice_ in torch.arange(self.N).split(step)]
        for i, row in enumerate(tiles):
            top = i * step * self.K
            for j, column in enumerate(tiles[: i + 1]):
                left = j * step * self.K
                tile = row.cross_gram(column)
                height, width = row.N * self.K, column.N * self.K
                out[top : top + height, left : left + width] = tile.view(height, width)
        return out

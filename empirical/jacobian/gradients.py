"""Logit gradients of a sample, held layer by layer: never the N·C × D Jacobian itself.

Rows may be mixed within an example, ``J_μ → S_μᵀ J_μ``, by mixing the layers' cotangents alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from scipy.linalg import get_blas_funcs
from torch import Tensor

from empirical.jacobian.factors import CHUNK, Factor, Rows
from theory.checks import InputError

TILE_ROWS = 640  # rows on each side of a Gram tile: its three buffers stay in a core's cache


@dataclass(frozen=True, eq=False)
class LogitGradients:
    """K gradients ``J_{μk} ∈ R^D`` of each of N examples, as factors of every layer.

    D runs over the weights in the order of ``network.parameters()``.
    """

    layers: tuple[Factor, ...]

    @property
    def N(self) -> int:
        """Number of examples."""
        return self.layers[0].shape[0]

    @property
    def K(self) -> int:
        """Gradients of each example."""
        return self.layers[0].shape[1]

    @cached_property
    def D(self) -> int:
        """Number of weights."""
        return sum(layer.shape[2] for layer in self.layers)

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters, in the order of their weights."""
        return tuple(name for layer in self.layers for name in layer.names)

    @property
    def dtype(self) -> torch.dtype:
        """Floating-point type of all factors."""
        return self.layers[0].linear_part.dtype

    @property
    def bytes(self) -> int:
        """Memory that the factors take."""
        return sum(layer.numel * layer.linear_part.element_size() for layer in self.layers)

    def part(self, names: Sequence[str]) -> LogitGradients:
        """The gradients in some parameters only: with them, a diagonal block of G.

        Raises
        ------
        InputError
            If a name is not one of ``names``, or a layer's bias is asked for without its weight.
        """
        unknown = set(names) - set(self.names)
        if unknown or not names:
            raise InputError(f"names must be among {list(self.names)}, got {list(names)}")
        layers = tuple(layer for layer in self.layers if set(layer.names) & set(names))
        for layer in layers:
            if not set(layer.names) <= set(names):
                raise InputError(f"names must hold all of {layer.names}, got {list(names)}")
        return LogitGradients(layers)

    def take(self, index: Tensor | slice) -> LogitGradients:
        """The examples at ``index``; of a slice, without a copy."""
        return LogitGradients(tuple(layer.take(index) for layer in self.layers))

    def _map(self, change: Callable[[Tensor], Tensor]) -> LogitGradients:
        return LogitGradients(tuple(layer.map(change) for layer in self.layers))

    def mixed(self, S: Tensor) -> LogitGradients:
        """Rows ``Σ_k S_{μkj} J_{μk}`` with ``S (N, K, K')``: K' gradients of each example."""
        return self._map(lambda b: S.mT @ b)

    def scaled(self, weights: Tensor) -> LogitGradients:
        """Rows ``w_{μk} J_{μk}`` with ``weights (N, K)``."""
        return LogitGradients(tuple(_scaled(layer, weights) for layer in self.layers))

    def selected(self, k: Tensor) -> LogitGradients:
        """One gradient of each example, ``J_{μ k_μ}`` with ``k (N,)``."""
        return self._map(lambda b: b[torch.arange(len(b), device=b.device), k][:, None])

    def squared_lengths(self) -> Tensor:
        """``‖J_{μk}‖²``, shape ``(N, K)``."""
        return torch.stack([layer.squared_lengths() for layer in self.layers]).sum(0)

    def blocks(self) -> Tensor:
        """``J_{μk}·J_{μl}``, shape ``(N, K, K)``."""
        return torch.stack([layer.blocks() for layer in self.layers]).sum(0)

    def sums(self, groups: Tensor, count: int, weights: Tensor | None = None) -> Tensor:
        """Sums over the examples of each group, shape ``(count, K, D)``; ``groups (N,)``.

        With ``weights (N, K)`` those of ``scaled(weights)``, which is made a layer at a time.
        """
        parts = []
        for layer in self.layers:
            rows = layer if weights is None else _scaled(layer, weights)
            parts.append(rows.sums(groups, count))
        return torch.cat(parts, dim=2)

    def combined(self, weights: Tensor) -> Tensor:
        """``Σ_{μk} w_{μk} J_{μk}``, shape ``(D,)``; ``weights (N, K)``."""
        return self.combinations(weights[:, :, None])[0]

    def combinations(self, weights: Tensor) -> Tensor:
        """``Σ_{μk} w_{μkj} J_{μk}``, shape ``(R, D)``; ``weights (N, K, R)``."""
        one = torch.zeros(self.N, dtype=torch.int64, device=weights.device)
        return self.mixed(weights).sums(one, 1)[0]

    def project(self, vectors: Tensor) -> Tensor:
        """``J_{μk}·v_j`` for ``vectors (R, D)``, shape ``(N, K, R)``."""
        parts = vectors.split([layer.shape[2] for layer in self.layers], dim=1)
        out = vectors.new_zeros(self.N, self.K, len(vectors))
        for layer, part in zip(self.layers, parts, strict=True):
            out += layer.project(part)
        return out

    def cross_gram(self, other: LogitGradients) -> Tensor:
        """``J_{μk}·J'_{νl}``, shape ``(N, K, N', K')``.

        Raises
        ------
        InputError
            If ``other`` are not gradients in the same weights.
        """
        if self._layout != other._layout:
            if self.D != other.D or self.names != other.names:
                raise InputError("other must be gradients in the same weights")
            return self._explicit().cross_gram(other._explicit())
        out = self.layers[0].linear_part.new_zeros(self.N, self.K, other.N, other.K)
        for layer, layer_other in zip(self.layers, other.layers, strict=True):
            layer.add_gram(layer_other, out)
        return out

    @property
    def _layout(self) -> list[tuple[object, ...]]:
        return [(type(layer), layer.names, layer.shape[2]) for layer in self.layers]

    def _explicit(self) -> LogitGradients:
        """The same as explicit rows in all weights."""
        rows = torch.cat([chunk for layer in self.layers for chunk in layer.chunks()], dim=2)
        return LogitGradients((Rows(self.names, rows),))

    def gram(self, S: Tensor | None = None) -> Tensor:
        """Lower triangle of the rows' inner products, shape ``(N K', N K')``; above is not set.

        The rows are ``J_{μk}``, or those of ``mixed(S)``, mixed a tile at a time.
        """
        K = self.K if S is None else S.shape[2]
        out = self.layers[0].linear_part.new_zeros(self.N * K, self.N * K)
        step = max(1, TILE_ROWS // K)
        examples = [slice(i, min(i + step, self.N)) for i in range(0, self.N, step)]
        spans = [slice(at.start * K, at.stop * K) for at in examples]
        factored = tuple(layer for layer in self.layers if layer.factored)
        if factored:
            part = LogitGradients(factored)
            tiles = [part.take(at) for at in examples]
            if S is not None:
                tiles = [tile.mixed(S[at]) for tile, at in zip(tiles, examples, strict=True)]
            for i, rows in enumerate(spans):
                for j, columns in enumerate(spans[: i + 1]):
                    tile = tiles[i].cross_gram(tiles[j])
                    out[rows, columns] = tile.view(rows.stop - rows.start, -1)
        for layer in self.layers:
            if not layer.factored:
                for chunk in layer.chunks():
                    _add_products((chunk if S is None else S.mT @ chunk).flatten(0, 1), out)
        return out

    def second_moment(self, S: Tensor) -> Tensor:
        """``Σ_μ J_μᵀ S_μ S_μᵀ J_μ``, shape ``(D, D)``, formed a few examples at a time."""
        out = S.new_zeros(self.D, self.D)
        examples = torch.arange(self.N, device=S.device)
        for at in examples.split(max(1, CHUNK // (self.K * self.D))):
            rows = [chunk for layer in self.take(at).layers for chunk in layer.chunks()]
            flat = (S[at].mT @ torch.cat(rows, dim=2)).flatten(0, 1)
            out.addmm_(flat.T, flat)
        return out


def _scaled(layer: Factor, weights: Tensor) -> Factor:
    return layer.map(lambda b: b * weights[:, :, None])


def _add_products(rows: Tensor, out: Tensor) -> None:
    """Add ``rows rowsᵀ`` to the lower triangle of ``out``."""
    if out.is_cuda:
        out.addmm_(rows, rows.T)
        return
    (syrk,) = get_blas_funcs(("syrk",), (out.numpy(),))
    # The lower triangle in C order is the upper one in BLAS's column order.
    syrk(1, rows.contiguous().numpy().T, beta=1, c=out.numpy().T, trans=1, overwrite_c=1)

"""The gradients that one layer's weights have, as sums of outer products.

A weight matrix that acts on inputs ``a_{μp}`` at positions p of an example, with backpropagated
cotangents ``b_{μkp} = ∂z_k^μ/∂(output at p)``, has the gradient ``Σ_p b_{μkp} a_{μp}ᵀ``. A linear
layer on vectors has one position; a sequence, a convolution or repeated calls have several.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from empirical.jacobian.factors import CHUNK, Factor

PASS = 64  # multiplications in a matrix product that take as long as one pass over its result


def as_stored(source: Tensor) -> Tensor:
    """Inputs that are stored as they act, ``(N, P, d_in)``."""
    return source


@dataclass(frozen=True, eq=False)
class Outer(Factor):
    """Sums of outer products ``Σ_p b_{μkp} a_{μp}ᵀ``, and ``Σ_p b_{μkp}`` for the bias.

    Parameters
    ----------
    names
        Of the weight, and of the bias if there is one.
    source
        What the inputs ``a (N, P, d_in)`` are made from by ``expand``: images, tokens, vectors.
    cotangents
        ``b``, shape ``(N, K, d_out, P)``.
    d_in
        Size of an input; that of an output is in ``cotangents``.
    bias
        Whether there is a bias.
    by_row
        Whether the weights are stored ``(d_out, d_in)``; an embedding's are ``(d_in, d_out)``.
    """

    names: tuple[str, ...]
    source: Tensor
    cotangents: Tensor
    d_in: int
    bias: bool = False
    by_row: bool = True
    expand: Callable[[Tensor], Tensor] = as_stored

    @property
    def shape(self) -> tuple[int, int, int]:
        """``(N, K, size)``, biases counted."""
        N, K, d_out, _ = self.cotangents.shape
        return N, K, d_out * (self.d_in + self.bias)

    @property
    def linear_part(self) -> Tensor:
        """The cotangents ``(N, K, d_out, P)``."""
        return self.cotangents

    @property
    def arrays(self) -> tuple[Tensor, ...]:
        """The source of the inputs, and the cotangents, examples first."""
        return self.source, self.cotangents

    def with_arrays(self, *arrays: Tensor) -> Outer:
        """The same weights with another source and other cotangents."""
        return replace(self, source=arrays[0], cotangents=arrays[1])

    @property
    def inputs(self) -> Tensor:
        """``a``, shape ``(N, P, d_in)``."""
        return self.expand(self.source)

    @property
    def factored(self) -> bool:
        """Whether inner products are cheaper from those of the inputs and of the cotangents."""
        return self._factored_cost < self.cotangents.shape[2] * self.d_in

    @property
    def pair_cost(self) -> int:
        """Multiplications that the inner product of two rows takes in the cheaper form."""
        return self._factored_cost if self.factored else self.shape[2]

    @property
    def _factored_cost(self) -> int:
        _, _, d_out, P = self.cotangents.shape
        return P * P * (d_out + PASS)

    def map(self, change: Callable[[Tensor], Tensor]) -> Outer:
        """Cotangents changed by a linear map ``(N, K, n) → (N, K', n)``."""
        changed = change(self.cotangents.flatten(2))
        return replace(self, cotangents=changed.unflatten(2, self.cotangents.shape[2:]))

    def chunks(self, rows: int | None = None) -> Iterator[Tensor]:
        """Gradients ``(N, K, width)`` of consecutive weights as stored, the bias last."""
        a, b = self.inputs, self.cotangents
        N, K, d_out, P = b.shape
        most = rows or N * K
        if self.by_row:
            for part in b.split(max(1, CHUNK // (most * self.d_in)), dim=2):
                formed = part.reshape(N, K * part.shape[2], P) @ a
                yield formed.view(N, K, part.shape[2] * self.d_in)
        else:
            for part in a.split(max(1, CHUNK // (most * d_out)), dim=2):
                formed = b.flatten(1, 2) @ part
                yield formed.view(N, K, d_out, part.shape[2]).mT.flatten(2)
        if self.bias:
            yield b.sum(3)

    def add_gram(self, other: Factor, out: Tensor) -> None:
        """Add inner products to ``out (N, K, N', K')``, if cheaper by ``Σ (a·a')(b·b')``."""
        if not (isinstance(other, Outer) and self.factored):
            super().add_gram(other, out)
            return
        products = torch.einsum("npi,mqi->pqnm", self.inputs, other.inputs) + float(self.bias)
        for p in range(products.shape[0]):
            b = self.cotangents[..., p].flatten(0, 1)
            for q in range(products.shape[1]):
                b_other = other.cotangents[..., q].flatten(0, 1)
                out.addcmul_((b @ b_other.T).view_as(out), products[p, q][:, None, :, None])

    def squared_lengths(self) -> Tensor:
        """Shape ``(N, K)``; at one position ``|a|² |b|²``, the bias an input of 1."""
        if self.cotangents.shape[3] != 1:
            return super().squared_lengths()
        return self._squared_inputs()[:, None] * self.cotangents.square().sum((2, 3))

    def blocks(self) -> Tensor:
        """Inner products within each example, ``(N, K, K)``; at one position ``|a|² b·b'``."""
        if self.cotangents.shape[3] != 1:
            return super().blocks()
        b = self.cotangents[..., 0]
        return self._squared_inputs()[:, None, None] * (b @ b.mT)

    def _squared_inputs(self) -> Tensor:
        return self.inputs.square().sum((1, 2)) + float(self.bias)

    def sums(self, groups: Tensor, count: int) -> Tensor:
        """Sum of the gradients of each group, ``(count, K, size)``: a matrix product each."""
        K, d_out = self.cotangents.shape[1:3]
        out = self.cotangents.new_empty(count, *self.shape[1:])
        for group in range(count):
            members = (groups == group).nonzero()[:, 0]
            b = self.cotangents[members].permute(1, 2, 0, 3).flatten(2)
            a = self.expand(self.source[members]).flatten(0, 1)
            weight = (b.flatten(0, 1) @ a).view(K, d_out, -1)
            flat = (weight if self.by_row else weight.mT).flatten(1)
            out[group, :, : flat.shape[1]] = flat
            if self.bias:
                out[group, :, flat.shape[1] :] = b.sum(2)
        return out

    def project(self, vectors: Tensor) -> Tensor:
        """Inner products with ``vectors (R, size)``, shape ``(N, K, R)``, few examples at once."""
        d_out = self.cotangents.shape[2]
        weight = vectors[:, : d_out * self.d_in]
        if self.by_row:
            maps = weight.view(-1, d_out, self.d_in)
        else:
            maps = weight.view(-1, self.d_in, d_out).mT
        shift = vectors[:, d_out * self.d_in :].T[:, None, :] if self.bias else None
        each = self.cotangents.shape[2] * self.cotangents.shape[3] * len(vectors)
        few = max(1, CHUNK // max(1, each))
        parts = []
        for a, b in zip(self.source.split(few), self.cotangents.flatten(2).split(few), strict=True):
            along = torch.einsum("npi,roi->nopr", self.expand(a), maps)
            if shift is not None:
                along += shift
            parts.append(b @ along.flatten(1, 2))
        return torch.cat(parts)

"""The gradients that one layer's weights have, in whatever form, and as explicit rows."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import torch
from torch import Tensor

CHUNK = 2**21  # numbers of explicit rows formed at a time: 16 MB in float64


class Factor(ABC):
    """Some weights' part of K gradients of each of N examples.

    ``names`` are the parameters, ``size`` their number of weights. The derived quantities here go
    through ``chunks``; a form that has a cheaper way overrides them.
    """

    names: tuple[str, ...]

    @property
    @abstractmethod
    def shape(self) -> tuple[int, int, int]:
        """``(N, K, size)``."""

    @property
    @abstractmethod
    def linear_part(self) -> Tensor:
        """The tensor ``(N, K, ...)`` that the gradients are linear in."""

    @abstractmethod
    def chunks(self, rows: int | None = None) -> Iterator[Tensor]:
        """The gradients ``(N, K, width)`` of consecutive weights, all of them in order.

        They are as wide as suits ``rows`` gradients, by default the ``N K`` that there are.
        """

    @abstractmethod
    def map(self, change: Callable[[Tensor], Tensor]) -> Factor:
        """Rows changed by a linear map ``(N, K, n) → (N, K', n)`` that is the same for all n."""

    @property
    @abstractmethod
    def arrays(self) -> tuple[Tensor, ...]:
        """All that is stored, examples first."""

    @abstractmethod
    def with_arrays(self, *arrays: Tensor) -> Factor:
        """The same weights with other examples."""

    @property
    def numel(self) -> int:
        """Numbers stored."""
        return sum(array.numel() for array in self.arrays)

    def take(self, index: Tensor | slice) -> Factor:
        """The examples at ``index``; of a slice, without a copy."""
        return self.with_arrays(*(array[index] for array in self.arrays))

    @property
    def factored(self) -> bool:
        """Whether inner products are cheaper without the explicit rows."""
        return False

    @property
    def pair_cost(self) -> int:
        """Multiplications that the inner product of two rows takes."""
        return self.shape[2]

    def add_gram(self, other: Factor, out: Tensor) -> None:
        """Add the inner products with ``other``'s rows to ``out (N, K, N', K')``."""
        flat = out.view(out.shape[0] * out.shape[1], -1)
        most = max(flat.shape)
        for rows, rows_other in zip(self.chunks(most), other.chunks(most), strict=True):
            flat.addmm_(rows.flatten(0, 1), rows_other.flatten(0, 1).T)

    def squared_lengths(self) -> Tensor:
        """Shape ``(N, K)``."""
        return torch.stack([rows.square().sum(2) for rows in self.chunks()]).sum(0)

    def blocks(self) -> Tensor:
        """Inner products within each example, shape ``(N, K, K)``."""
        return torch.stack([rows @ rows.mT for rows in self.chunks()]).sum(0)

    def sums(self, groups: Tensor, count: int) -> Tensor:
        """Sum of the gradients of each group of examples, shape ``(count, K, size)``."""
        parts = [
            rows.new_zeros(count, *rows.shape[1:]).index_add_(0, groups, rows)
            for rows in self.chunks()
        ]
        return torch.cat(parts, dim=2)

    def project(self, vectors: Tensor) -> Tensor:
        """Inner product of every gradient with ``vectors (R, size)``, shape ``(N, K, R)``."""
        N, K, _ = self.shape
        out = vectors.new_zeros(N, K, len(vectors))
        start = 0
        for rows in self.chunks():
            stop = start + rows.shape[2]
            out += rows @ vectors[:, start:stop].T
            start = stop
        return out


@dataclass(frozen=True, eq=False)
class Rows(Factor):
    """Explicit gradients, ``rows (N, K, size)``."""

    names: tuple[str, ...]
    rows: Tensor

    @property
    def shape(self) -> tuple[int, int, int]:
        """``(N, K, size)``."""
        N, K, size = self.rows.shape
        return N, K, size

    @property
    def linear_part(self) -> Tensor:
        """The rows."""
        return self.rows

    @property
    def arrays(self) -> tuple[Tensor, ...]:
        """The rows alone."""
        return (self.rows,)

    def with_arrays(self, *arrays: Tensor) -> Rows:
        """The same weights with other rows."""
        return replace(self, rows=arrays[0])

    def chunks(self, rows: int | None = None) -> Iterator[Tensor]:
        """Slices ``(N, K, width)`` of the rows, without a copy."""
        N, K, _ = self.shape
        yield from self.rows.split(max(1, CHUNK // (rows or N * K)), dim=2)

    def map(self, change: Callable[[Tensor], Tensor]) -> Rows:
        """The rows changed by a linear map ``(N, K, n) → (N, K', n)``."""
        return replace(self, rows=change(self.rows))

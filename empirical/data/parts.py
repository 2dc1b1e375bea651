"""Several inputs of one example, side by side in one row of numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from theory.checks import InputError

EXACT = 2**24  # whole numbers up to here are exact in float32


class Part(NamedTuple):
    """One of the inputs that a network takes, by name or, if the name is a number, by place."""

    name: str
    shape: tuple[int, ...]
    tokens: bool

    @property
    def size(self) -> int:
        """Numbers of one example."""
        return math.prod(self.shape)


def packed(inputs: Mapping[str, Tensor] | Sequence[Tensor]) -> tuple[Tensor, tuple[Part, ...]]:
    """The inputs as one tensor ``(N, numbers)``, and what its columns are.

    float32 (or float64 if one is), int64 if all are tokens: what is done with examples, to choose,
    batch and place them, is done with one tensor.

    Raises
    ------
    InputError
        If there is none, their numbers of examples differ, or tokens beside floating point are too
        large to be exact.

    Examples
    --------
    >>> rows, parts = packed({"x": torch.ones(2, 3), "mask": torch.tensor([[1], [0]])})
    >>> rows.tolist()
    [[1.0, 1.0, 1.0, 1.0], [1.0, 1.0, 1.0, 0.0]]
    >>> unpacked(rows, parts)["mask"].tolist()
    [[1], [0]]
    """
    if not isinstance(inputs, Mapping):
        inputs = {str(place): value for place, value in enumerate(inputs)}
    if not inputs:
        raise InputError("inputs must hold at least one array, got none")
    counts = {name: len(value) for name, value in inputs.items()}
    if len(set(counts.values())) > 1:
        raise InputError(f"inputs must be of equally many examples, got {counts}")
    floating = {value.dtype for value in inputs.values() if value.is_floating_point()}
    dtype = torch.int64
    if floating:
        dtype = torch.float64 if torch.float64 in floating else torch.float32
    parts, columns = [], []
    for name, value in inputs.items():
        tokens = not value.is_floating_point()
        part = Part(name, tuple(value.shape[1:]), tokens)
        rows = value.reshape(len(value), part.size).to(torch.int64 if tokens else dtype)
        largest = int(rows.abs().max()) if tokens and rows.numel() else 0
        if floating and largest > EXACT:
            raise InputError(
                f"tokens of input {name} must be at most {EXACT} beside inputs of floating point, "
                f"got {largest}"
            )
        parts.append(part)
        columns.append(rows.to(dtype))
    return torch.cat(columns, dim=1), tuple(parts)


def unpacked(rows: Tensor, parts: Sequence[Part]) -> dict[str, Tensor]:
    """The inputs again, by name; tokens as int64."""
    split = rows.split([part.size for part in parts], dim=1)
    found = {}
    for part, columns in zip(parts, split, strict=True):
        value = columns.round().to(torch.int64) if part.tokens else columns
        found[part.name] = value.reshape(len(rows), *part.shape)
    return found

"""Batches of labelled examples, checked as they pass."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

import torch
from torch import Tensor

from empirical.data import Data
from empirical.data.labels import labels
from theory.checks import InputError

Batches = Data | Iterable[tuple[Tensor, Tensor]]


def checked(data: Batches) -> Iterator[tuple[Tensor, Tensor]]:
    """The batches of ``data`` that are not empty.

    Raises
    ------
    InputError
        If one is not a pair of tensors of equal length with targets that ``data.labels`` takes, of
        at least 0, the inputs' shapes differ between batches, or no batch holds an example.
    """
    if not isinstance(data, Data) and (isinstance(data, str) or not isinstance(data, Iterable)):
        raise InputError(f"data must be Data or batches (inputs, targets), got {data!r}")
    source = [(data.inputs, data.targets)] if isinstance(data, Data) else data
    shape: torch.Size | None = None
    for batch in source:
        if not (isinstance(batch, list | tuple) and len(batch) == 2):
            raise InputError(f"data must hold pairs (inputs, targets), got {type(batch).__name__}")
        inputs, targets = batch
        if not (isinstance(inputs, Tensor) and isinstance(targets, Tensor)):
            kinds = type(inputs).__name__, type(targets).__name__
            raise InputError(f"inputs and targets must be tensors, got {kinds[0]} and {kinds[1]}")
        if inputs.is_complex():
            raise InputError(f"inputs must be real, got {inputs.dtype}")
        if inputs.ndim == 0 or targets.shape[:1] != inputs.shape[:1]:
            raise InputError(
                f"targets must have shape ({inputs.shape[:1].numel()},), got {tuple(targets.shape)}"
            )
        targets = labels(targets)
        if len(targets) == 0:
            continue
        if int(targets.min()) < 0:
            raise InputError(f"targets must be at least 0, got {int(targets.min())}")
        if shape is not None and inputs.shape[1:] != shape:
            raise InputError(
                f"inputs must have the same shape {tuple(shape)} in every batch, "
                f"got {tuple(inputs.shape[1:])}"
            )
        shape = inputs.shape[1:]
        yield inputs, targets
    if shape is None:
        raise InputError("data must hold at least one example, got none")


def first(
    source: Iterator[tuple[Tensor, Tensor]],
) -> tuple[Tensor, Iterator[tuple[Tensor, Tensor]]]:
    """The first batch's inputs, and all batches, it included."""
    head = next(source)
    return head[0], chain([head], source)

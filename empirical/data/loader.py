"""Labelled examples from any iterable of batches, as torch's ``DataLoader``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from empirical.data.examples import Data
from empirical.data.labels import labels
from empirical.data.parts import Part, packed
from theory.checks import InputError

LABELS = ("labels", "label", "targets", "target", "y")


def collected(batches: Iterable[Any], *, name: str, classes: int | None = None) -> Data:
    """All examples of the batches, read once, in the order in which they come.

    A batch is a pair of inputs and labels, or a mapping that holds the labels under one of
    ``LABELS``. Inputs are a tensor, or several in a mapping or a sequence: a network is then run
    after ``networks.several_inputs.take_rows(network, data.parts)``.

    Parameters
    ----------
    name
        What the data are, for provenance.
    classes
        Number of classes; by default one more than the largest label.

    Raises
    ------
    InputError
        If a batch is not of that form, batches differ in it, labels are none, or none is left.

    Examples
    --------
    >>> pairs = torch.utils.data.TensorDataset(torch.ones(5, 2), torch.arange(5) % 3)
    >>> data = collected(torch.utils.data.DataLoader(pairs, batch_size=2), name="mine")
    >>> len(data), data.classes
    (5, 3)
    """
    rows: list[Tensor] = []
    targets: list[Tensor] = []
    layout: tuple[Part, ...] | None = None
    for batch in batches:
        inputs, own = _split(batch)
        parts: tuple[Part, ...] = ()
        if not isinstance(inputs, Tensor):
            inputs, parts = packed(inputs)
        if layout is not None and parts != layout:
            raise InputError(f"inputs must be alike in every batch, got {layout} and {parts}")
        layout = parts
        rows.append(inputs.detach().cpu())
        targets.append(labels(own.detach().cpu()))
    if not rows:
        raise InputError("batches must hold at least one, got none")
    try:
        inputs, found = torch.cat(rows), torch.cat(targets)
    except RuntimeError as error:
        raise InputError(f"inputs must have the same shape in every batch: {error}") from None
    if not (inputs.is_floating_point() or inputs.dtype == torch.int64):
        inputs = inputs.to(torch.int64)
    C = max(int(found.max()) + 1, 2) if classes is None else classes
    return Data(inputs, found, C, name, parts=layout or ())


def _split(batch: Any) -> tuple[Tensor | Mapping[str, Tensor] | Sequence[Tensor], Tensor]:
    """Inputs and labels of a batch.

    Raises
    ------
    InputError
        If it is of another form.
    """
    if isinstance(batch, Mapping):
        held = [name for name in LABELS if name in batch]
        if len(held) == 1:
            inputs = {str(name): value for name, value in batch.items() if name != held[0]}
            return _tensors(inputs), _tensor(batch[held[0]])
    elif isinstance(batch, list | tuple) and len(batch) == 2:
        inputs, own = batch
        return (inputs if isinstance(inputs, Tensor) else _tensors(inputs)), _tensor(own)
    told = f"keys {list(batch)}" if isinstance(batch, Mapping) else type(batch).__name__
    raise InputError(
        "batches must be pairs (inputs, labels), or mappings with one of "
        f"{', '.join(LABELS)}, got {told}"
    )


def _tensors(inputs: Any) -> Mapping[str, Tensor] | Sequence[Tensor]:
    values = list(inputs.values()) if isinstance(inputs, Mapping) else inputs
    if not isinstance(values, list | tuple):
        raise InputError(f"inputs must be tensors, got {type(inputs).__name__}")
    for value in values:
        _tensor(value)
    return inputs


def _tensor(value: Any) -> Tensor:
    if not isinstance(value, Tensor):
        raise InputError(f"inputs and labels must be tensors, got {type(value).__name__}")
    return value

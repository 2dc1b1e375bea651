"""Labelled examples: the data that networks are trained and measured on."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import torch

from empirical.data.parts import Part
from theory import checks, stream
from theory.checks import InputError


@dataclass(frozen=True, eq=False)
class Data:
    """Labelled examples.

    Parameters
    ----------
    inputs
        Shape ``(N, ...)``: floating point and finite, or int64 tokens.
    targets
        Shape ``(N,)``, class indices in ``0 … classes-1``.
    classes
        Number of classes C, at least 2.
    name
        What the data are, for provenance.
    image
        Channels, height and width, where an input is an image (also if it is kept flat).
    class_names
        What each class is called, for tables and pictures; all different.
    parts
        Where a network takes several inputs, what the columns of ``inputs (N, numbers)`` are, as
        ``data.parts.packed`` returns them.

    Raises
    ------
    InputError
        If inputs or targets are no tensors, shapes disagree, a value is not finite, a label is out
        of range, or there is not one name for each class.
    """

    inputs: torch.Tensor
    targets: torch.Tensor
    classes: int
    name: str
    image: tuple[int, int, int] | None = None
    class_names: tuple[str, ...] | None = None
    parts: tuple[Part, ...] = ()

    def __post_init__(self) -> None:
        checks.count("classes", self.classes, low=2)
        checks.instance("inputs", self.inputs, torch.Tensor)
        checks.instance("targets", self.targets, torch.Tensor)
        if self.inputs.ndim == 0:
            raise InputError("inputs must be one for each example, got a single number")
        for name in ("image", "class_names"):
            if getattr(self, name) is not None:
                checks.sequence(name, getattr(self, name))
        N = len(self.inputs)
        if N == 0:
            raise InputError("inputs must hold at least 1 example, got 0")
        tokens = self.inputs.dtype == torch.int64
        if not (tokens or self.inputs.is_floating_point()):
            raise InputError(f"inputs must be floating point or int64, got {self.inputs.dtype}")
        if not (tokens or self.inputs.isfinite().all()):
            raise InputError(f"inputs of {self.name} must be finite")
        if self.image is not None and math.prod(self.image) != math.prod(self.inputs.shape[1:]):
            raise InputError(
                f"image must have the size of an input, {tuple(self.inputs.shape[1:])}, "
                f"got {self.image}"
            )
        if self.targets.shape != (N,):
            raise InputError(f"targets must have shape ({N},), got {tuple(self.targets.shape)}")
        if self.targets.dtype != torch.int64:
            raise InputError(f"targets must be int64, got {self.targets.dtype}")
        low, high = int(self.targets.min()), int(self.targets.max())
        if low < 0 or high >= self.classes:
            raise InputError(f"targets must lie in 0..{self.classes - 1}, got {low}..{high}")
        if self.class_names is not None:
            self._check_names(self.class_names)
        if self.parts and self.inputs.shape[1:] != (sum(part.size for part in self.parts),):
            raise InputError(
                f"parts must be those of rows of inputs, of shape {tuple(self.inputs.shape[1:])}, "
                f"got {self.parts}"
            )

    def __len__(self) -> int:
        return len(self.inputs)

    def take(self, index: np.ndarray) -> Data:
        """The examples at ``index``, in that order."""
        at = torch.from_numpy(index)
        return replace(self, inputs=self.inputs[at], targets=self.targets[at])

    def split(self, *, seed: int, test: int) -> tuple[Data, Data]:
        """Training and test set, of ``test`` examples drawn at random.

        Raises
        ------
        InputError
            If ``test`` is below 1 or leaves nothing for training.
        """
        N = len(self)
        if checks.count("test", test) >= N:
            raise InputError(f"test must be at most {N - 1}, got {test}")
        order = stream(seed, "split").permutation(N)
        return self.take(order[test:]), self.take(order[:test])

    def _check_names(self, names: tuple[str, ...]) -> None:
        if len(names) != self.classes or not all(isinstance(name, str) for name in names):
            raise InputError(
                f"class_names must be {self.classes} texts, one for each class, got {names!r}"
            )
        if len(set(names)) < len(names) or not all(name.strip() for name in names):
            raise InputError(f"class_names must be all different and not empty, got {names!r}")

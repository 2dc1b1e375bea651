"""Labelled examples: the data that networks are trained and measured on."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from sklearn.datasets import load_digits

from theory import checks, stream
from theory.checks import InputError

DIGITS_PIXEL_MAX = 16.0


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

    Raises
    ------
    InputError
        If shapes disagree, a value is not finite, or a label is out of range.
    """

    inputs: torch.Tensor
    targets: torch.Tensor
    classes: int
    name: str
    image: tuple[int, int, int] | None = None

    def __post_init__(self) -> None:
        checks.integer("classes", self.classes, low=2)
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

    def __len__(self) -> int:
        return len(self.inputs)

    def take(self, index: np.ndarray) -> Data:
        """The examples at ``index``, in that order."""
        at = torch.from_numpy(index)
        return Data(self.inputs[at], self.targets[at], self.classes, self.name, self.image)


def digits(*, seed: int = 0, test: int = 360) -> tuple[Data, Data]:
    """Training and test split of scikit-learn's 1,797 handwritten digits of 8 × 8 pixels.

    Inputs are ``(N, 64)`` float32, the pixel values divided by their maximum 16, so in [0, 1].

    Parameters
    ----------
    seed
        Root of the random permutation that splits the examples.
    test
        Size of the test set, 1 to 1,796; the rest is for training.

    Raises
    ------
    InputError
        If ``test`` is out of its bounds.

    Examples
    --------
    >>> train, held_out = digits(seed=0)
    >>> len(train), len(held_out), train.classes
    (1437, 360, 10)
    """
    pixels, labels = load_digits(return_X_y=True)
    N = len(labels)
    if checks.integer("test", test, low=1) >= N:
        raise InputError(f"test must be at most {N - 1}, got {test}")
    inputs = torch.from_numpy((np.asarray(pixels) / DIGITS_PIXEL_MAX).astype(np.float32))
    targets = torch.from_numpy(np.asarray(labels, dtype=np.int64))
    whole = Data(inputs, targets, 10, "digits", image=(1, 8, 8))
    order = stream(seed, "split").permutation(N)
    return whole.take(order[test:]), whole.take(order[:test])

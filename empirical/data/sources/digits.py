"""Scikit-learn's handwritten digits, which it ships."""

from __future__ import annotations

import numpy as np
import torch

from empirical.data.examples import Data

PIXEL_MAX = 16.0
DIGITS = tuple("0123456789")


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
    from sklearn.datasets import load_digits

    pixels, labels = load_digits(return_X_y=True)
    inputs = torch.from_numpy((np.asarray(pixels) / PIXEL_MAX).astype(np.float32))
    targets = torch.from_numpy(np.asarray(labels, dtype=np.int64))
    whole = Data(inputs, targets, 10, "digits", image=(1, 8, 8), class_names=DIGITS)
    return whole.split(seed=seed, test=test)

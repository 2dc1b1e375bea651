"""Tables of measurements that scikit-learn ships."""

from __future__ import annotations

import numpy as np
import torch

from empirical.data.examples import Data
from theory import checks, stream

TABLES = ("iris", "wine", "breast_cancer")
TEST_SHARE = 0.2


def table(name: str, *, seed: int = 0) -> tuple[Data, Data]:
    """Training and test split of ``iris``, ``wine`` or ``breast_cancer``, a random fifth.

    Inputs are ``(N, columns)`` float32, each column less its mean and over its standard deviation,
    both of the training set.

    Parameters
    ----------
    seed
        Root of the random permutation that splits the examples.

    Raises
    ------
    InputError
        If the name is not known.

    Examples
    --------
    >>> train, held_out = table("wine")
    >>> len(train), len(held_out), train.inputs.shape[1], train.class_names
    (143, 35, 13, ('class_0', 'class_1', 'class_2'))
    """
    checks.choice("name", name, TABLES)
    from sklearn import datasets

    found = getattr(datasets, f"load_{name}")()
    order = stream(seed, "split").permutation(len(found.target))
    cut = int(TEST_SHARE * len(order))
    train = found.data[order[cut:]]
    scaled = (found.data - train.mean(0)) / train.std(0)
    names = tuple(map(str, found.target_names))
    whole = Data(
        torch.from_numpy(scaled.astype(np.float32)),
        torch.from_numpy(found.target.astype(np.int64)),
        len(names),
        name,
        class_names=names,
    )
    return whole.take(order[cut:]), whole.take(order[:cut])

"""Data by name or file."""

from __future__ import annotations

from pathlib import Path

from empirical.data.arrays import arrays
from empirical.data.digits import digits
from empirical.data.examples import Data
from empirical.data.images import SETS, images
from empirical.data.text import text
from theory.checks import InputError

NAMES = ("digits", *SETS)


def load(name: str, *, vocabulary: int | None = None, seed: int = 0) -> tuple[Data, Data]:
    """Training and test set.

    Parameters
    ----------
    name
        ``digits``, ``mnist``, ``fashion-mnist``, ``cifar-10``, or a file: ``.npz`` as
        ``data_files.arrays`` reads it, ``.txt`` as ``data_text.text`` does.
    vocabulary
        Classes of a text.
    seed
        Root of a random split, where the data have none of their own.

    Raises
    ------
    InputError
        If the name is not known or the data cannot be read.
    """
    suffix = Path(name).suffix
    if suffix == ".txt":
        return text(name, vocabulary=vocabulary)
    if vocabulary is not None:
        raise InputError(f"vocabulary is for a text file, got data {name}")
    if name == "digits":
        return digits(seed=seed)
    if name in SETS:
        return images(name)
    if suffix == ".npz":
        return arrays(name, seed=seed)
    raise InputError(f"data must be one of {', '.join(NAMES)} or a .txt or .npz file, got {name!r}")

"""Data by name or file."""

from __future__ import annotations

from pathlib import Path

from empirical.data.arrays import arrays
from empirical.data.examples import Data
from empirical.data.label_noise import randomised
from empirical.data.sources.digits import digits
from empirical.data.sources.docstrings import VOCABULARY, docstrings
from empirical.data.sources.images import SETS, images
from empirical.data.sources.mnist5k import mnist5k
from empirical.data.sources.tables import TABLES, table
from empirical.data.sources.text import text
from empirical.settings.data_source import DataSource


def load(source: DataSource) -> tuple[Data, Data]:
    """Training and test set; a share of the training labels is random if the source says so.

    Parameters
    ----------
    source
        A name, or a file: ``.npz`` as ``arrays`` reads it, ``.txt`` as ``text`` does.

    Raises
    ------
    InputError
        If the data cannot be read.
    """
    data, test = _read(source)
    if source.label_noise is not None:
        data = randomised(data, share=source.label_noise, seed=source.seed)
    return data, test


def _read(source: DataSource) -> tuple[Data, Data]:
    if source.name == "digits":
        return digits(seed=source.seed)
    if source.name == "docstrings":
        return docstrings(vocabulary=source.vocabulary or VOCABULARY)
    if source.name == "mnist5k":
        return mnist5k(seed=source.seed)
    if source.name in TABLES:
        return table(source.name, seed=source.seed)
    if source.name in SETS:
        return images(source.name)
    if Path(source.name).suffix == ".txt":
        return text(source.name, vocabulary=source.vocabulary)
    return arrays(source.name, seed=source.seed)

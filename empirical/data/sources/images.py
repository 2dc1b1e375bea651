"""Image data sets of OpenML: fetched once through scikit-learn, then read from a local cache."""

from __future__ import annotations

import warnings
import zipfile
from pathlib import Path

import numpy as np
import torch

from empirical.data.examples import Data
from empirical.data.sources.digits import DIGITS
from theory import checks, files
from theory.checks import InputError

PIXEL_MAX = 255.0
CLOTHES = (
    "T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag",
    "ankle boot",
)  # fmt: skip
OBJECTS = (
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
)  # fmt: skip
CLASS_NAMES = {"mnist": DIGITS, "fashion-mnist": CLOTHES, "cifar-10": OBJECTS}
SETS = {  # identifier at OpenML, channels and pixels, training examples (the first ones)
    "mnist": (554, (1, 28, 28), 60_000),
    "fashion-mnist": (40_996, (1, 28, 28), 60_000),
    "cifar-10": (40_927, (3, 32, 32), 50_000),
}


def images(name: str, *, home: str | Path | None = None) -> tuple[Data, Data]:
    """Training and test set of ``mnist``, ``fashion-mnist`` or ``cifar-10``.

    Inputs are flat float32 ``(N, channels·height·width)``, pixel values divided by 255. What
    scikit-learn downloads stays in ``home``; the pixels are kept there as bytes too, so that later
    calls neither download nor parse.

    Parameters
    ----------
    home
        Cache folder; by default scikit-learn's (``SCIKIT_LEARN_DATA``).

    Raises
    ------
    InputError
        If the name is not known, or the data can neither be read nor downloaded.
    """
    from sklearn.datasets import get_data_home

    checks.choice("name", name, tuple(SETS))
    _, image, first = SETS[name]
    folder = Path(get_data_home(None if home is None else str(home)))
    cache = folder / "fort-ganguli" / f"{name}.npz"
    if not cache.is_file():
        _keep(cache, *_fetch(name, folder))
    try:
        with cache.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            pixels, labels = arrays["pixels"], arrays["labels"]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise InputError(f"cannot read {cache}: remove it to fetch {name} again") from error
    return (
        _data(name, pixels[:first], labels[:first], image),
        _data(name, pixels[first:], labels[first:], image),
    )


def _data(name: str, pixels: np.ndarray, labels: np.ndarray, image: tuple[int, int, int]) -> Data:
    inputs = torch.from_numpy(pixels).to(torch.float32) / PIXEL_MAX
    targets = torch.from_numpy(labels.astype(np.int64))
    return Data(inputs, targets, 10, name, image, CLASS_NAMES[name])


def _fetch(name: str, folder: Path) -> tuple[np.ndarray, np.ndarray]:
    from sklearn.datasets import fetch_openml

    identifier, image, first = SETS[name]
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Invalid cache", category=RuntimeWarning)
            pixels, labels = fetch_openml(
                data_id=identifier,
                data_home=str(folder),
                as_frame=False,
                return_X_y=True,
                parser="pandas",
                read_csv_kwargs={"dtype": np.float32},  # labels too: as categories they fail
            )
        pixels, labels = np.asarray(pixels), np.asarray(labels)
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"cannot fetch {name} from OpenML: {error}") from error
    if pixels.ndim != 2 or pixels.shape[1] != np.prod(image) or len(pixels) <= first:
        raise InputError(f"data {name} at OpenML have an unknown shape {pixels.shape}")
    return pixels.astype(np.uint8), labels.astype(np.uint8)


def _keep(cache: Path, pixels: np.ndarray, labels: np.ndarray) -> None:
    with files.writing(cache):
        cache.parent.mkdir(parents=True, exist_ok=True)
    with files.whole(cache) as partial, partial.open("wb") as file:
        np.savez_compressed(file, pixels=pixels, labels=labels)

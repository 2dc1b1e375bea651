"""The user's own arrays."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import torch

from empirical.data.examples import Data
from theory import checks
from theory.checks import InputError

TEST_SHARE = 0.2


def arrays(path: str | Path, *, seed: int = 0) -> tuple[Data, Data]:
    """Training and test set of an ``.npz`` file; pickled objects in it are refused.

    It holds ``inputs (N, ...)``, integer tokens or numbers that become float32, and ``targets
    (N,)``, class indices from 0; and where they are, ``test_inputs`` and ``test_targets``, the
    number of ``classes`` or their ``class_names`` (else one more than the largest index), and
    ``image``, the channels, height and width of an input. Without a test set of its own, a random
    fifth is taken.

    Parameters
    ----------
    seed
        Root of the random split.

    Raises
    ------
    InputError
        If the file cannot be read, lacks an array, or an array is not what ``Data`` take.
    """
    try:
        with Path(path).open("rb") as file, np.load(file, allow_pickle=False) as parts:
            found = {name: parts[name] for name in parts.files}
    except FileNotFoundError:
        raise InputError(f"cannot read {path}: no such file") from None
    except (OSError, ValueError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise InputError(f"cannot read {path}: not an .npz file of plain arrays") from error
    missing = {"inputs", "targets"} - set(found)
    if ("test_inputs" in found) != ("test_targets" in found):
        missing |= {"test_inputs", "test_targets"} - set(found)
    if missing:
        raise InputError(f"{path} must hold {' and '.join(sorted(missing))}, got {sorted(found)}")
    targets = [found[name] for name in ("targets", "test_targets") if name in found]
    for labels in targets:
        if not np.issubdtype(labels.dtype, np.integer):
            raise InputError(f"targets of {path} must be integers, got {labels.dtype}")
        if labels.size == 0:
            raise InputError(f"targets of {path} must hold at least 1 example, got none")
    largest = max(int(labels.max()) for labels in targets)
    names = _texts(path, found["class_names"]) if "class_names" in found else None
    classes = max(largest + 1, 2) if names is None else len(names)
    if "classes" in found:
        (classes,) = _whole(found, "classes", 1)
    image = None
    if "image" in found:
        channels, height, width = _whole(found, "image", 3)
        image = (channels, height, width)

    def data(inputs: np.ndarray, labels: np.ndarray) -> Data:
        if not np.issubdtype(inputs.dtype, np.number) or np.iscomplexobj(inputs):
            raise InputError(f"inputs of {path} must be real numbers, got {inputs.dtype}")
        kind = np.int64 if np.issubdtype(inputs.dtype, np.integer) else np.float32
        values = torch.from_numpy(np.ascontiguousarray(inputs, dtype=kind))
        labels = np.ascontiguousarray(labels, dtype=np.int64)
        return Data(values, torch.from_numpy(labels), classes, Path(path).name, image, names)

    whole = data(found["inputs"], found["targets"])
    if "test_inputs" in found:
        test = data(found["test_inputs"], found["test_targets"])
        kinds = [(tuple(each.inputs.shape[1:]), each.inputs.dtype) for each in (whole, test)]
        if kinds[0] != kinds[1]:
            raise InputError(
                f"test_inputs of {path} must be as its inputs, {_told(*kinds[0])}, "
                f"got {_told(*kinds[1])}"
            )
        return whole, test
    fifth = checks.integer("examples", int(TEST_SHARE * len(whole)), low=1)
    return whole.split(seed=seed, test=fifth)


def _told(shape: tuple[int, ...], dtype: torch.dtype) -> str:
    kind = "numbers" if dtype.is_floating_point else "tokens"
    return f"{kind} of shape {shape} each"


def _texts(path: str | Path, names: np.ndarray) -> tuple[str, ...]:
    if names.ndim != 1 or names.dtype.kind != "U":
        raise InputError(f"class_names of {path} must be a list of texts, got {names!r}")
    return tuple(names.tolist())


def _whole(found: dict[str, np.ndarray], name: str, count: int) -> tuple[int, ...]:
    values = found[name].reshape(-1)
    if len(values) != count or not np.issubdtype(values.dtype, np.integer):
        raise InputError(f"{name} must hold {count} integers, got {found[name]!r}")
    return tuple(values.tolist())

"""The user's own arrays."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch

from empirical.data.examples import Data
from empirical.data.labels import labels
from empirical.data.parts import Part, packed
from theory.checks import InputError

TEST_SHARE = 0.2
ALONE = ""


def arrays(path: str | Path, *, seed: int = 0) -> tuple[Data, Data]:
    """Training and test set of an ``.npz`` file; pickled objects in it are refused.

    It holds ``inputs (N, ...)``, integer tokens or numbers that become float32, and ``targets``,
    class indices from 0 or one-hot as ``data.labels`` takes them; for a network of several inputs
    ``inputs_0``, ``inputs_1`` …, which it takes in that order, or ``inputs_NAME`` for its argument
    NAME; and where they are, ``test_inputs`` and ``test_targets``, the
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
    inputs, test_inputs = (_inputs(found, prefix) for prefix in ("inputs", "test_inputs"))
    missing = {"targets"} - set(found) | ({"inputs"} if not inputs else set())
    if bool(test_inputs) != ("test_targets" in found):
        missing |= {"test_inputs"} if not test_inputs else {"test_targets"}
    if missing:
        raise InputError(f"{path} must hold {' and '.join(sorted(missing))}, got {sorted(found)}")
    targets = {
        name: _labels(path, found[name]) for name in ("targets", "test_targets") if name in found
    }
    largest = max(int(each.max()) for each in targets.values())
    names = _texts(path, found["class_names"]) if "class_names" in found else None
    classes = max(largest + 1, 2) if names is None else len(names)
    if "classes" in found:
        (classes,) = _whole(found, "classes", 1)
    image = None
    if "image" in found:
        channels, height, width = _whole(found, "image", 3)
        image = (channels, height, width)

    def data(arrays: Mapping[str, np.ndarray], labels: torch.Tensor) -> Data:
        values = {name: _numbers(path, array) for name, array in arrays.items()}
        parts: tuple[Part, ...] = ()
        if list(values) == [ALONE]:
            rows = values[ALONE]
        else:
            rows, parts = packed(values)
        return Data(rows, labels, classes, Path(path).name, image, names, parts)

    whole = data(inputs, targets["targets"])
    if test_inputs:
        test = data(test_inputs, targets["test_targets"])
        kinds = [
            (tuple(each.inputs.shape[1:]), each.inputs.dtype, each.parts) for each in (whole, test)
        ]
        if kinds[0] != kinds[1]:
            raise InputError(
                f"test_inputs of {path} must be as its inputs, {_told(*kinds[0])}, "
                f"got {_told(*kinds[1])}"
            )
        return whole, test
    test = int(TEST_SHARE * len(whole))
    if test < 1:
        raise InputError(
            f"inputs of {path} must hold at least {int(1 / TEST_SHARE)} examples, of which one is "
            f"for testing, got {len(whole)}"
        )
    return whole.split(seed=seed, test=test)


def _inputs(found: Mapping[str, np.ndarray], prefix: str) -> dict[str, np.ndarray]:
    """One array, called ``ALONE``, or several by what follows ``prefix_``; places in order.

    Raises
    ------
    InputError
        If there are both.
    """
    several = {
        name.removeprefix(f"{prefix}_"): array
        for name, array in found.items()
        if name.startswith(f"{prefix}_")
    }
    if prefix not in found:
        places = sorted(filter(str.isdigit, several), key=int)
        names = [name for name in several if name not in places]
        return {name: several[name] for name in (*places, *names)}
    if several:
        raise InputError(
            f"{prefix} must be one array or several, got also {prefix}_{next(iter(several))}"
        )
    return {ALONE: found[prefix]}


def _labels(path: str | Path, written: np.ndarray) -> torch.Tensor:
    """Class indices.

    Raises
    ------
    InputError
        If they are none, or of no kind that is taken.
    """
    if written.size == 0:
        raise InputError(f"targets of {path} must hold at least 1 example, got none")
    if not (np.issubdtype(written.dtype, np.number) or written.dtype == np.bool_):
        raise InputError(f"targets of {path} must be numbers, got {written.dtype}")
    try:
        return labels(torch.from_numpy(np.ascontiguousarray(written)))
    except InputError as error:
        raise InputError(f"{path}: {error}") from None


def _numbers(path: str | Path, array: np.ndarray) -> torch.Tensor:
    """Tokens or numbers of floating point.

    Raises
    ------
    InputError
        If they are neither.
    """
    whole = np.issubdtype(array.dtype, np.integer) or array.dtype == np.bool_
    if not (whole or np.issubdtype(array.dtype, np.number)) or np.iscomplexobj(array):
        raise InputError(f"inputs of {path} must be real numbers, got {array.dtype}")
    return torch.from_numpy(np.ascontiguousarray(array, np.int64 if whole else np.float32))


def _told(shape: tuple[int, ...], dtype: torch.dtype, parts: tuple[Part, ...]) -> str:
    if parts:
        return "; ".join(
            f"{part.name}: {'tokens' if part.tokens else 'numbers'} of shape {part.shape} each"
            for part in parts
        )
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

"""Trained weights of the user's own, from a state_dict or a safetensors file: tensors alone."""

from __future__ import annotations

import json
import math
import pickle
import struct
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from theory.checks import InputError

INSIDE = ("state_dict", "model_state_dict", "model", "state")
"""Where a training loop keeps the state_dict beside an optimizer's state, say."""
PREFIXES = ("module.", "_orig_mod.")
"""What ``DataParallel`` and ``torch.compile`` put before every name."""
NOT_WHOLE = (
    OSError, EOFError, RuntimeError, ValueError, TypeError, AttributeError, AssertionError,
    LookupError, struct.error,
)  # fmt: skip
"""What torch's reader raises on bytes that are damaged or of another kind."""
NAMED = 4  # names of weights that one line tells
DTYPES = {
    "F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16,
    "I64": torch.int64, "I32": torch.int32, "I16": torch.int16, "I8": torch.int8,
    "U8": torch.uint8, "BOOL": torch.bool,
}  # fmt: skip


def read(path: str | Path) -> dict[str, Tensor]:
    """The named tensors of a file: ``.safetensors``, or what ``torch.save(state_dict)`` wrote.

    Nothing else is unpickled, so that a foreign file cannot run code. A state_dict may lie inside
    a mapping, as ``{"state_dict": ..., "epoch": ...}`` does; the prefixes of ``DataParallel`` and
    ``torch.compile`` are left out.

    Raises
    ------
    InputError
        If the file is missing, damaged, or holds other things than tensors, as a pickled module.
    """
    file = Path(path)
    if not file.is_file():
        raise InputError(f"cannot read {path}: no such file")
    state = _safetensors(file) if file.suffix == ".safetensors" else _state_dict(file)
    if not state:
        raise InputError(f"cannot read {path}: it holds no weights")
    for prefix in PREFIXES:
        if all(name.startswith(prefix) for name in state):
            state = {name.removeprefix(prefix): value for name, value in state.items()}
    return state


def put(network: nn.Module, state: Mapping[str, Tensor], *, source: str) -> None:
    """Set the weights and buffers of ``network``, each to the tensor of its name.

    They keep the types that they have in the network. One that shares its memory with another, as
    tied embeddings do, may be left out of ``state``.

    Parameters
    ----------
    source
        Where they come from, for messages.

    Raises
    ------
    InputError
        If names are missing or unexpected, or a shape is not that of the network.
    """
    own = network.state_dict()
    held = {own[name].data_ptr() for name in own if name in state}
    missing = [n for n in own if n not in state and own[n].data_ptr() not in held]
    misshapen = [
        f"{name} {tuple(state[name].shape)} for {tuple(value.shape)}"
        for name, value in own.items()
        if name in state and state[name].shape != value.shape
    ]
    found = {
        "missing": missing,
        "unexpected": [name for name in state if name not in own],
        "misshapen": misshapen,
    }
    wrong = [f"{what} {_few(names)}" for what, names in found.items() if names]
    if wrong:
        raise InputError(f"{source} does not hold the weights of the network: {'; '.join(wrong)}")
    network.load_state_dict({name: state[name] for name in own if name in state}, strict=False)


def _few(names: Iterable[str]) -> str:
    told = list(names)
    more = f" and {len(told) - NAMED} more" if len(told) > NAMED else ""
    return ", ".join(told[:NAMED]) + more


def _state_dict(path: Path) -> dict[str, Tensor]:
    """What ``torch.save`` wrote.

    Raises
    ------
    InputError
        If it is not whole, or not named tensors.
    """
    try:
        contents: Any = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise InputError(
            f"cannot read {path}: it holds other things than tensors, or is damaged; save "
            "network.state_dict()"
        ) from error
    except NOT_WHOLE as error:
        raise InputError(f"cannot read {path}: not a whole file of torch.save") from error
    inside = [contents]
    if isinstance(contents, Mapping):
        inside += [contents[name] for name in INSIDE if name in contents]
    for state in inside:
        if _named_tensors(state):
            return dict(state)
    raise InputError(
        f"cannot read {path}: it must hold named tensors, as they are or under "
        f"{', '.join(INSIDE)}, got {_told(contents)}"
    )


def _named_tensors(state: Any) -> bool:
    return isinstance(state, Mapping) and all(
        isinstance(name, str) and isinstance(value, Tensor) for name, value in state.items()
    )


def _told(contents: Any) -> str:
    return _few(map(str, contents)) if isinstance(contents, Mapping) else type(contents).__name__


def _safetensors(path: Path) -> dict[str, Tensor]:
    """A length, so many bytes of JSON, and the numbers: the format needs no package.

    Raises
    ------
    InputError
        If the file is not that.
    """
    try:
        contents = path.read_bytes()
        size = int.from_bytes(contents[:8], "little")
        header = json.loads(contents[8 : 8 + size])
        return {
            name: _tensor(contents, 8 + size, entry)
            for name, entry in header.items()
            if name != "__metadata__"
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"cannot read {path}: not a whole safetensors file") from error


def _tensor(contents: bytes, start: int, entry: Mapping[str, Any]) -> Tensor:
    """The numbers of one entry, copied.

    Raises
    ------
    ValueError
        If they lie outside the file or are not as many as the shape says.
    """
    first, last = entry["data_offsets"]
    dtype, shape = DTYPES[entry["dtype"]], entry["shape"]
    numbers = bytearray(contents[start + first : start + last])
    if first < 0 or len(numbers) != math.prod(shape) * dtype.itemsize:
        raise ValueError(entry)
    if not numbers:
        return torch.empty(shape, dtype=dtype)
    return torch.frombuffer(numbers, dtype=dtype).reshape(shape)

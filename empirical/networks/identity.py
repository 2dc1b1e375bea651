"""What a network of the user's own is made of, so that an edited one is not taken for the same."""

from __future__ import annotations

import hashlib
import inspect
import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from torch import nn

SHOWN = 12  # digits of a digest: enough to tell two apart, few enough to be read
ADDRESS = re.compile(r" at 0x[0-9a-f]+")


def identity(network: nn.Module, factory: Callable[..., Any]) -> dict[str, Any]:
    """Digests of the sources and of the layers, and the types of the weights.

    Returns
    -------
    dict
        ``source``, of the files that define the factory and the classes of all layers, torch's own
        left out; ``layers``, of ``repr(network)``; ``dtypes``, the names of the weights' types.

    Examples
    --------
    >>> identity(nn.Linear(2, 3), nn.Linear)["dtypes"]
    ['torch.float32']
    """
    classes = {kind for layer in network.modules() for kind in type(layer).__mro__}
    names = {factory.__module__, *(kind.__module__ for kind in classes)}
    return {
        "source": source(names),
        "layers": hashlib.sha256(ADDRESS.sub("", repr(network)).encode()).hexdigest()[:SHOWN],
        "dtypes": sorted({str(weight.dtype) for weight in network.parameters()}),
    }


def source(modules: Iterable[str]) -> str:
    """Digest of the source files of modules, torch's own left out."""
    digest = hashlib.sha256()
    for name in sorted(modules):
        if name.partition(".")[0] not in ("torch", "builtins"):
            digest.update(_source(name))
    return digest.hexdigest()[:SHOWN]


def _source(module: str) -> bytes:
    """The file of a module, with its name; the name alone of one that has no file to be read."""
    try:
        path = inspect.getsourcefile(sys.modules[module])
        contents = b"" if path is None else Path(path).read_bytes()
    except (KeyError, TypeError, OSError):
        contents = b""
    return f"{module}\0".encode() + contents.replace(b"\r\n", b"\n") + b"\0"

"""The saved record: named arrays with units, and all that is needed to make them again.

xarray is loaded by the functions, so that what saves nothing does not wait for it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from theory import files
from theory.checks import InputError
from theory.observables import OBSERVABLES
from theory.records import netcdf
from theory.records.provenance import provenance

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["class_names", "load", "provenance", "provenance_of", "save", "save_text", "variable"]

TOLD = {"package", "version", "command", "parameters"}  # by every provenance


def variable(
    name: str, values: ArrayLike, *, dims: Iterable[str] = (), observable: str | None = None
) -> xr.DataArray:
    """An array of the registered observable, with its symbol, unit and meaning as attributes.

    Parameters
    ----------
    name
        Name of the array; also the observable's, unless ``observable`` names another.
    values
        Shape ``(*dims, *observable dims)``.
    dims
        Names of the axes that come before the observable's own.

    Raises
    ------
    InputError
        If the values do not have those axes.
    """
    import xarray as xr

    o = OBSERVABLES[observable or name]
    data = np.asarray(values)
    names = (*dims, *o.dims)
    if data.ndim != len(names):
        raise InputError(f"{name} must have axes {names}, got shape {data.shape}")
    attrs = {"long_name": o.meaning, "symbol": o.symbol, "units": o.unit}
    return xr.DataArray(data, dims=names, name=name, attrs=attrs)


def save(record: xr.Dataset, path: str | Path, *, made_by: Mapping[str, Any]) -> None:
    """Write ``record`` as NetCDF with its provenance; the file appears whole or not at all.

    Raises
    ------
    InputError
        If the folder cannot be made or the file cannot be written, or ``made_by`` is no provenance.
    """
    _require_told(made_by)
    target = Path(path)
    with files.writing(target):
        target.parent.mkdir(parents=True, exist_ok=True)
    contents = netcdf.contents(record.assign_attrs(provenance=json.dumps(made_by)))
    with files.whole(target) as partial:
        partial.write_bytes(contents)


def save_text(contents: str, path: str | Path) -> Path:
    """Write a text; the file appears whole or not at all.

    Raises
    ------
    InputError
        If it cannot be written.
    """
    with files.whole(path) as partial:
        partial.write_text(contents, encoding="utf-8")
    return Path(path)


def load(path: str | Path) -> xr.Dataset:
    """Read a record that ``save`` wrote; its provenance is ``json.loads(record.provenance)``.

    Raises
    ------
    InputError
        If the file is missing, truncated or damaged, or not a record.
    """
    if not Path(path).is_file():
        why = "it is a folder" if Path(path).is_dir() else "no such file"
        raise InputError(f"cannot read {path}: {why}")
    try:
        record = netcdf.read(path)
        _made_by(record.attrs["provenance"])
    except (OSError, RuntimeError, KeyError, TypeError, ValueError) as error:
        raise InputError(f"cannot read {path}: not a whole record of this program") from error
    return record


def class_names(record: xr.Dataset) -> list[str] | None:
    """What the classes of a record are called, or None where it does not say."""
    if "class_name" not in record.coords:
        return None
    return [str(name) for name in record.class_name.values]


def provenance_of(path: str | Path) -> dict[str, Any]:
    """Provenance of the record at ``path``; empty of a file that is none."""
    try:
        return _made_by(netcdf.attribute(path, "provenance"))
    except (OSError, RuntimeError, KeyError, TypeError, ValueError):
        return {}


def _made_by(told: str) -> dict[str, Any]:
    made_by = json.loads(told)
    _require_told(made_by)
    return made_by


def _require_told(made_by: Any) -> None:
    if not (isinstance(made_by, Mapping) and set(made_by) >= TOLD):
        raise InputError(f"provenance must tell {', '.join(sorted(TOLD))}, got {made_by}")

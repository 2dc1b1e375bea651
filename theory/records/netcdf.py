"""Data sets of NetCDF files, read whole.

xarray opens files to be read piece by piece, for which h5netcdf looks up each dimension of each
variable again and again: of a record of fifty variables that takes most of the time.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import h5py
    import xarray as xr

HIDDEN = {
    "CLASS",
    "NAME",
    "DIMENSION_LIST",
    "REFERENCE_LIST",
    "_NCProperties",
    "_Netcdf4Coordinates",
    "_Netcdf4Dimid",
    "_nc3_strict",
}
"""Attributes by which HDF5 and NetCDF know dimensions; the rest are the user's."""


def read(path: str | Path) -> xr.Dataset:
    """The data set that ``xarray.load_dataset`` reads from the file, without encodings.

    Groups within the file are not read.

    Raises
    ------
    OSError
        If the file is no HDF5, or damaged.
    """
    import h5py
    import xarray as xr

    with h5py.File(path) as file:
        variables = {
            name: _variable(each, file)
            for name, each in file.items()
            if isinstance(each, h5py.Dataset) and not _dimension_alone(each)
        }
        raw = xr.Dataset(variables, attrs=_attributes(file))
    return xr.decode_cf(raw).drop_encoding()


def attribute(path: str | Path, name: str) -> Any:
    """An attribute of the whole file, of which nothing else is read.

    Raises
    ------
    OSError
        If the file is no HDF5, or damaged.
    KeyError
        If it has no such attribute.
    """
    import h5py

    with h5py.File(path) as file:
        return file.attrs[name]


def _variable(stored: h5py.Dataset, file: h5py.File) -> xr.Variable:
    import h5py
    import xarray as xr

    text = h5py.check_string_dtype(stored.dtype)
    values = stored.asstr()[()] if text is not None and text.length is None else stored[()]
    encoding = {"dtype": str} if text is not None and text.length is None else {}
    return xr.Variable(_dimensions(stored, file), values, _attributes(stored), encoding)


def _dimensions(stored: h5py.Dataset, file: h5py.File) -> tuple[str, ...]:
    """Of a variable.

    Raises
    ------
    OSError
        If some have names and others none.
    """
    import h5py

    if "DIMENSION_LIST" in stored.attrs:
        scales: Any = stored.attrs["DIMENSION_LIST"]
        if not all(len(own) for own in scales):
            raise OSError(f"an axis of {str(stored.name)[1:]} has no name, where another has")
        return tuple(h5py.h5r.get_name(own[0], file.id).decode()[1:] for own in scales)
    return (str(stored.name)[1:],) if stored.ndim else ()


def _dimension_alone(stored: h5py.Dataset) -> bool:
    """Whether it only says how long a dimension without coordinates is."""
    name = stored.attrs.get("NAME", "")
    told = name.decode() if isinstance(name, bytes) else str(name)
    return told.startswith("This is a netCDF dimension but not a netCDF variable")


def _attributes(stored: h5py.Dataset | h5py.File) -> dict[str, Any]:
    return {name: _plain(each) for name, each in stored.attrs.items() if name not in HIDDEN}


def _plain(value: Any) -> Any:
    """Texts as lists, and what is alone by itself, as xarray has them."""
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, np.ndarray) and value.ndim and value.dtype.kind == "O":
        value = value.tolist()
    if isinstance(value, np.ndarray | list) and len(value) == 1:
        return value[0]
    return value

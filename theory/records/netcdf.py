"""Data sets of NetCDF files, read and written whole.

xarray reads and writes files piece by piece, for which h5netcdf looks up each dimension of each
variable again and again: of a record of fifty variables that takes most of the time.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
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

DIMENSION_ALONE = "This is a netCDF dimension but not a netCDF variable"
"""What NetCDF calls the array that only says how long a dimension without coordinates is."""


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


def contents(data: xr.Dataset) -> bytes:
    """The file that ``data.to_netcdf`` makes with h5netcdf, of the data without encodings.

    Arrays of numbers have checksums, which tell when they are read whether their bytes are as
    written.

    Raises
    ------
    TypeError
        If a value is of a type that HDF5 does not know.
    """
    import h5py
    from xarray.conventions import cf_encoder, encode_dataset_coordinates

    variables, attributes = cf_encoder(*encode_dataset_coordinates(data.drop_encoding()))
    lengths = dict(chain.from_iterable(each.sizes.items() for each in variables.values()))
    # in memory: HDF5 crashes the process where a disk is full
    with h5py.File("data", "w", driver="core", backing_store=False, track_order=True) as file:
        for name, length in lengths.items():
            if name not in variables:
                _write_dimension(file, name, length)
        for name, each in variables.items():
            _write_variable(file, name, each)
        _write_scales(file, variables, list(lengths))
        _write_attributes(file, attributes)
        written_by = f"version=2,hdf5={h5py.version.hdf5_version},h5py={h5py.__version__}"
        file.attrs["_NCProperties"] = np.bytes_(written_by)
        file.flush()
        return file.id.get_file_image()


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
    return told.startswith(DIMENSION_ALONE)


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


def _write_dimension(file: h5py.File, name: str, length: int) -> None:
    endless = None if length else (None,)  # as h5netcdf has it
    scale = file.create_dataset(name, (length,), maxshape=endless, dtype=">f4", track_order=True)
    scale.make_scale(f"{DIMENSION_ALONE}.{length:10}")


def _write_variable(file: h5py.File, name: str, variable: xr.Variable) -> None:
    import h5py

    values = np.asarray(variable.values)
    attributes = dict(variable.attrs)
    missing = attributes.pop("_FillValue", None)
    if values.dtype.kind in "OU":
        values = _texts(values)
        dtype = h5py.string_dtype()
    else:
        dtype = _number(file, values.dtype)
    how: dict[str, Any] = {"dtype": dtype, "fillvalue": missing, "track_order": True}
    if values.ndim and not values.size:
        how["maxshape"] = tuple(length or None for length in values.shape)
        how["chunks"] = tuple(length or 1024 for length in values.shape)
    elif values.ndim and values.dtype.kind in "iuf":
        how["fletcher32"] = True
    stored = file.create_dataset(name, data=values, **how)
    if missing is not None:
        stored.attrs["_FillValue"] = np.asarray([missing], dtype=values.dtype)
    _write_attributes(stored, attributes)


def _texts(values: np.ndarray) -> np.ndarray:
    """Python's own, empty where one is missing."""
    import pandas as pd

    texts = values.astype(object)
    texts[pd.isnull(texts)] = ""
    return texts


def _number(file: h5py.File, dtype: np.dtype) -> Any:
    """The type, which the file knows by name if it is complex."""
    if dtype.kind != "c":
        return dtype
    name = f"_PFNC_{'FLOAT' if dtype.itemsize == 8 else 'DOUBLE'}_COMPLEX_TYPE"
    if name not in file:
        file[name] = dtype
    return file[name]


def _write_scales(file: h5py.File, variables: Mapping[Any, xr.Variable], names: list) -> None:
    """Tell HDF5 and NetCDF which dimensions the variables have; ``names`` are all, in order."""
    numbers = {name: np.int32(number) for number, name in enumerate(names)}
    for name in names:
        if name in variables:
            _stored(file, name).make_scale(name)
        _stored(file, name).attrs["_Netcdf4Dimid"] = numbers[name]
    for name, each in variables.items():
        if not each.dims:
            continue
        stored = _stored(file, name)
        if name not in names:
            for axis, dim in enumerate(each.dims):
                stored.dims[axis].attach_scale(_stored(file, str(dim)))
        stored.attrs["_Netcdf4Coordinates"] = np.array([numbers[dim] for dim in each.dims])
        if stored.maxshape[0] is not None:
            stored.attrs["_Netcdf4Dimid"] = numbers[each.dims[0]]


def _stored(file: h5py.File, name: str) -> Any:
    return file[name]


def _write_attributes(stored: h5py.Dataset | h5py.File, attributes: Mapping[str, Any]) -> None:
    """As h5netcdf has them: numbers in arrays."""
    for name, value in attributes.items():
        alone = np.isscalar(value) and not isinstance(value, str | bytes)
        stored.attrs[name] = np.atleast_1d(value) if alone else value

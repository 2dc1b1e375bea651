"""A file read and written whole, against xarray's way through h5netcdf."""

import io

import h5py
import numpy as np
import pytest
import xarray as xr

from theory.records import netcdf

CASES = {
    "numbers": xr.Dataset(
        {
            "x": (("i", "j"), np.arange(6.0).reshape(2, 3), {"units": "nat", "long_name": "σ_z²"}),
            "holes": ("i", [np.nan, 1.0]),
            "single": ("j", np.ones(3, dtype=np.float32)),
            "count": ("i", [2**62, 3]),
            "flag": ("i", [True, False]),
            "phase": ("i", [1 + 2j, 3j]),
            "one": 0.25,
            "none": ("k", np.zeros(0)),
        },
        coords={"j": [0.0, 0.1, 1.0], "twice": ("j", [1, 2, 3]), "point": 7},
        attrs={"provenance": "{}", "number": 3, "several": [1.0, 2.0], "alone": [4]},
    ),
    "texts": xr.Dataset(
        {"name": ("i", ["FG", "all σ"]), "told": "one", "empty": ("i", ["", "a"])},
        coords={"level": ("level", ["FG", "cluster"]), "i": [1, 2]},
        attrs={"words": ["a", "bc"], "word": ["a"]},
    ),
    "nothing": xr.Dataset(),
    "dimensions of a pair": xr.Dataset({"square": (("a", "b"), np.eye(2))}, coords={"b": [3, 4]}),
}


def checksums(data):
    return {
        name: {"fletcher32": True}
        for name, each in data.variables.items()
        if each.size and each.ndim and each.dtype.kind in "biuf"
    }


def told(contents, *, but: str) -> list:
    """All that HDF5 tells of a file, in its order, but one attribute."""
    with h5py.File(io.BytesIO(contents)) as file:
        arrays = [each for each in file.values() if isinstance(each, h5py.Dataset)]
        return [
            [(name, str(each.dtype)) for name, each in file.items()],
            [
                (each.shape, each.maxshape, each.chunks, each.fletcher32, str(each.fillvalue))
                for each in arrays
            ],
            [str(each[()]) for each in arrays if each.size and each.dtype != ">f4"],
            [
                [attribute(each, name, file) for name in sorted(each.attrs) if name != but]
                for each in (*arrays, file)
            ],
        ]


def attribute(stored, name, file):
    value, dtype = stored.attrs[name], stored.attrs.get_id(name).dtype
    if name == "DIMENSION_LIST":
        value = [[file[each].name for each in axis] for axis in value]
    if name == "REFERENCE_LIST":
        return name, sorted((file[each].name, int(axis)) for each, axis in value)
    return name, str(value), str(dtype)


@pytest.mark.parametrize("case", CASES)
def test_it_writes_what_xarray_writes(tmp_path, case):
    data = CASES[case]
    known = bytes(data.to_netcdf(engine="h5netcdf", encoding=checksums(data)))
    written = netcdf.contents(data)
    assert told(written, but="_NCProperties") == told(known, but="_NCProperties")
    (tmp_path / "a.nc").write_bytes(written)
    read = xr.load_dataset(tmp_path / "a.nc", engine="h5netcdf")
    xr.testing.assert_identical(read, netcdf.read(tmp_path / "a.nc"))


def test_texts_that_are_missing_are_empty(tmp_path):
    data = xr.Dataset({"name": ("i", np.array(["a", None, np.nan], dtype=object))})
    (tmp_path / "a.nc").write_bytes(netcdf.contents(data))
    assert netcdf.read(tmp_path / "a.nc").name.values.tolist() == ["a", "", ""]


@pytest.mark.parametrize(
    "data",
    [
        xr.Dataset({"x": ("i", np.array(["a", 1.0], dtype=object))}),
        xr.Dataset(attrs={"none": None}),
    ],
    ids=["array", "attribute"],
)
def test_what_hdf5_does_not_know_is_an_error_of_its_type(data):
    with pytest.raises(TypeError):
        netcdf.contents(data)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("checked", [True, False])
def test_it_is_what_xarray_reads(tmp_path, case, checked):
    numbers = checksums(CASES[case]) if checked else {}
    CASES[case].to_netcdf(tmp_path / "a.nc", engine="h5netcdf", encoding=numbers)
    known = xr.load_dataset(tmp_path / "a.nc", engine="h5netcdf").drop_encoding()
    found = netcdf.read(tmp_path / "a.nc")
    xr.testing.assert_identical(found, known)
    for name, each in known.variables.items():
        assert found[name].dtype == each.dtype
        assert not found[name].encoding
    assert list(found.variables) == list(known.variables)
    assert not found.encoding


def test_an_attribute_is_read_alone(tmp_path):
    CASES["numbers"].to_netcdf(tmp_path / "a.nc", engine="h5netcdf")
    assert netcdf.attribute(tmp_path / "a.nc", "provenance") == "{}"
    with pytest.raises(KeyError, match="absent"):
        netcdf.attribute(tmp_path / "a.nc", "absent")


def test_what_is_no_such_file_is_an_error_of_the_system(tmp_path):
    (tmp_path / "a.nc").write_bytes(b"no HDF5")
    for function in (netcdf.read, lambda path: netcdf.attribute(path, "provenance")):
        with pytest.raises(OSError, match="signature"):
            function(tmp_path / "a.nc")


def test_an_axis_without_a_name_beside_one_that_has_one_is_damage(tmp_path):
    with h5py.File(tmp_path / "a.nc", "w") as file:
        x, square = (
            file.create_dataset(name, data=np.eye(2)[at])
            for name, at in (("x", 0), ("square", ...))
        )
        x.make_scale("x")
        square.dims[1].attach_scale(x)
    with pytest.raises(OSError, match="an axis of square has no name"):
        netcdf.read(tmp_path / "a.nc")

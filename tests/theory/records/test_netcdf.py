"""A file read whole, against xarray's way through h5netcdf."""

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


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("checked", [True, False])
def test_it_is_what_xarray_reads(tmp_path, case, checked):
    numbers = {
        name: {"fletcher32": True}
        for name, each in CASES[case].variables.items()
        if checked and each.size and each.ndim and each.dtype.kind in "biuf"
    }
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

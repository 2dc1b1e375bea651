"""The saved record: whole or absent, and all that made it is in it."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from theory import InputError, Params, record
from theory.observables import OBSERVABLES

PARAMS = Params(N=30, C=3, D=50, sigma_z=1.0, sigma_c=1.0, sigma_E=0.7)


def provenance():
    return record.provenance(command="test", parameters=PARAMS.as_dict(), seed=2**62)


def example():
    values = np.arange(6.0).reshape(2, 3)
    return xr.Dataset({"outliers": record.variable("outliers", values, dims=["replicate"])})


def test_values_attributes_and_provenance_come_back(tmp_path):
    path = tmp_path / "deep" / "run.nc"
    record.save(example(), path, made_by=provenance())
    back = record.load(path)
    xr.testing.assert_identical(back["outliers"], example()["outliers"])
    made_by = json.loads(back.provenance)
    assert made_by == json.loads(json.dumps(provenance()))
    assert Params(**made_by["parameters"]) == PARAMS
    assert made_by["seed"] == 2**62


def test_a_byte_that_changed_on_the_disk_is_told(tmp_path):
    path = tmp_path / "run.nc"
    numbers = np.arange(1000.0) + 0.5
    record.save(xr.Dataset({"x": ("i", numbers)}), path, made_by=provenance())
    whole = path.read_bytes()
    at = whole.index(numbers[:4].tobytes())
    path.write_bytes(whole[:at] + b"\1" + whole[at + 1 :])
    with pytest.raises(InputError, match="not a whole record of this program"):
        record.load(path)


def test_a_loaded_record_takes_longer_names_than_the_file_had(tmp_path):
    short = example().assign_coords(replicate=["FG", "other"])
    record.save(short, tmp_path / "short.nc", made_by=provenance())
    longer = record.load(tmp_path / "short.nc").reindex(replicate=["FG", "anisotropic"])
    record.save(longer, tmp_path / "longer.nc", made_by=provenance())
    names = record.load(tmp_path / "longer.nc").replicate.values.tolist()
    assert names == ["FG", "anisotropic"]


def test_the_file_can_be_removed_while_the_record_is_in_use(tmp_path):
    path = tmp_path / "run.nc"
    record.save(example(), path, made_by=provenance())
    back = record.load(path)
    path.unlink()
    assert back["outliers"].sum() == 15


def test_variables_carry_the_registry():
    array = record.variable("lambda_max", 0.1)
    assert array.dims == ()
    assert array.attrs["units"] == OBSERVABLES["lambda_max"].unit
    renamed = record.variable("outliers_mean", [0.2, 0.1], observable="outliers")
    assert (renamed.name, renamed.dims) == ("outliers_mean", ("rank",))


def test_wrong_axes_are_named():
    with pytest.raises(InputError, match=r"outliers must have axes \('rank',\), got shape \(\)"):
        record.variable("outliers", 1.0)


def write_half(path: Path, contents) -> None:
    with path.open("wb") as file:
        file.write(contents[: len(contents) // 2])


def test_overwriting_is_atomic(tmp_path, monkeypatch):
    path = tmp_path / "run.nc"
    record.save(example(), path, made_by=provenance())
    before = path.read_bytes()

    def broken(self, contents):
        write_half(self, contents)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", broken)
    with pytest.raises(InputError, match=r"cannot write .*run\.nc: No space left on device"):
        record.save(example(), path, made_by=provenance())
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_nothing_is_left_when_the_program_is_interrupted(tmp_path, monkeypatch):
    def interrupted(self, contents):
        write_half(self, contents)
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "write_bytes", interrupted)
    with pytest.raises(KeyboardInterrupt):
        record.save(example(), tmp_path / "run.nc", made_by=provenance())
    assert list(tmp_path.iterdir()) == []


def test_a_folder_under_a_file_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match=r"cannot write .*run\.nc: "):
        record.save(example(), tmp_path / "file" / "run.nc", made_by=provenance())


def test_a_folder_in_place_of_the_file_cannot_be_written(tmp_path):
    (tmp_path / "run.nc").mkdir()
    with pytest.raises(InputError, match=r"cannot write .*run\.nc: "):
        record.save(example(), tmp_path / "run.nc", made_by=provenance())
    assert [path.name for path in tmp_path.iterdir()] == ["run.nc"]


@pytest.mark.skipif(sys.platform == "win32", reason="folder permissions")
def test_an_unwritable_folder_is_named(tmp_path):
    folder = tmp_path / "locked"
    folder.mkdir()
    folder.chmod(0o500)
    try:
        (folder / "probe").touch()
    except PermissionError:
        with pytest.raises(InputError, match=r"cannot write .*run\.nc: Permission denied"):
            record.save(example(), folder / "run.nc", made_by=provenance())
    else:
        pytest.skip("this user writes to every folder")
    finally:
        folder.chmod(0o700)


@pytest.mark.parametrize("keep", [0, 4, 1000, 0.5, 0.9])
def test_a_truncated_file_is_refused(tmp_path, keep):
    path = tmp_path / "run.nc"
    record.save(example(), path, made_by=provenance())
    whole = path.read_bytes()
    path.write_bytes(whole[: keep if isinstance(keep, int) else int(keep * len(whole))])
    with pytest.raises(InputError, match=r"cannot read .*run\.nc: not a whole record"):
        record.load(path)


def test_foreign_files_are_refused(tmp_path):
    text = tmp_path / "notes.txt"
    text.write_text("hello")
    foreign = tmp_path / "foreign.nc"
    example().to_netcdf(foreign, engine="h5netcdf")
    for path in (text, foreign):
        with pytest.raises(InputError, match="not a whole record of this program"):
            record.load(path)
    with pytest.raises(InputError, match="no such file"):
        record.load(tmp_path / "missing.nc")

"""Records that are made once."""

import json

import pytest
import xarray as xr

from figures.gallery.kept import kept
from theory import InputError, record
from theory.records.record import provenance


def run(path, *, seed=0, value=1.0, code=None, overwrite=False):
    made_by = provenance(command="test", parameters={"a": 1}, seed=seed) | (code or {})
    dataset = xr.Dataset({"x": value})
    return kept(path, made_by=made_by, make=lambda: dataset, overwrite=overwrite)


def test_it_is_made_once_and_read_then(tmp_path):
    path = tmp_path / "a.nc"
    first, new = run(path)
    assert new
    again, new = run(path, value=2.0)
    assert not new
    assert float(again.x) == 1
    assert json.loads(again.provenance) == json.loads(first.provenance)


def test_other_sources_make_it_anew(tmp_path):
    path = tmp_path / "a.nc"
    run(path)
    sources = json.loads(record.load(path).provenance)["code"]
    found, new = run(path, value=2.0, code={"code": sources | {"theory": "other"}})
    assert new
    assert float(found.x) == float(record.load(path).x) == 2


def test_other_settings_are_refused_unless_they_may_be_replaced(tmp_path):
    path = tmp_path / "a.nc"
    run(path)
    with pytest.raises(InputError, match="its seed is 0, not 1: name another --out"):
        run(path, seed=1)
    assert float(run(path, seed=1, value=3.0, overwrite=True)[0].x) == 3

"""A store that lost results says so, and gets them back bit for bit."""

from __future__ import annotations

import shutil

import pytest
import xarray as xr
import zarr

from simulate.studies import integrity, sweep
from simulate.studies.opening import read
from simulate.studies.store import WRITTEN
from tests.support.studies.studies import bits, small
from theory import InputError


def chunk(store, name):
    return next(path for path in sorted((store / name / "c").rglob("*")) if path.is_file())


def removed(path):
    path.unlink()


def truncated(path):
    path.write_bytes(path.read_bytes()[:3])


def flipped(path):
    contents = bytearray(path.read_bytes())
    contents[len(contents) // 2] ^= 255
    path.write_bytes(contents)


@pytest.mark.parametrize("damage", [removed, truncated, flipped])
@pytest.mark.parametrize(
    "name", ["sampled_lambda_max", "sampled_status", "predicted_outliers", "sampled_error"]
)
def test_what_is_lost_is_computed_again_to_the_same_bits(tmp_path, whole, name, damage):
    store = tmp_path / "s"
    shutil.copytree(whole, store)
    damage(chunk(store, name))
    told: list[int] = []
    counts = sweep.sweep(small(), store, lost=told.append)
    cells = 6 if name.startswith("predicted") else 12
    assert counts == {"pending": 0, "done": 18, "failed": 0, "computed": cells}
    # a status that is gone is that of a run killed before it was written
    assert told == ([] if damage is removed and name == "sampled_status" else [cells])
    assert bits(store) == bits(whole)


def test_a_lost_axis_is_written_again(tmp_path, whole):
    store = tmp_path / "s"
    shutil.copytree(whole, store)
    chunk(store, "noise_ratio").unlink()
    assert (xr.open_zarr(store).noise_ratio == 0).all()  # what zarr makes of it
    with pytest.raises(InputError, match=r"s has lost an axis or a parameter: the same 'fort-g"):
        integrity.check(read(store))
    assert sweep.sweep(small(), store)["computed"] == 0
    assert bits(store) == bits(whole)


def test_a_status_that_is_none_is_computed_again(tmp_path, whole):
    store = tmp_path / "s"
    shutil.copytree(whole, store)
    zarr.open_group(store, mode="r+")["sampled_status"][0, 0, 0] = 7  # pyright: ignore
    assert sweep.sweep(small(), store)["computed"] == 12
    assert bits(store) == bits(whole)


def test_a_whole_store_is_not_touched(tmp_path, whole):
    integrity.check(read(whole))
    before = bits(whole)
    assert integrity.repair(read(whole)) == 0
    assert bits(whole) == before


def test_what_holds_the_fill_value_alone_is_no_loss_in_an_older_store(tmp_path, whole):
    """Zarr leaves such chunks out; a store made now has them, and says so."""
    store = tmp_path / "s"
    shutil.copytree(whole, store)
    chunk(store, "sampled_error").unlink()
    with pytest.raises(InputError, match="has lost the results of 12 cells"):
        integrity.check(read(store))
    del zarr.open_group(store, mode="r+").attrs[WRITTEN]
    integrity.check(read(store))

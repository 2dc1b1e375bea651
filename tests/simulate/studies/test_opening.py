"""The results of a study: right, whole after any crash, enlarged without computing again."""

import dataclasses
import json
import shutil
from pathlib import Path

import pytest
import xarray as xr
import zarr
import zarr.storage._local as local

from simulate.studies import cells, sweep
from simulate.studies.opening import opened
from tests.support.studies.studies import SMALL, bits, crashed, interrupted, small
from theory import InputError, provenance


def test_any_crash_leaves_a_store_that_goes_on_to_the_same_bits(tmp_path):
    grid = {"sigma_z": [0.5], "noise_ratio": [0.3]}
    study = small(sources=["simulation"], replicates=1, observables=["trace"], grid=grid)
    (tmp_path / "whole").mkdir()
    stores = interrupted(study, tmp_path / "whole" / "s")
    assert len(stores) > 10  # metadata and chunks of several arrays
    whole = bits(tmp_path / "whole")
    for number, store in enumerate(stores):
        assert bits(store.parent) != whole
        sweep.sweep(study, store)
        assert bits(store.parent) == whole, number


LARGER = {
    "replicates": 3,
    "grid": {"sigma_z": [0.5, 1.0, 2.0], "noise_ratio": [0.1, 0.3, 0.6, 1.2]},
}


def test_more_points_and_replicates_compute_only_the_new(tmp_path, whole, monkeypatch):
    shutil.copytree(whole, tmp_path / "s")
    counts = sweep.sweep(small(**LARGER), tmp_path / "s")
    assert counts["computed"] == 12 * 4 - 18
    sweep.sweep(small(**LARGER), tmp_path / "afresh")
    assert bits(tmp_path / "s") == bits(tmp_path / "afresh")
    assert not {p.name for p in tmp_path.iterdir()} - {"s", "afresh", ".s.lock", ".afresh.lock"}


@pytest.mark.parametrize("writes", [5, 40, 60])
def test_a_crash_while_it_is_enlarged_loses_nothing(tmp_path, whole, writes):
    shutil.copytree(whole, tmp_path / "s")
    assert crashed(small(**LARGER), tmp_path / "s", writes=writes)
    if writes < 50:
        assert bits(tmp_path / "s") == bits(whole)
    assert sweep.sweep(small(**LARGER), tmp_path / "s")["computed"] == 12 * 4 - 18


def test_a_crash_between_the_two_renames(tmp_path, whole):
    shutil.copytree(whole, tmp_path / ".s.old")
    assert sweep.sweep(small(), tmp_path / "s")["computed"] == 0
    assert bits(tmp_path / "s") == bits(whole)


def test_a_source_added_later(tmp_path):
    sweep.sweep(small(sources=["theory"]), tmp_path / "s")
    assert sweep.sweep(small(), tmp_path / "s")["computed"] == 12


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"seed": 4}, "its seed is 3, not 4"),
        ({"replicates": 1}, "its number of replicates is 2, not 1"),
        ({"sources": ["simulation"]}, "its list of sources is theory, simulation, not simulation"),
        ({"observables": ["trace"]}, "its list of observables is"),
        ({"parameters": SMALL["parameters"] | {"N": 15}}, "its N is 12, not 15"),
        ({"parameters": SMALL["parameters"] | {"labels": "uniform"}}, "its labels is not fixed"),
        (
            {"grid": {"sigma_z": [0.5], "noise_ratio": [0.3, 0.6, 1.2]}},
            "holds sigma_z = 2.0, which the study does not",
        ),
    ],
)
def test_another_study_is_refused_and_the_store_left(whole, changes, message):
    before = bits(whole)
    with pytest.raises(InputError, match=message):
        sweep.sweep(small(**changes), whole)
    assert bits(whole) == before


def by_other_code(whole: Path, path: Path, began: dict | list | None) -> Path:
    """The store, as another provenance would have begun it."""
    shutil.copytree(whole, path)
    group = zarr.open_group(path, mode="r+", use_consolidated=False)
    group.attrs["provenance"] = json.dumps(began)
    if began is None:
        del group.attrs["provenance"]
    return path


def test_a_store_that_other_code_began_is_refused_and_left(tmp_path, whole):
    made_by = json.loads(xr.open_zarr(whole).provenance)
    code = made_by["code"] | {"simulate": "0" * 64}
    path = by_other_code(whole, tmp_path / "s", made_by | {"code": code, "commit": "a" * 40})
    before = bits(path)
    with pytest.raises(InputError, match=r"s was begun by other code \(simulate of commit a{10}"):
        sweep.sweep(small(**LARGER), path)
    assert bits(path) == before
    assert not (tmp_path / ".s.new").exists()


def test_code_that_makes_none_of_its_numbers_may_change(tmp_path, whole):
    made_by = json.loads(xr.open_zarr(whole).provenance)
    code = made_by["code"] | {"figures": "0" * 64, "empirical": "0" * 64}
    path = by_other_code(whole, tmp_path / "s", made_by | {"code": code})
    assert sweep.sweep(small(), path)["computed"] == 0


@pytest.mark.parametrize("changes", [{}, LARGER])
def test_mixed_versions_go_on_and_both_are_on_record(tmp_path, whole, changes):
    now = json.loads(xr.open_zarr(whole).provenance)
    began = now | {"libraries": now["libraries"] | {"scipy": "1.0"}}
    path = by_other_code(whole, tmp_path / "s", began)
    counts = sweep.sweep(small(**changes), path, mixed_versions=True)
    assert counts["done"] - counts["computed"] == 18
    mixed = json.loads(xr.open_zarr(path).provenance)
    assert mixed["earlier"] == [began]
    assert mixed["libraries"] == now["libraries"]
    sweep.sweep(small(**changes), path)
    assert json.loads(xr.open_zarr(path).provenance) == mixed


@pytest.mark.parametrize("began", [None, {"version": "0.1.0"}, []])
def test_a_store_of_before_there_was_provenance(tmp_path, whole, began):
    path = by_other_code(whole, tmp_path / "s", began)
    with pytest.raises(InputError, match="did not record which"):
        sweep.sweep(small(), path)
    assert sweep.sweep(small(), path, mixed_versions=True)["computed"] == 0
    assert json.loads(xr.open_zarr(path).provenance)["earlier"] == [began or {}]


def test_a_worker_that_runs_other_code_is_refused(tmp_path, monkeypatch):
    kept_by = provenance.code()

    def compute(batch):
        other = kept_by | {"libraries": kept_by["libraries"] | {"numba": "0.1"}}
        return cells.compute(dataclasses.replace(batch, code=other))

    monkeypatch.setattr(sweep, "compute", compute)
    with pytest.raises(InputError, match=r"a worker runs other code \(numba 0\.1, now \d"):
        sweep.sweep(small(), tmp_path / "s")
    monkeypatch.undo()
    assert sweep.sweep(small(), tmp_path / "s")["computed"] == 18


def test_a_folder_that_is_no_store_is_left(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.partial").write_text("keep")
    with pytest.raises(InputError, match="is not the store of a study; it was not touched"):
        sweep.sweep(small(), tmp_path / "mine")
    assert (tmp_path / "mine" / "notes.partial").read_text() == "keep"


def test_only_one_process_writes(tmp_path):
    def second(_: int) -> None:
        with pytest.raises(InputError, match="another process is writing"):
            sweep.sweep(small(), tmp_path / "s")

    sweep.sweep(small(), tmp_path / "s", started=second)


def test_a_full_disk_leaves_what_is_there(tmp_path, whole, monkeypatch):
    put = local._put

    def full(path, value, exclusive=False):
        if "sampled_seed" in path.parts and path.name != "zarr.json":
            raise OSError(28, "No space left on device")
        return put(path, value, exclusive=exclusive)

    with monkeypatch.context() as patch:
        patch.setattr(local, "_put", full)
        with pytest.raises(InputError, match=r"cannot write .*s: No space left on device"):
            sweep.sweep(small(), tmp_path / "s")
    xr.open_zarr(tmp_path / "s")
    sweep.sweep(small(), tmp_path / "s")
    assert bits(tmp_path / "s") == bits(whole)


def test_a_new_store_that_an_error_leaves_empty_goes_again_and_others_stay(tmp_path, whole):
    def ended_by(error, path):
        with opened(path, small(), command=""):
            raise error

    with pytest.raises(InputError):
        ended_by(InputError(), tmp_path / "s")
    assert not (tmp_path / "s").exists()
    for error in (KeyboardInterrupt, InputError):  # the second is that of another process
        with pytest.raises(error):
            ended_by(error(), tmp_path / "s")
        assert (tmp_path / "s").is_dir()
    shutil.copytree(whole, tmp_path / "held")
    with pytest.raises(InputError):
        ended_by(InputError(), tmp_path / "held")
    assert bits(tmp_path / "held") == bits(whole)

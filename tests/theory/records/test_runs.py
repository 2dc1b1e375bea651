"""A run is known by its settings: what it goes on from, replaces, and refuses."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
import xarray as xr

from theory import provenance as source
from theory import record as records
from theory.checks import InputError
from theory.records.runs import Run
from theory.records.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Inner(Settings):
    widths: tuple[int, ...] = (1, 2)
    absent: int | None = None
    cores: int = field(default=1, compare=False)


@dataclass(frozen=True, kw_only=True)
class Outer(Settings):
    inner: Inner = field(default_factory=Inner)
    rate: float = 0.5


def run(settings=None, *, seed=0, **how):
    return Run.of(settings or Outer(), command="test", seed=seed, **how)


@pytest.fixture
def path(tmp_path):
    records.save(xr.Dataset({"a": 1}), tmp_path / "r.nc", made_by=run().made_by)
    return tmp_path / "r.nc"


def test_fields_that_apply_and_change_numbers_are_the_key():
    assert Outer().as_dict() == {"inner": {"widths": [1, 2]}, "rate": 0.5}
    assert Outer(inner=Inner(cores=2)) == Outer()
    assert Outer(inner=Inner(absent=0)) != Outer()


def test_the_same_settings_go_on(path):
    held = run(Outer(inner=Inner(cores=8))).held(path)
    assert held is not None
    assert int(held.record.a) == 1
    run().require_replaceable(path.parent)
    assert run().held(path.with_name("none.nc")) is None


@pytest.mark.parametrize(
    ("settings", "seed", "message"),
    [
        (Outer(rate=0.25), 0, r"its rate is 0\.5, not 0\.25"),
        (Outer(inner=Inner(widths=(3,))), 0, r"its inner\.widths is \[1, 2\], not \[3\]"),
        (Outer(inner=Inner(absent=0)), 0, r"its inner\.absent is unset, not 0"),
        (Outer(), 1, "its seed is 0, not 1"),
    ],
)
def test_other_settings_are_named_and_replaced_only_when_told(path, settings, seed, message):
    other = run(settings, seed=seed)
    for refused in (lambda: other.held(path), lambda: other.require_replaceable(path.parent)):
        with pytest.raises(InputError, match=rf"r\.nc holds another run, {message}: name another"):
            refused()
    told = run(settings, seed=seed, overwrite=True)
    assert told.held(path) is None
    told.require_replaceable(path.parent)


def test_records_of_other_commands_are_no_hindrance(path):
    other = Run.of(Outer(rate=0.25), command="other", seed=0)
    other.require_replaceable(path.parent)
    (path.parent / "foreign.nc").write_text("not a record")
    other.require_replaceable(path.parent)


def test_what_was_replaced_leaves_nothing_behind(path):
    folder = path.parent
    for name in ("r.png", "own.png", "other.nc"):
        (folder / name).write_text("")
    told = run(seed=1, overwrite=True)
    records.save(xr.Dataset({"a": 2}), folder / "new.nc", made_by=told.made_by)
    run(seed=1).remove_others(folder)
    assert path.exists()
    told.remove_others(folder)
    assert {each.name for each in folder.iterdir()} == {"own.png", "other.nc", "new.nc"}
    run(seed=1).require_replaceable(folder)


def test_a_file_that_is_no_record_is_replaced_only_when_told(path):
    path.write_text("mine")
    with pytest.raises(InputError, match="not a whole record of this program: name another --out"):
        run().held(path)
    assert run(overwrite=True).held(path) is None


def test_when_and_by_what_code_the_source_was_made_is_no_setting(path):
    """A comparison of the same measurement, made again by other code, is the same run."""
    old = run().made_by
    new = {**old, "date": "2001-01-01T00:00:00+00:00", "code": {}, "checkpoints": ["x"]}
    first, again, other = (
        Run(made_by=source.provenance(command="c", parameters={"from": made_by}, seed=1))
        for made_by in (old, new, run(seed=9).made_by)
    )
    first.require_same_settings(again.made_by, at=path)
    with pytest.raises(InputError, match=r"its from\.seed is 9, not 0"):
        first.require_same_settings(other.made_by, at=path)


def test_code_counts_where_a_run_goes_on(path, monkeypatch):
    monkeypatch.setattr(source, "_digest", lambda root, name: "0" * 64)
    assert run().held(path) is not None
    with pytest.raises(InputError, match="was begun by other code"):
        run(packages=("theory",)).held(path)
    assert run(packages=("theory",), overwrite=True).held(path) is None
    held = run(packages=("theory",), mixed_versions=True).held(path)
    assert held is not None
    assert held.made_by["earlier"][0]["code"] != held.made_by["code"]


def test_a_report_of_the_users_own_is_not_replaced(path):
    report = path.with_name("report.md")
    report.write_text("# Mine")
    run().require_replaceable(path.parent)  # beside a record, it is that of the command
    path.unlink()
    with pytest.raises(InputError, match=r"report\.md is there and no report of this command"):
        run().require_replaceable(path.parent)
    run(overwrite=True).require_replaceable(path.parent)

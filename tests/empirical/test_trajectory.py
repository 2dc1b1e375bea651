"""A trajectory's record: whole after each point, and the same bits however often it was stopped."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest

from empirical import trajectory as module
from empirical.networks import mlp
from empirical.networks.training import train
from empirical.settings import Measurement, Training
from empirical.trajectory import opened, trajectory
from tests.support.references.explicit_jacobian import random_data
from theory import provenance, record
from theory.checks import InputError
from theory.records.runs import Run

POINTS = (0, 0.4, 2)


HOW: dict[str, Any] = {"observe": ("logits", "shuffled"), "examples": 40, "held_out": 40}


@pytest.fixture
def data():
    return random_data(120)


@pytest.fixture
def checkpoints(tmp_path, data):
    return trained(tmp_path / "checkpoints", data)


def trained(folder, data, learning_rate=0.1):
    training = Training(epochs=POINTS, learning_rate=learning_rate, batch_size=20)
    return train(mlp((5, 6, 4), seed=1), data, training, folder=folder)


def measured(
    checkpoints, data, store, *, overwrite=False, mixed_versions=False, progress=None, **changes
):
    measurement = Measurement(**HOW | changes)
    return trajectory(
        opened(checkpoints, data),
        data,
        measurement,
        test=data,
        store=store,
        run=Run.of(
            measurement,
            command="measure",
            seed=measurement.seed,
            packages=("theory", "empirical"),
            overwrite=overwrite,
            mixed_versions=mixed_versions,
        ),
        progress=progress,
    )


def stop_after(points, monkeypatch):
    """Interrupt the measurement of the point that follows; what was measured counts up."""
    original, seen = module.measure, []

    def measure(*arguments, **named):
        if len(seen) == points:
            raise KeyboardInterrupt
        seen.append(1)
        return original(*arguments, **named)

    monkeypatch.setattr(module, "measure", measure)
    return seen


def test_points_are_in_order_with_their_steps(checkpoints, data, tmp_path):
    found = measured(checkpoints, data, tmp_path / "m.nc")
    assert found.epoch.values.tolist() == list(POINTS)
    assert found.step.values.tolist() == [0, 2, 12]
    assert found.test_accuracy.sizes == {"epoch": 3}
    one = measured(checkpoints[1:2], data, tmp_path / "one.nc")
    assert one.isel(epoch=0).drop_attrs().identical(found.isel(epoch=1).drop_attrs())


@pytest.mark.parametrize("points", [1, 2])
def test_a_stopped_measurement_goes_on_to_the_same_bits(
    checkpoints, data, tmp_path, monkeypatch, points
):
    whole = measured(checkpoints, data, tmp_path / "whole.nc")
    store = tmp_path / "cut.nc"
    with monkeypatch.context() as context:
        stop_after(points, context)
        with pytest.raises(KeyboardInterrupt):
            measured(checkpoints, data, store)
    assert record.load(store).epoch.values.tolist() == list(POINTS[:points])
    progress = []
    with monkeypatch.context() as context:
        seen = stop_after(9, context)
        again = measured(checkpoints, data, store, progress=progress.append)
    assert len(seen) == 3 - points
    assert progress[0] == 2 * points
    assert sum(progress) == 6
    assert again.identical(whole)
    assert record.load(store).identical(record.load(tmp_path / "whole.nc"))


def test_a_finished_record_is_not_measured_again(checkpoints, data, tmp_path, monkeypatch):
    first = measured(checkpoints, data, tmp_path / "m.nc")
    stop_after(0, monkeypatch)
    assert measured(checkpoints, data, tmp_path / "m.nc").identical(first)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("settings", "holds another run, its seed is 0, not 1"),
        ("weights", "holds measurements of other checkpoints"),
        ("epochs", "holds measurements of other checkpoints"),
        ("damage", "not a whole record of this program"),
    ],
)
def test_what_is_not_of_the_same_run_is_refused_or_replaced_on_purpose(
    checkpoints, data, tmp_path, monkeypatch, change, message
):
    store = tmp_path / "m.nc"
    changes: dict[str, Any] = {}
    measured(checkpoints, data, store)
    if change == "settings":
        changes = {"seed": 1}
    elif change == "weights":
        checkpoints = trained(tmp_path / "others", data, learning_rate=0.2)
    elif change == "epochs":
        checkpoints = checkpoints[1:]
    else:
        store.write_bytes(store.read_bytes()[:2000])
    before = store.read_bytes()
    with pytest.raises(InputError, match=f"{message}.*: name another --out, or replace it"):
        measured(checkpoints, data, store, **changes)
    assert store.read_bytes() == before
    seen = stop_after(9, monkeypatch)
    found = measured(checkpoints, data, store, overwrite=True, **changes)
    assert len(seen) == len(checkpoints)
    assert found.sizes["epoch"] == len(checkpoints)
    assert measured(checkpoints, data, store, **changes).identical(found)


@pytest.mark.parametrize("points", [1, 3])
def test_other_code_goes_on_only_when_told(checkpoints, data, tmp_path, monkeypatch, points):
    store = tmp_path / "m.nc"
    with monkeypatch.context() as context:
        stop_after(points, context)
        with contextlib.suppress(KeyboardInterrupt):
            measured(checkpoints, data, store)
    began = json.loads(record.load(store).provenance)
    digests = began["code"] | {"empirical": "0" * 64}
    monkeypatch.setattr(provenance, "_digests", lambda root: digests)
    with pytest.raises(
        InputError, match=r"m.nc was begun by other code \(empirical of .*--mixed-v"
    ):
        measured(checkpoints, data, store)
    found = measured(checkpoints, data, store, mixed_versions=True)
    assert found.sizes["epoch"] == 3
    made_by = json.loads(found.provenance)
    if points < 3:
        assert made_by["code"] == digests
        (earlier,) = made_by["earlier"]
        assert earlier["code"] == began["code"]
    else:
        assert made_by == began


def test_memory_changes_no_setting(checkpoints, data, tmp_path, monkeypatch):
    first = measured(checkpoints, data, tmp_path / "m.nc")
    stop_after(0, monkeypatch)
    again = measured(checkpoints, data, tmp_path / "m.nc", memory=2**33)
    assert again.identical(first)


def test_refusals_leave_no_record(checkpoints, data, tmp_path):
    store = tmp_path / "m.nc"
    for files, message in (
        ([], "checkpoints must name at least one file"),
        ([*checkpoints, checkpoints[0]], "checkpoints must be of different epochs"),
    ):
        with pytest.raises(InputError, match=message):
            measured(files, data, store)
    other = random_data(120)
    object.__setattr__(other, "name", "other")
    with pytest.raises(InputError, match=r"epoch-0000.pt was trained on random, got data other"):
        measured(checkpoints, other, store)
    with pytest.raises(InputError, match="memory must be at least"):
        measured(checkpoints, data, store, memory=1000)
    assert not store.exists()

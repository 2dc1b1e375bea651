"""A run that was stopped goes on to the same bits."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from empirical.networks import own
from tests.support.networks.training_runs import Killed, Noisy, bits, kill_after, run

WAYS: tuple[dict[str, Any], ...] = (
    {"momentum": 0.9},
    {"optimizer": "adam", "schedule": "cosine", "weight_decay": 0.01},
    {"optimizer": "adamw", "schedule": "step", "weight_decay": 0.01},
)


@pytest.mark.parametrize(("after", "way"), [(1, 0), (2, 0), (3, 0), (2, 1), (3, 2)])
def test_a_killed_run_goes_on_to_the_same_bits(tmp_path, after, way):
    schedule: dict[str, Any] = {"epochs": (0, 2, 4), **WAYS[way]}
    whole = run(tmp_path / "whole", **schedule)
    with pytest.raises(Killed):
        run(tmp_path / "cut", **schedule, progress=kill_after(after))
    trained = []
    resumed = run(tmp_path / "cut", **schedule, progress=lambda epoch, _: trained.append(epoch))
    assert trained == list(range(after, 5))  # the epoch that was cut is trained again
    assert [bits(p) for p in resumed] == [bits(p) for p in whole]
    names = sorted(each.name for each in (tmp_path / "cut").iterdir())
    assert names == [*(each.name for each in whole), "resume.pt"]


def test_a_run_that_is_done_is_not_trained_again(tmp_path):
    first = run(tmp_path)
    before = [path.stat().st_mtime_ns for path in first]
    trained = []
    again = run(tmp_path, progress=lambda epoch, _: trained.append(epoch))
    assert (again, trained) == (first, [])
    assert [path.stat().st_mtime_ns for path in again] == before


def test_dropout_and_running_statistics_are_resumed_too(tmp_path):
    schedule: dict[str, Any] = {"epochs": (3,), "momentum": 0.9}
    paths = []
    for folder, cuts in (("whole", ()), ("cut", (2,)), ("cut", ())):
        torch.manual_seed(sum(map(len, folder)) + len(cuts))
        network = own(Noisy.name, seed=3)
        random = torch.get_rng_state()
        try:
            progress = kill_after(cuts[0]) if cuts else None
            paths += run(tmp_path / folder, network=network, progress=progress, **schedule)
        except Killed:
            assert cuts
        assert torch.equal(torch.get_rng_state(), random)
    first, again = (torch.load(path, weights_only=True)["state"] for path in paths)
    assert int(first["norm.num_batches_tracked"]) == 12
    for name, value in first.items():
        assert torch.equal(value, again[name])


def test_a_run_whose_checkpoints_were_removed_starts_anew(tmp_path):
    schedule: dict[str, Any] = {"epochs": (1, 3)}
    with pytest.raises(Killed):
        run(tmp_path, **schedule, progress=kill_after(3))
    (tmp_path / "epoch-0001.pt").unlink()
    assert all(path.is_file() for path in run(tmp_path, **schedule))

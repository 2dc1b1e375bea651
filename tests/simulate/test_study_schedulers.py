"""Where studies run: the same bits on every scheduler, after every death of a process."""

import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest
import xarray as xr
from study_helpers import bits, small

from simulate.studies import schedulers, sweep
from theory import InputError

STUDY = """
sources = ["simulation"]
observables = ["outliers", "gradient_share"]
seed = 3
replicates = 30
[parameters]
N = 60
C = 4
D = 1000
sigma_c = 1.0
[grid]
sigma_z = {start = 0.5, stop = 4, num = 12}
noise_ratio = [0.3, 0.6]
"""
CELLS = 12 * 2 * 30  # in far more batches than two runs that are killed can end


def start(folder: Path, name: str) -> subprocess.Popen:
    command = [sys.executable, "-m", "figures", "sweep", "study.toml", "--out", name]
    return subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, start_new_session=True)


def done(store: Path) -> int:
    return int((xr.open_zarr(store).sampled_status == 1).sum()) if store.exists() else 0


def in_group(leader: int) -> list[int]:
    """Living processes of the group, zombies apart."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == leader and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at Linux's /proc")
def test_killed_again_and_again_it_ends_at_the_same_bits(tmp_path):
    (tmp_path / "study.toml").write_text(STUDY)
    for _ in range(2):
        before = done(tmp_path / "s.zarr")
        process = start(tmp_path, "s.zarr")
        while process.poll() is None and done(tmp_path / "s.zarr") == before:
            time.sleep(0.02)
        assert process.poll() is None, "it ended before it was killed"
        process.send_signal(signal.SIGKILL)
        process.communicate()
        while in_group(process.pid):  # workers that outlive it would be waited for in vain
            time.sleep(0.05)
    assert 0 < done(tmp_path / "s.zarr") < CELLS
    for name in ("s.zarr", "whole.zarr"):
        process = start(tmp_path, name)
        assert "cell/s" in process.communicate()[1].decode()
        assert process.returncode == 0
    assert bits(tmp_path / "s.zarr") == bits(tmp_path / "whole.zarr")


def square(number: int) -> int:
    if number == 13:
        os._exit(1)
    return number**2


def test_a_job_that_kills_its_worker_is_found_and_the_others_go_on():
    results = dict(schedulers.on_cores(square, range(20), workers=2))
    assert isinstance(results.pop(13), schedulers.WorkerDied)
    assert results == {n: n**2 for n in range(20) if n != 13}


def deadly(batch):
    os._exit(1)


def test_a_cell_that_kills_its_worker_is_recorded(tmp_path, monkeypatch):
    study = small(sources=["simulation"], replicates=1)
    monkeypatch.setattr(sweep, "compute", deadly)
    counts = sweep.sweep(study, tmp_path / "s", workers=2)
    assert counts["failed"] == 6
    said = xr.open_zarr(tmp_path / "s").sampled_error.values
    assert set(said.ravel().tolist()) == {"the worker process died"}


def test_memory_is_bounded_by_the_workers():
    taken = []

    def jobs():
        for number in range(100):
            taken.append(number)
            yield number

    running = schedulers.on_cores(abs, jobs(), workers=2)
    for given, _ in enumerate(running):
        assert len(taken) <= given + 1 + schedulers.AHEAD * 2
    assert len(taken) == 100


def test_on_a_cluster_one_of_whose_workers_is_killed(tmp_path):
    distributed = pytest.importorskip("distributed")
    study = small(sources=["simulation"], replicates=16)
    sweep.sweep(study, tmp_path / "whole")
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        dashboard_address=None,
        silence_logs=50,
    ) as cluster:
        killed = []

        def kill_one(_: int) -> None:
            if not killed:
                killed.append(cluster.workers[0].pid)
                os.kill(killed[0], signal.SIGKILL)

        counts = sweep.sweep(
            study, tmp_path / "s", scheduler=cluster.scheduler_address, progress=kill_one
        )
    assert killed
    assert counts == {"pending": 0, "done": 96, "failed": 0, "computed": 96}
    assert bits(tmp_path / "s") == bits(tmp_path / "whole")


def test_an_unreachable_scheduler_makes_no_store(tmp_path):
    pytest.importorskip("distributed")
    with pytest.raises(InputError, match="cannot reach a scheduler at tcp"):
        sweep.sweep(small(), tmp_path / "s", scheduler="tcp://127.0.0.1:9")
    assert not list(tmp_path.iterdir())


def test_processes_and_this_process_give_the_same_bits(tmp_path):
    study = small(sources=["simulation"])
    sweep.sweep(study, tmp_path / "a", workers=1)
    sweep.sweep(study, tmp_path / "b", workers=2)
    assert bits(tmp_path / "a") == bits(tmp_path / "b")
    assert dict(schedulers.here(abs, [-1])) == dict(
        partial(schedulers.on_cores, workers=1)(abs, [-1])
    )

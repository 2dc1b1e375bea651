"""Where studies run: the same bits on every scheduler, after every death of a process."""

import os
import signal
from functools import partial

import pytest

from simulate.studies import schedulers, sweep
from tests.support.studies.studies import bits, small
from theory import InputError


def square(number: int) -> int:
    if number == 13:
        os._exit(1)
    return number**2


def test_a_job_that_kills_its_worker_is_found_and_the_others_go_on():
    results = dict(schedulers.on_cores(square, range(20), workers=2))
    assert isinstance(results.pop(13), schedulers.WorkerDied)
    assert results == {n: n**2 for n in range(20) if n != 13}


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

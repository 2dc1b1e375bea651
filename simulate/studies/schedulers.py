"""Where the batches of a study run: in this process, on this machine's cores, on a Dask cluster.

Each takes batches lazily, keeps two for each worker under way, and gives each with its result as
it comes, so that memory is bounded by the workers. A batch whose worker dies is run again; one
that kills its worker again has ``WorkerDied`` for its result.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from itertools import islice
from multiprocessing.connection import Connection
from typing import Any, Protocol, TypeVar

from theory import InputError

Job = TypeVar("Job")
Result = TypeVar("Result")
AHEAD = 2  # batches under way for each worker
PATIENCE = 5.0  # seconds to reach a scheduler
PORT = 8786  # of a scheduler whose address names none


class WorkerDied(RuntimeError):
    """The process that ran a batch ended without a result."""


class Scheduler(Protocol):
    """Runs ``compute`` on each job; gives the jobs with their results as they come."""

    def __call__(
        self, compute: Callable[[Job], Result], jobs: Iterable[Job], /
    ) -> Iterator[tuple[Job, Result | WorkerDied]]:
        """Each job once, in any order, with its result or what ended its worker."""
        ...


def here(
    compute: Callable[[Job], Result], jobs: Iterable[Job]
) -> Iterator[tuple[Job, Result | WorkerDied]]:
    """One job after another in this process."""
    for job in jobs:
        yield job, compute(job)


def on_cores(
    compute: Callable[[Job], Result],
    jobs: Iterable[Job],
    *,
    workers: int,
    modules: Sequence[str] = ("simulate.studies.cells",),
) -> Iterator[tuple[Job, Result | WorkerDied]]:
    """In ``workers`` processes, which end with this one, however it ends.

    What all need of ``modules`` is loaded once, where the system can fork.

    After a worker's death the jobs that were under way run one at a time, so that the job that
    kills its worker is known, and then all together again.
    """
    left, suspects = iter(jobs), list[Job]()
    under_way: dict[Future[Result], Job] = {}
    with _lifeline() as lifeline:
        pool = _pool(workers, lifeline, modules)
        while True:
            alone = bool(suspects)
            room = AHEAD * workers - len(under_way)
            for job in [suspects.pop()] if alone else islice(left, room):
                under_way[_submit(pool, compute, job)] = job
            if not under_way:
                break
            broken = False
            for future in wait(under_way, return_when=FIRST_COMPLETED).done:
                job = under_way.pop(future)
                if not isinstance(future.exception(), BrokenProcessPool):
                    yield job, future.result()
                    continue
                broken = True
                if alone:
                    yield job, WorkerDied("the worker process died")
                else:
                    suspects.append(job)
            if broken:
                suspects += under_way.values()
                under_way.clear()
                pool.shutdown()
                pool = _pool(workers, lifeline, modules)
        pool.shutdown()


@contextmanager
def on_cluster(address: str) -> Iterator[Scheduler]:
    """On the Dask cluster whose scheduler is at ``address``.

    Raises
    ------
    InputError
        If ``distributed`` is not installed, the scheduler cannot be reached or is lost, or its
        workers cannot run the project.
    """
    try:
        from distributed import Client
        from distributed.comm.addressing import parse_address, parse_host_port
    except ModuleNotFoundError:
        raise InputError("a cluster needs distributed: pip install distributed") from None
    try:
        protocol, location = parse_address(address)
        if protocol in ("tcp", "tls"):  # a client that fails says so again when it is deleted
            place = parse_host_port(location, PORT)
            socket.create_connection(place, timeout=PATIENCE).close()
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise InputError(f"cannot reach a scheduler at {address}") from error
    with client:
        yield partial(_dask, client)


def _dask(
    client: Any, compute: Callable[[Job], Result], jobs: Iterable[Job]
) -> Iterator[tuple[Job, Result | WorkerDied]]:
    from distributed import CancelledError, KilledWorker, as_completed
    from distributed.comm.core import CommClosedError

    left = iter(jobs)
    under_way: dict[Any, Job] = {}
    finished: Any = as_completed(loop=client.loop)
    while True:
        try:
            room = AHEAD * sum(client.nthreads().values()) - len(under_way)
            for job in islice(left, max(room, 1 - len(under_way))):
                future = client.submit(compute, job, pure=False)
                under_way[future] = job
                finished.add(future)
            if not under_way:
                return
            future = next(finished)
            result = _result(future, KilledWorker)
        except (CancelledError, CommClosedError, OSError) as error:
            raise InputError(f"lost the scheduler at {client.scheduler.address}") from error
        except (ImportError, AttributeError) as error:
            raise InputError(f"the cluster's workers cannot run the study: {error}") from error
        yield under_way.pop(future), result


def _result(future: Any, killed: type[Exception]) -> Any:
    try:
        return future.result()
    except killed:
        return WorkerDied("the cluster's workers died")


@contextmanager
def _lifeline() -> Iterator[Connection]:
    """A pipe whose writing end only this process has: it closes when the process ends."""
    reader, writer = multiprocessing.Pipe(duplex=False)
    try:
        yield reader
    finally:
        writer.close()
        reader.close()


def _pool(workers: int, lifeline: Connection, modules: Sequence[str]) -> ProcessPoolExecutor:
    method = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
    context = multiprocessing.get_context(method)
    if method == "forkserver":
        context.set_forkserver_preload([*modules])
    return ProcessPoolExecutor(
        workers, mp_context=context, initializer=_start, initargs=(lifeline,)
    )


def _start(lifeline: Connection) -> None:
    """Leave interrupts to the process that started this one, and end with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def follow() -> None:
        lifeline.poll(None)
        os._exit(1)

    threading.Thread(target=follow, daemon=True).start()


def _submit(
    pool: ProcessPoolExecutor, compute: Callable[[Job], Result], job: Job
) -> Future[Result]:
    try:
        return pool.submit(compute, job)
    except BrokenProcessPool as error:
        future: Future[Result] = Future()
        future.set_exception(error)
        return future

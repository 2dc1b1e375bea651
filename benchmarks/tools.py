"""Our measurements beside the tools of others: CPU seconds and peak memory of each task.

Each figure is from a fresh process that does the task of one tool and nothing else: first on few
examples, which loads and compiles what it needs, then on all. The peak is that of the second run
above what the process holds before it (Linux only). Seconds are the least of some runs on one
thread, and the processes of a task take turns. float32, 500 digits, after a few epochs of training.

What limits us: a product with the Hessian of an MLP is matrix products almost alone, the same for
whoever keeps the graph, as PyHessian does too. They are four fifths of the time of our density, and
most of the rest is making vectors orthogonal again, which reads the first of the basis.

Where ours is not the leanest: densities keep the whole basis, and eigenpairs the images of theirs
as well, for eigenvalues without ghosts and residuals that are measured. PyHessian keeps one vector
for each eigenvalue, which its power iteration misses by up to some per cent; curvlinops keeps no
basis in a density, and its Lanczos vectors lose their orthogonality. Our products work on a copy of
the network and hold its gradient, a few MB with what they pass on. A Gram matrix takes up to a
tenth more than nngeometry's, and a quarter of its time: next to it stand the factors of all layers,
and what the allocator kept of their making.
"""

from __future__ import annotations

import ctypes
import gc
import importlib.util
import json
import multiprocessing
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from threadpoolctl import threadpool_limits
from torch import Tensor, nn

from benchmarks.curvature import NETWORKS, N, train
from benchmarks.peers.tasks import TASKS, Task
from empirical.data import Data, digits

FEW = 250
ROUNDS = 2
RUNS = 3
LONG = 5.0  # seconds of a task that is run once in a process


def compare() -> dict[str, dict[str, dict]]:
    """For each network and task: what each tool takes, the difference of its eigenvalues from ours
    relative to the largest, and the ratios of the fastest and of the leanest of them to ours."""
    found: dict[str, dict[str, dict]] = {}
    for network in NETWORKS:
        found[network] = {}
        for task in TASKS:
            found[network][task] = _compare(network, task)
            print(f"{network}, {task}: {json.dumps(found[network][task])}", file=sys.stderr)
    return found


def _compare(network: str, task: str) -> dict[str, dict[str, Any] | float]:
    rows: dict[str, dict[str, Any]] = {}
    for _ in range(ROUNDS):
        for tool in TASKS[task]:
            if tool != "ours" and not importlib.util.find_spec(tool):
                rows[tool] = {"not installed": True}
                continue
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                seconds, megabytes, values = pool.apply(measure, (network, task, tool))
            row = rows.setdefault(tool, {"seconds": np.inf, "MB": np.inf})
            row["seconds"] = min(row["seconds"], seconds)
            row["MB"] = min(row["MB"], megabytes)
            ours = rows["ours"].setdefault("values", values)
            if tool != "ours" and values is not None:
                row["difference"] = float(np.abs(values - ours).max() / ours[0])
    ours = rows["ours"]
    del ours["values"]
    peers = [row for tool, row in rows.items() if tool != "ours" and "seconds" in row]
    if not peers:
        return {**rows}
    return rows | {
        f"{name} of the best / ours": min(row[name] for row in peers) / ours[name]
        for name in ("seconds", "MB")
    }


def measure(network: str, task: str, tool: str) -> tuple[float, float, np.ndarray | None]:
    """CPU seconds, peak MB and eigenvalues, if any, of one tool in this process."""
    torch.set_num_threads(1)
    work = TASKS[task][tool]
    with threadpool_limits(limits=1):
        data = digits(seed=0)[0].take(np.arange(N))
        trained = NETWORKS[network]()
        train(trained, data)
        work(trained.eval(), data.take(np.arange(FEW)))
        gc.collect()
        ctypes.CDLL(None).malloc_trim(0)
        Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew
        before = _kilobytes("VmRSS")
        seconds, values = _timed(work, trained, data)
        peak = _kilobytes("VmHWM") - before
        for _ in range(RUNS - 1 if seconds < LONG else 0):
            seconds = min(seconds, _timed(work, trained, data)[0])
    return seconds, peak / 1024, None if values is None else values.double().numpy()


def _timed(work: Task, network: nn.Module, data: Data) -> tuple[float, Tensor | None]:
    begin = time.process_time()
    values = work(network, data)
    return time.process_time() - begin, values


def _kilobytes(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(name)).split()[1])

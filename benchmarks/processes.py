"""Products with H and its eigenvalues over the processes of a ``torch.distributed`` group.

A perceptron 64–400–400–10 on random inputs in float32, gloo, one thread a process. Wall seconds are
worth what the cores are idle; those of the processor, of the busiest process, tell how the work is
shared on any machine. Bytes are those of Lanczos' basis and its images, whole in each process.
"""

from __future__ import annotations

import multiprocessing
import sys
import time
from typing import Any

import numpy as np
import torch
import torch.distributed as dist

from empirical import networks
from empirical.data import Data
from empirical.machine import processes
from empirical.operators import Curvature
from empirical.operators.lanczos import eigenpairs

COUNTS = (1, 2)
N, LAYERS = 20_000, (64, 400, 400, 10)
PRODUCTS, TOP, BASIS = 10, 4, 16
PORT = 29_611


def compare() -> dict[str, dict[str, float]]:
    """What one process takes, and each of two."""
    found = {}
    for count in COUNTS:
        with multiprocessing.get_context("spawn").Pool(count) as pool:
            each = pool.starmap(measure, [(rank, count) for rank in range(count)])
        found[str(count)] = {name: max(one[name] for one in each) for name in each[0]}
        print(f"{count} processes: {found[str(count)]}", file=sys.stderr)
    return found


def measure(rank: int, count: int) -> dict[str, float]:
    """Seconds and bytes of one of ``count`` processes."""
    torch.set_num_threads(1)
    address = f"tcp://localhost:{PORT + count}"
    dist.init_process_group("gloo", init_method=address, rank=rank, world_size=count)
    group = dist.group.WORLD if count > 1 else None
    draws = np.random.default_rng(0)
    inputs = torch.from_numpy(draws.normal(size=(N, LAYERS[0])).astype(np.float32))
    whole = Data(
        inputs, torch.from_numpy(draws.integers(LAYERS[-1], size=N)), classes=10, name="random"
    )
    network = networks.mlp(LAYERS, seed=0)
    share = processes.share(whole, group)
    H = Curvature(network, share, dtype=torch.float32, group=group).H
    vector = torch.ones(1, H.D)
    H(vector)
    found: dict[str, float] = {"bytes_of_basis": 2 * BASIS * H.D * vector.element_size()}
    work: dict[str, Any] = {
        f"{PRODUCTS}_products": lambda: [H(vector) for _ in range(PRODUCTS)],
        f"top_{TOP}": lambda: eigenpairs(H, top=TOP, basis=BASIS, tolerance=1e-2),
    }
    for name, task in work.items():
        wall, own = time.perf_counter(), time.process_time()
        task()
        found[f"{name}_processor_seconds"] = time.process_time() - own
        found[f"{name}_wall_seconds"] = time.perf_counter() - wall
    dist.destroy_process_group()
    return found

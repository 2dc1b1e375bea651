"""Our products and eigenvalues beside the nearest of other tools, in turns in one process.

For a busy machine: what slows one tool slows its neighbour in the same round, so that each round
gives a ratio of its own. Processor seconds on one thread, 500 digits, float32, a few epochs of
training; the median of the rounds with its quartiles. Tools that are not installed are left out.
"""

from __future__ import annotations

import importlib.util
import json
import sys
import time

import numpy as np
import torch
from threadpoolctl import threadpool_limits

from benchmarks.curvature import NETWORKS, N, train
from benchmarks.peers.tasks import TASKS
from empirical.data import digits

ROUNDS = 7
NEAREST = {
    "top_10_H": ("curvlinops",),
    "top_10_G": ("torch.func", "matfree"),
    "100_H_products": ("pyhessian", "torch.func"),
    "100_G_products": ("torch.func",),
    "last_layer_spectrum": ("laplace",),
}


def compare(*, rounds: int = ROUNDS) -> dict[str, dict[str, dict[str, list[float]]]]:
    """For each network and task: quartiles of our seconds, and of each tool's over ours."""
    found: dict[str, dict[str, dict[str, list[float]]]] = {}
    torch.set_num_threads(1)
    for network, make in NETWORKS.items():
        data = digits(seed=0)[0].take(np.arange(N))
        trained = make()
        train(trained, data)
        trained.eval()
        found[network] = {}
        for task, nearest in NEAREST.items():
            tools = ["ours", *(each for each in nearest if importlib.util.find_spec(each))]
            seconds = np.empty((rounds + 1, len(tools)))
            with threadpool_limits(limits=1):
                for row in seconds:  # the first loads and compiles
                    for column, tool in enumerate(tools):
                        begin = time.process_time()
                        TASKS[task][tool](trained, data)
                        row[column] = time.process_time() - begin
            ours, ratios = seconds[1:, :1], seconds[1:, 1:] / seconds[1:, :1]
            quartiles = np.quantile(np.hstack([ours, ratios]), (0.25, 0.5, 0.75), axis=0)
            names = ["seconds", *(f"{tool} over ours" for tool in tools[1:])]
            found[network][task] = dict(zip(names, quartiles.T.tolist(), strict=True))
            print(f"{network}, {task}: {json.dumps(found[network][task])}", file=sys.stderr)
    return found

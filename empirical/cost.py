"""What measuring a network will cost: operation counts, and the speed seen in a short trial."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from time import perf_counter

import numpy as np
import torch
from torch import nn

from empirical import memory as bounds
from empirical.capture import batch_size, capture, needed, planned
from empirical.data import Data
from empirical.estimate import PAIRED
from empirical.groups import chosen
from empirical.hessian import matrix_bytes
from empirical.operators import GRAPH_BYTES, Curvature
from empirical.spectral import components

TRIAL = 8  # a trial runs this part of the examples that are run at a time
PRODUCTS = 300  # with H, G and K that the group 'terms' takes; 220 to 400 were seen
BASIS = 110  # vectors of all weights that it holds: a Lanczos basis, images, probes
SIDE, TRIDIAGONAL = 512, 1000  # of the matrices in a trial


@dataclass(frozen=True)
class Cost:
    """Seconds for one point, and the most bytes at a time beside those that the program takes."""

    seconds: float
    bytes: int


def cost(
    network: nn.Module,
    data: Data,
    *,
    observe: Iterable[str],
    examples: int,
    held_out: int,
    dtype: torch.dtype,
    device: torch.device | str | None = None,
    memory: int | None = None,
) -> Cost:
    """Cost of ``empirical.measure`` with the same arguments.

    Bytes are counted. Seconds are a network run, a matrix product, a tridiagonal reduction and a
    product with H, each timed once on a small part of the work and scaled by their operations: good
    to a factor of two or three, as a matrix that leaves the cache is slower and a busy machine too.

    Raises
    ------
    InputError
        If it takes more than ``memory``, or than is free; and as ``capture`` and ``Curvature``.
    """
    groups, N = chosen(observe), examples
    where = {"dtype": dtype, "device": device}
    plan = planned(network, data, **where)
    few = min(N, max(2, batch_size(plan) // TRIAL))
    batch = (data.inputs[:few], data.targets[:few])
    sample = capture(network, [batch], **where)
    C, D = data.classes, sample.gradients.D
    curvature = Curvature(network, [batch], dtype=torch.float32, device=device)

    size = torch.finfo(dtype).bits // 8
    held, others = N * plan.storage * size, held_out * plan.storage * size
    layer = max(factor.numel for factor in sample.gradients.layers) / few * size
    copied = 2 * layer  # an example's factors of one layer, gathered and reordered to be summed
    pairs = min(PAIRED, max(held_out, N) // 2) * C
    taken = {
        "logits": needed(plan, N) * size,
        "clustering": 2 * held + copied * N,
        "spectrum": held + matrix_bytes(N, C, D, dtype=dtype),
        "model": held
        + max(needed(plan, held_out) * size, others + copied * (held_out or N))
        + 3 * pairs**2 * size
        + 2 * C * C * D * size,
        "terms": held + _terms_bytes(curvature, N, batch_size(plan), memory),
    }
    taken["shuffled"] = taken["spectrum"]
    most = max(int(taken[name]) for name in ("logits", *groups))
    bounds.require(most, memory=memory, device=sample.logits.device, work=f"measuring {N} examples")

    run = _seconds(lambda: capture(network, [batch], **where)) / few
    multiply = _seconds_per_multiplication(sample.logits)
    pair = sum(layer.pair_cost for layer in sample.gradients.layers)
    n = min(N * (C - 1), D)
    gram = n * n * pair / 2 if n < D else N * (C - 1) * D * D
    spectrum = multiply * gram + _tridiagonal_seconds(n, dtype)
    spent = {
        "clustering": multiply * 6 * N * C * D,
        "spectrum": spectrum,
        "shuffled": spectrum,
        "model": run * held_out
        + multiply * (2 * pairs * pairs * pair + 4 * pairs**3 / C + (held_out + C**3) * C * D),
        "terms": PRODUCTS * _product_seconds(curvature) * N / few,
    }
    return Cost(N * run + sum(spent.get(name, 0) for name in groups), most)


def _terms_bytes(curvature: Curvature, N: int, at_once: int, memory: int | None) -> float:
    """Graphs that are kept, the temporaries of one batch, and vectors; in float32."""
    graphs = GRAPH_BYTES if memory is None else memory // 2
    kept = min(graphs, GRAPH_BYTES, curvature.example_bytes * N)
    return kept + 3 * curvature.example_bytes * min(N, at_once) + BASIS * curvature.D * 4


def _seconds(work: Callable[[], object]) -> float:
    """Of a second run: the first also loads and compiles."""
    work()
    start = perf_counter()
    work()
    return perf_counter() - start


def _seconds_per_multiplication(like: torch.Tensor) -> float:
    matrix = like.new_ones(SIDE, SIDE)
    return _seconds(lambda: float((matrix @ matrix)[0, 0])) / SIDE**3


def _tridiagonal_seconds(n: int, dtype: torch.dtype) -> float:
    """Reduction of an n × n matrix, from a smaller one; cubic."""
    side = min(n, TRIDIAGONAL)
    kind = np.float32 if dtype == torch.float32 else np.float64
    matrix = np.diag(np.arange(side, dtype=kind)) + kind(1)
    return _seconds(lambda: components(matrix.copy(), matrix[0])) * (n / side) ** 3


def _product_seconds(curvature: Curvature) -> float:
    vector = torch.ones(curvature.D, dtype=curvature.dtype, device=curvature.device)
    return _seconds(lambda: float(curvature.H(vector)[0]))

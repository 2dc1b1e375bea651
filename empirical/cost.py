"""What measuring a network will cost: operation counts, and the speed seen in a short trial."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from time import perf_counter
from typing import Any

import torch
from torch import nn

from empirical.capture import Sample, batch_size, capture, needed, planned
from empirical.data import Data
from empirical.estimates.deviations import ROWS
from empirical.gauss_newton.spectrum import matrix_bytes, on_eigenvectors
from empirical.groups.by_layer import layers
from empirical.jacobian.backward import Plan
from empirical.jacobian.twin import Twin
from empirical.machine import memory as bounds
from empirical.machine.devices import whereabouts
from empirical.operators.curvature import GRAPH_BYTES, Curvature
from empirical.outputs import at_a_time, outputs, run_numbers
from empirical.settings import Measurement

TRIAL = 8  # a trial runs this part of the examples that are run at a time
PRODUCTS = 300  # with H, G and K that the group 'terms' takes; 220 to 400 were seen
OF_LAYER = 60  # with H that the group 'layers' takes for each layer
ADDED = 800  # the group 'addition': two laws of H and K, and how far from free G and K are
BASIS = 140  # vectors of all weights that it holds: a Lanczos basis, images, probes
RUNS, ENOUGH = 3, 0.1  # runs of a trial, fewer where these seconds are over
OF_OUTPUTS = 10  # arrays as large as the logits, where their statistics are taken
SIDE, REDUCED = 512, 1000  # of the matrices that are multiplied and reduced in a trial


@dataclass(frozen=True)
class Cost:
    """Seconds for one point, and the most bytes at a time beside those that the program takes."""

    seconds: float
    bytes: int


def cost(
    network: nn.Module,
    data: Data,
    measurement: Measurement,
) -> Cost:
    """Cost of ``empirical.measure`` with the same arguments.

    Bytes are counted. Seconds are a network run, a matrix product, a matrix's reduction and a
    product with H, each timed on a small part of the work and scaled by their operations: good
    to a factor of two or three, as a matrix that leaves the cache is slower and a busy machine too.

    Raises
    ------
    InputError
        If it takes more than ``memory``, or than is free; and as ``capture`` and ``Curvature``.
    """
    N, memory, where = measurement.examples, measurement.memory, whereabouts(measurement)
    most, seconds = _forward(network, data, N, where)
    trial = None
    if measurement.observe != ("logits",):
        trial = _tried(network, data, measurement, where)
        taken = _bytes(trial, memory)
        most = max(most, *(taken.get(name, 0) for name in measurement.observe))
    bounds.require(most, memory=memory, device=where["device"], work=f"measuring {N} examples")
    if trial is not None:
        batch = trial.batch
        run = _seconds(lambda: capture(network, [batch], **where)) / len(batch[1])
        spent = _seconds_of_groups(trial, run)
        seconds += N * run * trial.keep
        seconds += sum(spent[name]() for name in measurement.observe if name in spent)
    return Cost(seconds, most)


def _forward(network: nn.Module, data: Data, N: int, where: Mapping[str, Any]) -> tuple[int, float]:
    """Bytes and seconds that the logits of N examples take."""
    size, memory = where["dtype"].itemsize, where["memory"]
    numbers = run_numbers(Twin(network, where["dtype"], where["device"]), data.inputs)
    step = at_a_time(numbers, memory=memory)
    few = min(N, max(1, step // TRIAL))
    batch = (data.inputs[:few], data.targets[:few])
    seconds = _seconds(lambda: outputs(network, [batch], **where)) * N / few
    runs = 3 * numbers * (min(N, step) + 1)  # a batch, the same in another order, and two of it
    return (runs + OF_OUTPUTS * N * data.classes) * size, seconds


def _tried(
    network: nn.Module, data: Data, measurement: Measurement, where: Mapping[str, Any]
) -> _Trial:
    memory = where["memory"]
    plan = planned(network, data, **where)
    most = batch_size(plan, memory=memory)
    few = min(measurement.examples, most, max(2, most // TRIAL))
    batch = (data.inputs[:few], data.targets[:few])
    return _Trial(
        plan=plan,
        batch=batch,
        sample=capture(network, [batch], **where),
        network=network,
        N=measurement.examples,
        held_out=measurement.held_out,
        keep=measurement.keeps_gradients,
        multiplies=bool({"terms", "addition", "layers"} & set(measurement.observe)),
    )


@dataclass(frozen=True, eq=False, kw_only=True)
class _Trial:
    """A part of the examples that was run, and how many there are."""

    plan: Plan
    batch: tuple[torch.Tensor, torch.Tensor]
    sample: Sample
    network: nn.Module
    N: int
    held_out: int
    keep: bool
    multiplies: bool

    @cached_property
    def curvature(self) -> Curvature:
        """Of the examples that were run."""
        how = {"dtype": torch.float32, "device": self.sample.logits.device}
        return Curvature(self.network, [self.batch], **how)

    @cached_property
    def multiply(self) -> float:
        """Seconds of one multiplication in a product of matrices."""
        matrix = self.sample.logits.new_ones(SIDE, SIDE)
        return _seconds(lambda: float((matrix @ matrix)[0, 0])) / SIDE**3

    @cached_property
    def apply(self) -> float:
        """Seconds of one product with H of the examples that were run."""
        H = self.curvature
        vector = torch.ones(H.D, dtype=H.dtype, device=H.device)
        return _seconds(lambda: float(H.H(vector)[0]))

    def reduce(self, n: int) -> float:
        """Seconds of the eigenvalues of an n × n matrix and a vector on them; cubic in n."""
        side, like = min(n, REDUCED), self.sample.logits
        line = torch.arange(side, dtype=like.dtype, device=like.device)
        matrix = line.diag() + 1
        one = _seconds(lambda: float(on_eigenvectors(matrix.clone(), line)[1][0]))
        return one * (n / side) ** 3

    @property
    def pairs(self) -> int:
        """Rows in each half of the held-out examples that deviations are paired over."""
        return min(ROWS, (self.held_out or self.N) // 2 * self.sample.C)


def _bytes(trial: _Trial, memory: int | None) -> dict[str, int]:
    """What each group holds at most, the factors of the measured examples included if kept."""
    sample, plan, N = trial.sample, trial.plan, trial.N
    C, D, size = sample.C, sample.gradients.D, sample.logits.itemsize
    held, others = N * plan.storage * size, trial.held_out * plan.storage * size
    kept = held if trial.keep else 0
    few = N if trial.keep else min(N, batch_size(plan, memory=memory))
    layer = max(factor.numel for factor in sample.gradients.layers) / len(sample.targets) * size
    copied = 2 * layer  # an example's factors of one layer, gathered and reordered to be summed
    mixed = held if D >= N * (C - 1) else 0  # the factors once more, mixed by the softmax roots
    captured = needed(plan, N, memory=memory) * size
    dtype, device = sample.logits.dtype, sample.logits.device
    spectrum = held + mixed + matrix_bytes(N, C, D, dtype=dtype, device=device)
    source = max(needed(plan, trial.held_out, memory=memory) * size, others)
    estimating = trial.held_out or N
    halves = min(estimating, 2 * trial.pairs // C) * plan.storage * size
    moments = 2 * copied * estimating + 5 * C * C * D * size  # a layer is also chosen and weighted
    paired = halves + C * C * D * size
    model = max(source, others + moments, others + paired + 4 * trial.pairs**2 * size)
    along = halves + (4 * C * C * D + 3 * estimating * C**3) * size
    noise = max(model, others + along + 4 * trial.pairs**2 * size)
    sums = (plan.storage * size + 2 * copied) / C + copied + layer
    streamed = needed(plan, few, memory=memory) * size
    taken = {
        "clustering": max(streamed, (plan.storage * size + sums) * few) + 6 * C * D * size,
        "spectrum": spectrum,
        "model": kept + model,
        "noise": kept + noise,
        "shuffled": spectrum,
        "resampled": kept + max(source, others + held, spectrum),
        "tests": held + model,
        "hierarchy": held + 6 * (N * C) ** 2 * size + 6 * C * C * D * size,
    }
    if trial.multiplies:
        graphs, passing = _graph_bytes(trial, memory)
        taken["terms"] = kept + graphs + passing
        taken["addition"] = taken["terms"] + graphs  # of the held-out examples, too
        taken["layers"] = max(spectrum + others, held + noise, held + others + graphs + passing)
    return {name: int(max(value, captured * trial.keep)) for name, value in taken.items()}


def _graph_bytes(trial: _Trial, memory: int | None) -> tuple[float, float]:
    """Graphs of gradients that are kept, and what products with H take beside them."""
    graph, N = trial.curvature.example_bytes, trial.N
    graphs = min(GRAPH_BYTES if memory is None else memory // 2, GRAPH_BYTES, graph * N)
    passing = 3 * graph * min(N, batch_size(trial.plan, memory=memory))  # of one batch
    return graphs, passing + BASIS * trial.curvature.D * trial.curvature.dtype.itemsize


def _seconds_of_groups(trial: _Trial, run: float) -> dict[str, Callable[[], float]]:
    """What each group takes beside the run of the measured examples, ``run`` for each.

    Nothing is tried for a group before it is asked.
    """
    sample, N, pairs, others = trial.sample, trial.N, trial.pairs, trial.held_out
    C, D = sample.C, sample.gradients.D
    pair = sum(layer.pair_cost for layer in sample.gradients.layers)
    n = min(N * (C - 1), D)
    blocks = [sample.gradients.part(names).D for names in layers(trial.network).values()]
    sizes = Counter(min(n, size) for size in blocks)
    gram = n * n * pair / 2 if n < D else N * (C - 1) * D * D
    products = 2 * pairs**2 * pair + 4 * pairs**3 / C
    sums = (others + C**3) * C * D
    applied = N / len(sample.targets)

    @cache
    def spectrum() -> float:
        return trial.multiply * gram + trial.reduce(n)

    return {
        "clustering": lambda: run * N * (not trial.keep) + trial.multiply * 6 * N * C * D,
        "spectrum": spectrum,
        "model": lambda: run * others + trial.multiply * 3 * (products + sums),
        "noise": lambda: (
            run * others
            + trial.multiply * (3 * products + 10 * pairs**3 + 2 * others * C**3 * D + 4 * sums)
        ),
        "shuffled": spectrum,
        "resampled": lambda: run * N + spectrum(),
        "tests": lambda: (
            run * others + trial.multiply * (2 * products + 54 * N * C * D) + trial.reduce(pairs)
        ),
        "hierarchy": lambda: 7 * spectrum(),
        "terms": lambda: PRODUCTS * applied * trial.apply,
        "addition": lambda: ADDED * applied * trial.apply,
        "layers": lambda: (
            run * others
            + trial.multiply * (gram + 3 * sums + 6 * products + len(blocks) * 10 * pairs**3)
            + sum(count * trial.reduce(size) for size, count in sizes.items())
            + len(blocks) * OF_LAYER * applied * trial.apply
        ),
    }


def _seconds(work: Callable[[], object]) -> float:
    """Least of a few runs after a first, which also loads and compiles."""
    work()
    found = []
    while len(found) < RUNS and sum(found) < ENOUGH:
        start = perf_counter()
        work()
        found.append(perf_counter() - start)
    return min(found)

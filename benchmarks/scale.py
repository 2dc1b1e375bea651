"""CPU seconds and peak memory of measurements, samples and the theory over N, C and D.

On one thread: perceptrons with two hidden layers on random inputs, in float32; draws of the model
and its predictions. Each size runs in a fresh process, whose peak above what it held before is the
memory (Linux only). Exponents are slopes of the logarithms over all sizes, with standard errors.
"""

from __future__ import annotations

import multiprocessing
import resource
import sys
import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from threadpoolctl import threadpool_limits

from empirical.capture import capture
from empirical.data import Data
from empirical.estimates import clustering
from empirical.gauss_newton.spectrum import eigenvalues
from empirical.networks import mlp
from empirical.operators import Curvature
from empirical.operators.lanczos import eigenpairs
from figures.predict import predict
from simulate.replicates import replicates
from theory import Params

FEATURES, TOP = 64, 10
NETWORK, MODEL = {"N": 400, "C": 10, "width": 100}, {"N": 400, "C": 10, "D": 10**5}
TINY = {"N": 80, "C": 4, "width": 8, "D": 100}


class Size(NamedTuple):
    """What is measured at one size: the network or the model, its data, its number of weights."""

    run: Callable[[], object]
    D: int


class Task(NamedTuple):
    """What is timed, on a network or on the model, and along which axes."""

    run: Callable[..., object]
    standard: dict[str, int]
    axes: dict[str, tuple[int, ...]]


def _product(curvature: Curvature) -> object:
    vector = torch.ones(curvature.G.D)
    return [curvature.G(vector) for _ in range(10)]


def _top(curvature: Curvature) -> object:
    return eigenpairs(curvature.H, top=TOP, tolerance=1e-3).values


def _spectrum(network: torch.nn.Module, data: Data) -> object:
    return eigenvalues(capture(network, data, dtype=torch.float32))


def _cosines(network: torch.nn.Module, data: Data) -> object:
    return clustering.cosines(capture(network, data, dtype=torch.float32))


def _predicted(params: Params) -> object:
    return predict(params)


def _drawn(params: Params) -> object:
    return replicates(params, seed=0, replicates=1)


def _drawn_top(params: Params) -> object:
    return replicates(params, seed=0, replicates=1, top=params.C - 1)


EXAMPLES, CLASSES, WIDTHS = (200, 400, 800, 1600), (5, 10, 20, 40), (100, 200, 400, 800)
OVER_NETWORKS = {"N": EXAMPLES, "C": CLASSES, "width": WIDTHS}
MANY = {"N": (10**3, 10**4, 10**5), "C": (10, 100, 1000, 10**4), "width": WIDTHS}
TASKS = {
    "10 products with G": Task(_product, NETWORK, MANY | {"C": (10, 100, 1000)}),
    "top 10 of H": Task(_top, NETWORK, MANY | {"C": (10, 100, 1000)}),
    "spectrum of G": Task(_spectrum, NETWORK, OVER_NETWORKS),
    "cosines": Task(_cosines, NETWORK, OVER_NETWORKS),
    "prediction": Task(_predicted, MODEL, {"C": (10, 100, 1000, 10**4), "D": (10**3, 10**9)}),
    "drawn spectrum": Task(_drawn, MODEL, {"N": (100, 200, 400, 800), "D": (10**4, 10**6, 10**9)}),
    "drawn outliers": Task(_drawn_top, MODEL, {"N": (10**3, 10**4, 10**5), "D": (10**6, 10**9)}),
}


def compare() -> dict[str, dict[str, object]]:
    """Of each task and axis: D, seconds and megabytes at each size, and the exponents of both."""
    found: dict[str, dict[str, object]] = {}
    for name, task in TASKS.items():
        for axis, sizes in task.axes.items():
            rows = []
            for size in sizes:
                with multiprocessing.get_context("spawn").Pool(1) as pool:
                    rows.append(pool.apply(measure, (name, axis, size)))
                print(f"{name}, {axis} = {size}: {rows[-1]}", file=sys.stderr)
            D, seconds, MB = zip(*rows, strict=True)
            over = D if axis == "width" else sizes
            found[f"{name} over {axis}"] = {
                "sizes": sizes,
                "D": D,
                "seconds": seconds,
                "MB": MB,
                "exponent_of_seconds": exponent(over, seconds),
                "exponent_of_MB": exponent(over, MB),
            }
    return found


def measure(name: str, axis: str, size: int) -> tuple[int, float, float]:
    """Weights, seconds and megabytes of a task at one size.

    Tiny ones are run first, unmeasured, which loads what the task needs: with many classes, too,
    whose outliers follow a law of their own.
    """
    task = TASKS[name]
    torch.set_num_threads(1)
    with threadpool_limits(limits=1):
        tiny = {key: TINY[key] for key in task.standard}
        for C in (TINY["C"], 80):
            _prepared(task, tiny | {"C": C}).run()
        prepared = _prepared(task, {axis: size})
        before, start = _peak(), time.process_time()
        prepared.run()
        return prepared.D, time.process_time() - start, (_peak() - before) / 1e6


def _prepared(task: Task, changed: dict[str, int]) -> Size:
    """The work, for the sizes changed."""
    sizes = task.standard | changed
    if task.standard is MODEL:
        N, C, D = (sizes[name] for name in ("N", "C", "D"))
        params = Params(N=N, C=C, D=D, sigma_z=1.0, sigma_c=1.0, sigma_E=0.7)
        return Size(lambda: task.run(params), params.D)
    network = mlp((FEATURES, sizes["width"], sizes["width"], sizes["C"]), seed=0)
    draws = torch.Generator().manual_seed(0)
    inputs = torch.randn(sizes["N"], FEATURES, generator=draws)
    data = Data(inputs, torch.arange(sizes["N"]) % sizes["C"], classes=sizes["C"], name="random")
    D = sum(weight.numel() for weight in network.parameters())
    if task.run in (_product, _top):
        curvature = Curvature(network, data, dtype=torch.float32)
        return Size(lambda: task.run(curvature), D)
    return Size(lambda: task.run(network, data), D)


def exponent(sizes: tuple[int, ...], values: tuple[float, ...]) -> tuple[float, float]:
    """Slope of the logarithms and its standard error, NaN where a value is zero."""
    if min(values) <= 0:
        return np.nan, np.nan
    x, y = np.log(sizes), np.log(values)
    x = x - x.mean()
    slope = float(x @ y / (x @ x))
    left = y - y.mean() - slope * x
    return slope, float(np.sqrt(left @ left / max(len(x) - 2, 1) / (x @ x)))


def _peak() -> int:
    return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

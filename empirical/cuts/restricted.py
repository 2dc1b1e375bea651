"""Training inside a random hyperplane or on a hypersphere, and the dimension that it needs."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
import xarray as xr
from numpy.typing import ArrayLike
from threadpoolctl import threadpool_limits
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn.utils import parameters_to_vector

from empirical.cuts.goldilocks import scaled
from empirical.cuts.hyperplane import SURFACES, directions
from empirical.data import Data
from empirical.recorded import variable
from empirical.settings.goldilocks import Basis
from theory import checks, stream
from theory.checks import InputError
from theory.streams import derived_seed

Surface = Literal["plane", "sphere"]


@dataclass(frozen=True)
class Schedule:
    """How a restricted network is trained.

    Parameters
    ----------
    steps
        Most steps of Adam, at least 1.
    learning_rate
        Of Adam in the d coordinates, as a share of the weight radius, above 0.
    batch_size
        Examples per step, at least 1.
    surface
        ``plane``: the affine hyperplane through the initial weights; ``sphere``: the same,
        projected onto the sphere of their radius.
    """

    steps: int = 300
    learning_rate: float = 0.01
    batch_size: int = 128
    surface: Surface = "plane"

    def __post_init__(self) -> None:
        checks.count("steps", self.steps)
        checks.real("learning_rate", self.learning_rate, low=0, strict=True)
        checks.count("batch_size", self.batch_size)
        checks.choice("surface", self.surface, SURFACES)


@dataclass(frozen=True)
class Outcome:
    """What restricted training reached.

    ``steps`` were taken when the training accuracy was first at the target; ``inf`` if it never
    was, or no target was given.
    """

    accuracy: float
    test_accuracy: float
    steps: float


def train(
    network: nn.Module,
    data: Data,
    *,
    test: Data,
    rows: Tensor,
    schedule: Schedule,
    target: float | None = None,
    seed: int,
) -> Outcome:
    r"""Train ``W = W₀ + Σ_i θ_i m_i`` over θ alone; on the sphere, ``|W₀| W / |W|``.

    It runs on one thread, so that the same arguments give the same bits on any number of cores.

    Parameters
    ----------
    network
        Gives W₀; left as it is.
    rows
        The directions ``m_i``, as ``hyperplane.directions`` makes them.
    target
        Training accuracy at which to stop; without one, all steps are taken.
    seed
        Root of the order of the examples.

    Raises
    ------
    InputError
        If rows are not of the network's weights.
    """
    names = [name for name, _ in network.named_parameters()]
    shapes = [w.shape for w in network.parameters()]
    sizes = [w.numel() for w in network.parameters()]
    start = parameters_to_vector(network.parameters()).detach()
    if rows.ndim != 2 or rows.shape[1] != len(start):
        raise InputError(f"rows must have shape (d, {len(start)}), got {tuple(rows.shape)}")
    radius = start.norm()
    spread = rows.to(start).t()
    theta = torch.zeros(len(rows), 1, dtype=start.dtype, requires_grad=True)
    rate = schedule.learning_rate * float(radius)
    optimizer = torch.optim.Adam([theta], lr=rate)

    def logits(inputs: Tensor) -> Tensor:
        weights = start + (spread @ theta)[:, 0]
        if schedule.surface == "sphere":
            weights = weights * (radius / weights.norm())
        parts = [w.view(s) for w, s in zip(weights.split(sizes), shapes, strict=True)]
        return functional_call(network, dict(zip(names, parts, strict=True)), (inputs,))

    def accuracy(of: Data) -> float:
        with torch.no_grad():
            return float((logits(of.inputs).argmax(1) == of.targets).double().mean())

    order = stream(seed, "batches")
    reached = math.inf
    with threadpool_limits(1):
        for step in range(schedule.steps):
            if target is not None and accuracy(data) >= target:
                reached = step
                break
            batch = torch.from_numpy(order.integers(len(data), size=schedule.batch_size))
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(logits(data.inputs[batch]), data.targets[batch])
            loss.backward()
            optimizer.step()
        return Outcome(accuracy(data), accuracy(test), reached)


def intrinsic(
    make: Callable[[int], nn.Module],
    data: Data,
    *,
    test: Data,
    dimensions: Sequence[int],
    scales: Sequence[float],
    schedule: Schedule,
    basis: Basis = "dense",
    replicates: int = 1,
    seed: int,
    progress: Callable[[int], object] | None = None,
) -> xr.Dataset:
    """Accuracy that restricted training reaches, by the dimension d and the weight radius.

    A replicate is one network and one nested family of subspaces, at every scale and d.

    Parameters
    ----------
    make
        Makes the network of a seed.
    dimensions
        Each d, ascending, from 1 to the number of weights.
    scales
        Factors of the initial weights, each above 0.
    progress
        Called with 1 after each training.

    Returns
    -------
    ``accuracy`` and ``test_accuracy`` with axes ``(replicate, scale, dimension)``, and
    ``weight_norm`` with ``(replicate, scale)``.

    Raises
    ------
    InputError
        If an argument is out of its bound.
    """
    checks.count("replicates", replicates)
    sizes = [checks.count("dimensions", d) for d in dimensions]
    if not sizes or sizes != sorted(set(sizes)):
        raise InputError(f"dimensions must be ascending and not empty, got {sizes}")
    factors = [checks.real("scales", scale, low=0, strict=True) for scale in scales]
    found = np.empty((2, replicates, len(factors), len(sizes)))
    norms = np.empty((replicates, len(factors)))
    for replicate in range(replicates):
        own_seed = derived_seed(seed, "replicate", replicate)
        network = make(own_seed)
        start = parameters_to_vector(network.parameters()).detach()
        rows = directions(len(start), d=sizes[-1], basis=basis, seed=own_seed)
        rows = rows.to(start.dtype)
        for i, scale in enumerate(factors):
            point = scaled(network, scale)
            norms[replicate, i] = scale * float(start.norm())
            for j, d in enumerate(sizes):
                outcome = train(
                    point,
                    data,
                    test=test,
                    rows=rows.narrow_copy(0, 0, d),
                    schedule=schedule,
                    seed=own_seed,
                )
                found[:, replicate, i, j] = outcome.accuracy, outcome.test_accuracy
                if progress is not None:
                    progress(1)
    axes = ("replicate", "scale", "dimension")
    return xr.Dataset(
        {
            "accuracy": variable("accuracy", found[0], dims=axes),
            "test_accuracy": variable("test_accuracy", found[1], dims=axes),
            "weight_norm": variable("weight_norm", norms, dims=axes[:2]),
        },
        coords={"scale": factors, "dimension": sizes},
    )


def needed_dimension(accuracy: ArrayLike, *, dimensions: Sequence[int], target: float) -> float:
    """Smallest d at which the accuracy reaches ``target``, interpolated in ln d.

    nan if it never does, or does so at the smallest d already.

    Raises
    ------
    InputError
        If the accuracies are no numbers, or not one for each dimension.

    Examples
    --------
    >>> round(needed_dimension([0.5, 0.7, 0.9], dimensions=[10, 20, 40], target=0.8), 2)
    28.28
    """
    values = checks.array("accuracy", accuracy, ndim=1)
    sizes = checks.counts("dimensions", dimensions)
    if len(sizes) != len(values):
        raise InputError(
            f"dimensions must be {len(values)}, one for each accuracy, got {len(sizes)}"
        )
    checks.real("target", target)
    above = np.flatnonzero(values >= target)
    if len(above) == 0 or above[0] == 0:
        return math.nan
    high = int(above[0])
    low = high - 1
    share = (target - values[low]) / (values[high] - values[low])
    ends = np.log([sizes[low], sizes[high]])
    return float(np.exp(ends[0] + share * (ends[1] - ends[0])))

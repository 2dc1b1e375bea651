"""One network measured at one point: which examples, which observables, all in one record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
import xarray as xr
from numpy.typing import NDArray
from torch import nn

from empirical.data import Data
from empirical.estimates import clustering
from empirical.gauss_newton.spectrum import matrix_bytes
from empirical.groups.measured_groups import MEASURES, TOGETHER, named
from empirical.groups.point import Point
from empirical.machine import memory as bounds
from empirical.machine import processes
from empirical.machine.devices import whereabouts
from empirical.machine.processes import Group
from empirical.settings import Measurement
from theory import stream
from theory.checks import InputError

OF_A_SOURCE = {
    "model",
    "noise",
    "tests",
    "layers",
}  # estimated on the held-out examples, if there are any


def require_enough(data: Data, measurement: Measurement) -> None:
    """Refuse data that hold fewer examples than are measured and held out, or too few of a class.

    Raises
    ------
    InputError
        If they do.
    """
    if measurement.examples + measurement.held_out > len(data):
        raise InputError(
            f"examples + held_out must be at most {len(data)}, the training examples of "
            f"{data.name}, got {measurement.examples} + {measurement.held_out}"
        )
    order, N = torch.from_numpy(_order(data, measurement)), measurement.examples
    if data.classes > N and not data.inputs.is_floating_point():
        told = f"one for each class of {data.name}, got {N}: see 'fort-ganguli language'"
        raise InputError(f"examples must be at least {data.classes}, {told}")
    classes: dict[str, Any] = {"classes": data.classes, "names": data.class_names}
    groups = set(measurement.observe)
    least = 3 if "tests" in groups else 2 if "clustering" in groups else 1
    clustering.class_sizes(data.targets[order[:N]], at_least=least, **classes)
    if groups & OF_A_SOURCE:
        others, of = order[N : N + measurement.held_out], "among the held-out examples"
        if not measurement.held_out:
            others, of = order[:N], "in the sample"
        clustering.class_sizes(data.targets[others], at_least=4, of=of, **classes)


def _order(data: Data, measurement: Measurement) -> NDArray[np.int64]:
    """The examples in the order in which they are measured, then held out."""
    return stream(measurement.seed, "examples").permutation(len(data))


def measure(
    network: nn.Module,
    data: Data,
    measurement: Measurement,
    *,
    progress: Callable[[int], object] | None = None,
    group: Group | None = None,
) -> xr.Dataset:
    """Curvature, gradient, logits and model parameters of ``network`` on a sample of ``data``.

    ``classes``, ``weights`` and ``weight_norm`` come with whatever is chosen, and the coordinate
    ``class_name`` (label) if the data have such names. The spectrum and all
    else that theory is compared with come from ``examples`` of the data; the model's parameters
    come from ``held_out`` others, so that what predicts the spectrum has not seen it. ``p`` and
    ``labels`` are those of the measured examples: with them the record alone is enough to predict.
    ``sigma_c``, ``sigma_E`` and ``effective_dimension`` have an axis ``level``, those levels of
    ``theory.levels`` whose noise is isotropic.

    Parameters
    ----------
    network
        As ``empirical.capture`` takes it; left as it is, mode, gradients and random state included.
    measurement
        What is measured, and on which examples.
    progress
        Called with 1 after each group.
    group
        Processes that share the work; all of them call with the same arguments. The first one's
        record is whole, those of the others are without observables.

    Raises
    ------
    InputError
        If there are not so many examples, a class has no measured example, fewer than 2 for
        ``clustering`` or 4 to estimate the model, the machine has no such device, the network is
        not one that ``capture`` takes, or the memory would not suffice.
    """
    require_enough(data, measurement)
    groups, N, others = measurement.observe, measurement.examples, measurement.held_out
    where = whereabouts(measurement)
    free = [weight for weight in network.parameters() if weight.requires_grad]
    D = sum(weight.numel() for weight in free)
    if {"spectrum", "shuffled"} & set(groups):
        bounds.require(
            matrix_bytes(N, data.classes, D, dtype=where["dtype"], device=where["device"]),
            memory=measurement.memory,
            device=where["device"],
            work=f"the spectrum of {N} examples of {data.classes} classes",
        )
    order = _order(data, measurement)
    point = Point(
        network,
        data.take(order[:N]),
        data.take(order[N : N + others]) if others else None,
        measurement.seed,
        where,
        measurement.keeps_gradients,
        group,
    )
    if point.keep:
        _ = point.sample  # by all processes, before one goes on by itself
    squares = [weight.detach().double().square().sum() for weight in free]
    record = named(classes=data.classes, weights=D, weight_norm=torch.stack(squares).sum().sqrt())
    if data.class_names is not None:
        record = record.assign_coords(class_name=("label", list(data.class_names)))
    for name in groups:
        if processes.is_first(group):
            record = record.merge(MEASURES[name](point), join="exact", compat="no_conflicts")
        else:
            TOGETHER[name](point)
        if progress is not None:
            progress(1)
    return record

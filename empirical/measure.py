"""The observables of one network at one point, in the groups of ``empirical.observable_groups``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
import xarray as xr
from numpy.typing import NDArray
from torch import nn

from empirical.capture import batch_size, planned
from empirical.data import Data
from empirical.estimates import clustering
from empirical.estimates.anisotropy import anisotropy
from empirical.estimates.dependence import dependence
from empirical.estimates.normality import kurtosis
from empirical.estimates.parameters import estimate, weighted
from empirical.estimates.similarity import similarities
from empirical.gauss_newton.spectrum import matrix_bytes, spectrum
from empirical.hierarchy import hierarchy, knockout
from empirical.machine import memory as bounds
from empirical.machine.devices import whereabouts
from empirical.operators.curvature import Curvature
from empirical.operators.density import lanczos_density
from empirical.operators.freeness import freeness
from empirical.operators.terms import split
from empirical.point import Point
from empirical.recorded import variable
from empirical.settings import Measurement
from theory import stream
from theory.checks import InputError
from theory.levels import ISOTROPIC

SCALES = ("sigma_c", "sigma_E", "effective_dimension")
OF_A_SOURCE = {"model", "noise", "tests"}  # estimated on the held-out examples, if there are any
TERM_TOLERANCE = 1e-2  # of a residual: the eigenvalue is then good to about 1e-4
TERM_PROBES = 20
LAW_STEPS, LAW_PROBES = 60, 4  # the ends of a law to a percent


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


def _logits(point: Point) -> xr.Dataset:
    found, p = clustering.statistics(point.outputs), point.outputs.p
    own = nn.functional.one_hot(point.outputs.targets, point.outputs.C).to(p.dtype)
    return _named(
        logit_variance=found.variance,
        confidence=found.confidence,
        participation=found.participation,
        entropy=found.entropy,
        loss=found.loss,
        accuracy=found.accuracy,
        p=p,
        labels=point.outputs.targets,
        mean_outputs=(own.T @ p) / own.sum(0)[:, None],
    )


def _clustering(point: Point) -> xr.Dataset:
    found = clustering.cosines(point.passing())
    return _named(
        q_SLSC=found.q_SLSC,
        q_SL=found.q_SL,
        q_DL=found.q_DL,
        logit_gradient_length=found.length,
    )


def _spectrum(point: Point) -> xr.Dataset:
    C = point.sample.C
    found = spectrum(point.sample, memory=point.where["memory"])
    subspaces = {"C-1": C - 1, "C": C, "C²": C * C}
    shares = [float(found.gradient_power[:n].sum()) for n in subspaces.values()]
    return _named(
        eigenvalues=found.eigenvalues,
        gradient_power=found.gradient_power,
        gradient_subspace=shares,
        eigenvalue_floor=found.floor,
        lambda_max=found.eigenvalues[0],
        trace=found.trace,
        frobenius=found.frobenius,
        gradient_norm=found.gradient_norm,
    ).assign_coords(subspace=list(subspaces))


def _model(point: Point) -> xr.Dataset:
    model = estimate(point.source())
    levels = [getattr(model, level) for level in ISOTROPIC]
    values: dict[str, Any] = {}
    for name, level in zip(ISOTROPIC, levels, strict=True):
        values[f"Gamma_{name}"], values[f"Gamma_{name}_error"] = level.Gamma, level.error.Gamma
    scales = {}
    for name in SCALES:
        scales[name] = [getattr(level, name) for level in levels]
        scales[f"{name}_error"] = [getattr(level.error, name) for level in levels]
    arrays = {name: variable(name, each, dims=("level",)) for name, each in scales.items()}
    return _named(**values).assign(arrays).assign_coords(level=list(ISOTROPIC))


def _noise(point: Point) -> xr.Dataset:
    source = point.source()
    found = anisotropy(source, weighted(source))
    logits_alike, examples_alike = similarities(source)
    return _named(
        noise_similarity_logits=logits_alike.value,
        noise_similarity_logits_error=logits_alike.error,
        noise_similarity_examples=examples_alike.value,
        noise_similarity_examples_error=examples_alike.error,
        noise_logit_covariance=found.K_C,
        noise_logit_covariance_error=found.K_C_error,
        noise_length=found.sigma_E,
        noise_spectrum=found.T,
        noise_spectrum_error=found.T_error,
        mean_components=found.means,
        mean_rest=found.rest,
    )


def _tests(point: Point) -> xr.Dataset:
    gaussian = kurtosis(point.source())
    exchanged = dependence(point.sample)
    errors = clustering.cosine_errors(point.sample)
    return _named(
        noise_kurtosis=gaussian.value,
        noise_kurtosis_error=gaussian.error,
        output_dependence=exchanged.value,
        output_dependence_error=exchanged.error,
        q_SLSC_error=errors.q_SLSC,
        q_SL_error=errors.q_SL,
        q_DL_error=errors.q_DL,
    )


def _resampled(point: Point) -> xr.Dataset:
    others = point.source().take(torch.arange(len(point.data)))
    return knockout.spectrum_record(others, prefix="resampled", memory=point.where["memory"])


def _hierarchy(point: Point) -> xr.Dataset:
    return hierarchy(point.sample, memory=point.where["memory"])


def _shuffled(point: Point) -> xr.Dataset:
    return knockout.shuffled_outputs(point.sample, seed=point.seed, memory=point.where["memory"])


def _terms(point: Point) -> xr.Dataset:
    """In float32, whose rounding is far below the tolerance, and a few examples at a time."""
    return split(
        point.network,
        _few_at_a_time(point, point.data),
        tolerance=TERM_TOLERANCE,
        probes=TERM_PROBES,
        seed=point.seed,
        **_single(point),
    )


def _addition(point: Point) -> xr.Dataset:
    """K of as many held-out examples as are measured, where there are so many."""
    others = point.data if point.held_out is None else point.held_out
    others = others.take(np.arange(min(len(point.data), len(others))))
    where = {name: value for name, value in _single(point).items() if name != "memory"}
    H, K = (
        Curvature(point.network, _few_at_a_time(point, data), **where)
        for data in (point.data, others)
    )
    how: dict[str, Any] = {"steps": LAW_STEPS, "probes": LAW_PROBES, "seed": point.seed}
    laws = lanczos_density(H.H, **how), lanczos_density(K.K, **how)
    found = freeness(H.G, H.K, seed=point.seed)
    return _named(
        hessian_nodes=laws[0].nodes,
        hessian_weights=laws[0].weights,
        curvature_nodes=laws[1].nodes,
        curvature_weights=laws[1].weights,
        freeness=found.value,
        freeness_error=found.error,
    )


def _single(point: Point) -> dict[str, Any]:
    return {**point.where, "dtype": torch.float32}


def _few_at_a_time(point: Point, data: Data) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Batches of the size that ``capture`` would take."""
    device, memory = point.where["device"], point.where["memory"]
    plan = planned(point.network, data, dtype=torch.float32, device=device, memory=memory)
    size = batch_size(plan, memory=memory)
    return list(zip(data.inputs.split(size), data.targets.split(size), strict=True))


MEASURES: dict[str, Callable[[Point], xr.Dataset]] = {
    "logits": _logits,
    "clustering": _clustering,
    "spectrum": _spectrum,
    "model": _model,
    "noise": _noise,
    "shuffled": _shuffled,
    "resampled": _resampled,
    "terms": _terms,
    "addition": _addition,
    "hierarchy": _hierarchy,
    "tests": _tests,
}


def measure(
    network: nn.Module,
    data: Data,
    measurement: Measurement,
    *,
    progress: Callable[[int], object] | None = None,
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
            matrix_bytes(N, data.classes, D, dtype=where["dtype"]),
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
    )
    squares = [weight.detach().double().square().sum() for weight in free]
    record = _named(classes=data.classes, weights=D, weight_norm=torch.stack(squares).sum().sqrt())
    if data.class_names is not None:
        record = record.assign_coords(class_name=("label", list(data.class_names)))
    for name in groups:
        record = record.merge(MEASURES[name](point), join="exact", compat="no_conflicts")
        if progress is not None:
            progress(1)
    return record


def _named(**values: Any) -> xr.Dataset:
    return xr.Dataset({name: variable(name, value) for name, value in values.items()})

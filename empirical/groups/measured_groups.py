"""The observables of each group of ``empirical.observable_groups``, of one network at one point."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
import xarray as xr
from torch import nn

from empirical.estimates import clustering
from empirical.estimates.anisotropy import anisotropy
from empirical.estimates.dependence import dependence
from empirical.estimates.normality import kurtosis
from empirical.estimates.parameters import estimate, weighted
from empirical.estimates.similarity import similarities
from empirical.gauss_newton.spectrum import spectrum
from empirical.groups.by_layer import by_layer, together_by_layer
from empirical.groups.point import Point
from empirical.hierarchy import hierarchy, knockout
from empirical.operators.curvature import Curvature
from empirical.operators.density import lanczos_density
from empirical.operators.freeness import freeness
from empirical.operators.terms import split
from empirical.recorded import variable
from theory.levels import ISOTROPIC

SCALES = ("sigma_c", "sigma_E", "effective_dimension")
TERM_TOLERANCE = 1e-2  # of a residual: the eigenvalue is then good to about 1e-4
TERM_PROBES = 20
LAW_STEPS, LAW_PROBES = 60, 4  # the ends of a law to a percent


def named(**values: Any) -> xr.Dataset:
    """A record of registered observables."""
    return xr.Dataset({name: variable(name, value) for name, value in values.items()})


def _logits(point: Point) -> xr.Dataset:
    found, p = clustering.statistics(point.outputs), point.outputs.p
    own = nn.functional.one_hot(point.outputs.targets, point.outputs.C).to(p.dtype)
    return named(
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
    if point.keep:
        found = clustering.cosines(point.sample)
    else:
        found = clustering.cosines(point.passing(), group=point.group)
    return named(
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
    return named(
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
    return named(**values).assign(arrays).assign_coords(level=list(ISOTROPIC))


def _noise(point: Point) -> xr.Dataset:
    source = point.source()
    found = anisotropy(source, weighted(source))
    logits_alike, examples_alike = similarities(source)
    return named(
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
    return named(
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
    """In float32 and a few examples at a time."""
    return split(
        point.network,
        point.few_at_a_time(point.data),
        tolerance=TERM_TOLERANCE,
        probes=TERM_PROBES,
        seed=point.seed,
        group=point.group,
        **point.single,
    )


def _addition(point: Point) -> xr.Dataset:
    """K of as many held-out examples as are measured, where there are so many."""
    others = point.data if point.held_out is None else point.held_out
    others = others.take(np.arange(min(len(point.data), len(others))))
    where = {name: value for name, value in point.single.items() if name != "memory"}
    H, K = (
        Curvature(point.network, point.few_at_a_time(data), **where, group=point.group)
        for data in (point.data, others)
    )
    how: dict[str, Any] = {"steps": LAW_STEPS, "probes": LAW_PROBES, "seed": point.seed}
    laws = lanczos_density(H.H, **how), lanczos_density(K.K, **how)
    found = freeness(H.G, H.K, seed=point.seed)
    return named(
        hessian_nodes=laws[0].nodes,
        hessian_weights=laws[0].weights,
        curvature_nodes=laws[1].nodes,
        curvature_weights=laws[1].weights,
        freeness=found.value,
        freeness_error=found.error,
    )


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
    "layers": by_layer,
}


# What all processes of a group do together, so that the first can measure a group of observables.
TOGETHER: dict[str, Callable[[Point], object]] = {
    "logits": lambda point: point.outputs,
    "clustering": lambda point: None if point.keep else _clustering(point),
    "spectrum": lambda point: None,
    "model": Point.source,
    "noise": Point.source,
    "shuffled": lambda point: None,
    "resampled": Point.source,
    "terms": _terms,
    "addition": _addition,
    "hierarchy": lambda point: None,
    "tests": Point.source,
    "layers": together_by_layer,
}

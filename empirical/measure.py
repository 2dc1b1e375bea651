"""The observables of one network at one point, in the groups of ``empirical.observable_groups``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
import xarray as xr
from torch import nn

from empirical.capture import Sample, batch_size, capture, planned
from empirical.data import Data
from empirical.estimates import clustering
from empirical.estimates.anisotropy import anisotropy
from empirical.estimates.parameters import estimate, weighted
from empirical.estimates.similarity import similarities
from empirical.gauss_newton.spectrum import matrix_bytes, spectrum
from empirical.hierarchy import hierarchy, knockout
from empirical.machine import memory as bounds
from empirical.observable_groups import COMPARED, chosen
from empirical.operators.terms import split
from theory import checks, stream
from theory.checks import InputError
from theory.levels import ISOTROPIC
from theory.record import variable

SCALES = ("sigma_c", "sigma_E", "effective_dimension")
TERM_TOLERANCE = 1e-2  # of a residual: the eigenvalue is then good to about 1e-4
TERM_PROBES = 20


def sizes(
    data: Data, *, observe: Iterable[str], examples: int, held_out: int | None
) -> tuple[int, int]:
    """How many examples are measured, and how many others estimate the model's parameters.

    Raises
    ------
    InputError
        If the data hold fewer, or ``resampled`` is observed and fewer are held out than measured.
    """
    N = checks.integer("examples", examples, low=1)
    others = N if held_out is None else checks.integer("held_out", held_out, low=0)
    if N + others > len(data):
        raise InputError(
            f"examples + held_out must be at most {len(data)}, the size of {data.name}, "
            f"got {N} + {others}"
        )
    if "resampled" in observe and others < N:
        raise InputError(
            f"held_out must be at least {N}, the examples, to observe resampled, got {others}"
        )
    return N, others


@dataclass(frozen=True, eq=False)
class Point:
    """One network, the examples that it is measured on, and those that estimate the model.

    ``where`` holds ``dtype``, ``device`` and ``memory``.
    """

    network: nn.Module
    data: Data
    held_out: Data | None
    seed: int
    where: Mapping[str, Any]

    @cached_property
    def sample(self) -> Sample:
        """Logits and logit gradients of the measured examples."""
        return capture(self.network, self.data, **self.where)

    def source(self) -> Sample:
        """The same of the held-out examples; of the measured ones if there are none."""
        if self.held_out is None:
            return self.sample
        return capture(self.network, self.held_out, **self.where)


def _logits(point: Point) -> xr.Dataset:
    outputs, p = clustering.statistics(point.sample), point.sample.p
    own = nn.functional.one_hot(point.sample.targets, point.sample.C).to(p.dtype)
    return _named(
        logit_variance=outputs.variance,
        confidence=outputs.confidence,
        participation=outputs.participation,
        entropy=outputs.entropy,
        loss=outputs.loss,
        accuracy=outputs.accuracy,
        p=p,
        labels=point.sample.targets,
        mean_outputs=(own.T @ p) / own.sum(0)[:, None],
    )


def _clustering(point: Point) -> xr.Dataset:
    found = clustering.cosines(point.sample)
    return _named(
        q_SLSC=found.q_SLSC,
        q_SL=found.q_SL,
        q_DL=found.q_DL,
        logit_gradient_length=clustering.gradient_length(point.sample),
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
        noise_spectrum=found.T,
        noise_spectrum_error=found.T_error,
        mean_components=found.means,
        mean_rest=found.rest,
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
    where = {**point.where, "dtype": torch.float32}
    device = where["device"]
    size = batch_size(planned(point.network, point.data, dtype=torch.float32, device=device))
    pairs = (point.data.inputs.split(size), point.data.targets.split(size))
    return split(
        point.network,
        zip(*pairs, strict=True),
        tolerance=TERM_TOLERANCE,
        probes=TERM_PROBES,
        seed=point.seed,
        **where,
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
    "hierarchy": _hierarchy,
}


def measure(
    network: nn.Module,
    data: Data,
    *,
    observe: Iterable[str] = COMPARED,
    examples: int,
    held_out: int | None = None,
    seed: int,
    dtype: torch.dtype = torch.float64,
    device: torch.device | str | None = None,
    memory: int | None = None,
    progress: Callable[[int], object] | None = None,
) -> xr.Dataset:
    """Curvature, gradient, logits and model parameters of ``network`` on a sample of ``data``.

    ``classes``, ``weights`` and ``weight_norm`` come with whatever is chosen. The spectrum and all
    else that theory is compared with come from ``examples`` of the data; the model's parameters
    come from ``held_out`` others, so that what predicts the spectrum has not seen it. ``p`` and
    ``labels`` are those of the measured examples: with them the record alone is enough to predict.
    ``sigma_c``, ``sigma_E`` and ``effective_dimension`` have an axis ``level``, those levels of
    ``theory.levels`` whose noise is isotropic.

    Parameters
    ----------
    network
        As ``empirical.capture`` takes it; left as it is, mode, gradients and random state included.
    observe
        Names of ``empirical.observable_groups.GROUPS``.
    examples
        N, examples that are measured.
    held_out
        Examples that the parameters are estimated on; by default as many as are measured.
        0 estimates them on the measured examples themselves, which over-fits.
    seed
        Root of the random choice of examples.
    dtype
        ``torch.float64``, or ``torch.float32`` at half the time: eigenvalues are then good to
        1e-6 of the largest.
    device
        Where to run; by default where the network's weights are.
    memory
        Most bytes to use; by default what is free.
    progress
        Called with 1 after each group.

    Raises
    ------
    InputError
        If a group is not known, there are not so many examples, a class has fewer than 2 measured
        or 4 estimating examples, the network is not one that ``capture`` takes, or the memory
        would not suffice.
    """
    groups = chosen(observe)
    N, others = sizes(data, observe=groups, examples=examples, held_out=held_out)
    free = [weight for weight in network.parameters() if weight.requires_grad]
    D = sum(weight.numel() for weight in free)
    if {"spectrum", "shuffled"} & set(groups):
        bounds.require(
            matrix_bytes(N, data.classes, D, dtype=dtype),
            memory=memory,
            device=torch.device(device or (free[0].device if free else "cpu")),
            work=f"the spectrum of {N} examples of {data.classes} classes",
        )
    order = stream(seed, "examples").permutation(len(data))
    point = Point(
        network,
        data.take(order[:N]),
        data.take(order[N : N + others]) if others else None,
        seed,
        {"dtype": dtype, "device": device, "memory": memory},
    )
    squares = [weight.detach().double().square().sum() for weight in free]
    record = _named(classes=data.classes, weights=D, weight_norm=torch.stack(squares).sum().sqrt())
    for name in groups:
        record = record.merge(MEASURES[name](point), join="exact", compat="no_conflicts")
        if progress is not None:
            progress(1)
    return record


def _named(**values: Any) -> xr.Dataset:
    arrays = {
        name: variable(name, value.cpu().numpy() if isinstance(value, torch.Tensor) else value)
        for name, value in values.items()
    }
    return xr.Dataset(arrays)

"""Observables that ``measure`` records: numbers of one network at the end of its training."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from figures.network_studies.observable import Observable
from figures.network_studies.replicate import Replicate
from theory.levels import ISOTROPIC
from theory.observables import OBSERVABLES

SCALARS = {
    "logits": (
        "logit_variance", "confidence", "participation", "entropy", "loss", "accuracy",
    ),
    "clustering": ("logit_gradient_length", "q_SLSC", "q_SL", "q_DL"),
    "spectrum": ("lambda_max", "trace", "frobenius", "gradient_norm"),
    "noise": ("noise_similarity_logits", "noise_similarity_examples"),
    "tests": ("noise_kurtosis", "output_dependence"),
    "terms": ("curvature_ratio",),
    "addition": ("freeness",),
}  # fmt: skip
OF_LEVELS = ("sigma_c", "sigma_E", "effective_dimension")


def _scalar(replicate: Replicate, *, name: str) -> float:
    return float(replicate.record[name])


def _of_level(replicate: Replicate, *, name: str, level: str) -> float:
    return float(replicate.record[name].sel(level=level))


def _noise_ratio(replicate: Replicate, *, level: str) -> float:
    own = replicate.record.sel(level=level)
    return float(own.sigma_E / own.sigma_c)


def _gradient_share(replicate: Replicate) -> float:
    top = replicate.record.sizes["logit"] - 1
    return float(replicate.record.gradient_power[:top].sum())


def _prominence(replicate: Replicate) -> float:
    values = replicate.record.eigenvalues.values
    return float(values[0] / values[replicate.record.sizes["logit"] - 1])


def _registered(value: Callable[[Replicate], float], name: str, group: str) -> Observable:
    o = OBSERVABLES[name]
    return Observable(value, o.symbol, o.unit, o.meaning, groups=(group,))


def _levels(name: str, level: str) -> Observable:
    o, value = OBSERVABLES[name], partial(_of_level, name=name, level=level)
    return Observable(value, o.symbol, o.unit, f"{o.meaning}, level {level}", groups=("model",))


RECORDED: dict[str, Observable] = {
    name: _registered(partial(_scalar, name=name), name, group)
    for group, names in SCALARS.items()
    for name in names
}
RECORDED |= {
    "gradient_share": Observable(
        _gradient_share,
        OBSERVABLES["gradient_share"].symbol,
        "1",
        "fraction of the squared gradient on the C-1 largest eigenvalues of G",
        groups=("spectrum",),
    ),
    "prominence": Observable(
        _prominence,
        "λ_1/λ_C",
        "1",
        "largest eigenvalue of G over the first behind C-1 outliers",
        groups=("spectrum",),
    ),
}
RECORDED |= {f"{name}_{level}": _levels(name, level) for level in ISOTROPIC for name in OF_LEVELS}
RECORDED |= {
    f"noise_ratio_{level}": Observable(
        partial(_noise_ratio, level=level),
        "σ_E/σ_c",
        "1",
        f"noise over mean of a logit gradient, level {level}",
        groups=("model",),
    )
    for level in ISOTROPIC
}

"""The parameters that a study may set: their symbols and units, and the model that they make."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields
from typing import NamedTuple

from theory import Params, checks
from theory.observables import SLOPE

Value = int | float | str


class Setting(NamedTuple):
    """Symbol, unit and meaning of a parameter; the parameter of the model that it stands for."""

    symbol: str
    unit: str
    meaning: str
    sets: str = ""


SETTINGS = {
    "N": Setting("N", "1", "examples"),
    "C": Setting("C", "1", "classes"),
    "D": Setting("D", "1", "weights"),
    "sigma_z": Setting("σ_z", "nat", "standard deviation of the logits"),
    "sigma_c": Setting("σ_c", SLOPE, "root-mean-square length of the mean logit gradients"),
    "sigma_E": Setting("σ_E", SLOPE, "root-mean-square length of the noise of a logit gradient"),
    "labels": Setting("labels", "1", "law of the labels"),
    "margin": Setting("Δ", "nat", "what margin labels add to the true class's logit"),
    "sigma_y": Setting("σ_y", SLOPE, "root-mean-square length of the true class's part of a mean"),
    "T_exponent": Setting("α", "1", "exponent of the noise's covariance across weights"),
    "rho": Setting("ρ", "1", "correlation of the noise across logits"),
    "sigma_H": Setting("σ_H", "1", "strength of the logits' curvature"),
    "noise_ratio": Setting("σ_E/σ_c", "1", "noise over mean of a logit gradient", "sigma_E"),
    "aspect_ratio": Setting("N(C-1)/D", "1", "rows of the sample space over weights", "D"),
}
WHOLE = ("N", "C", "D")
OPTIONAL = tuple(f.name for f in fields(Params) if f.default is not MISSING)


def check_names(names: Iterable[str]) -> None:
    """See that ``names`` set every parameter of the model once.

    Raises
    ------
    InputError
        If one is unknown, missing, or set twice.
    """
    given: dict[str, str] = {}
    for name in names:
        checks.choice("parameter", name, tuple(SETTINGS))
        target = SETTINGS[name].sets or name
        if target in given:
            raise checks.InputError(f"{target} is set twice, by {given[target]} and {name}")
        given[target] = name
    for target in (f.name for f in fields(Params) if f.name not in OPTIONAL):
        if target not in given:
            ways = [name for name, s in SETTINGS.items() if target in (name, s.sets)]
            raise checks.InputError(f"{' or '.join(ways)} must be set")


def lowest(name: str) -> float:
    """The least value that some model takes of a parameter."""
    return -1.0 if name == "rho" else 0.0


def value(name: str, raw: object) -> Value:
    """``raw`` as a value of the parameter: whole numbers of N, C, D may be written as ``1e9``.

    Raises
    ------
    InputError
        If it is no number, below the parameter's bound, or not whole where it must be.
    """
    if name == "labels":
        return str(raw)
    number = checks.real(name, raw, low=lowest(name), strict=bool(SETTINGS[name].sets))
    if name not in WHOLE:
        return number
    if not number.is_integer():
        raise checks.InputError(f"{name} must be an integer, got {raw!r}")
    return int(number)


def model(given: Mapping[str, Value]) -> Params:
    """The model with these parameters.

    ``noise_ratio`` sets ``sigma_E = noise_ratio · sigma_c``; ``aspect_ratio`` sets D to the
    nearest integer to ``N(C-1)/aspect_ratio``.

    Raises
    ------
    InputError
        If a parameter is out of its bounds.

    Examples
    --------
    >>> model(dict(N=300, C=10, sigma_z=1.0, sigma_c=2.0, noise_ratio=0.7, aspect_ratio=2.7))
    ... # doctest: +ELLIPSIS
    Params(N=300, C=10, D=1000, sigma_z=1.0, sigma_c=2.0, sigma_E=1.4, labels='uniform', ...)
    """
    known = dict(given)
    if "noise_ratio" in known:
        known["sigma_E"] = float(known.pop("noise_ratio")) * float(known["sigma_c"])
    if "aspect_ratio" in known:
        rows = int(known["N"]) * (int(known["C"]) - 1)
        known["D"] = max(1, round(rows / float(known.pop("aspect_ratio"))))
    return Params(**known)  # pyright: ignore[reportArgumentType]

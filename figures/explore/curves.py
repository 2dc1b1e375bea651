"""The closed forms beside the spectrum: each a curve, with the present point's place on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from figures.explore.question import Question
from figures.explore.spectrum import numbers_or_none
from theory import InputError, rem, threshold
from theory.averaged import goldilocks, sharpness
from theory.averaged.laws.logit_law import ENTRIES
from theory.averaged.model import averaged
from theory.params import LABEL_LAWS, LARGEST, Params

ASPECTS = np.geomspace(1e-3, 1e3, 19)  # N(C-1)/D of the phase diagram
SPREADS = 81  # values of σ_z of the random energy model, up to four times its freezing
RADII = np.geomspace(0.1, 10, 25)  # weight radii over that of the parameters
QUANTILES = (0.05, 0.5, 0.95)


def phase(asked: Question) -> dict[str, Any]:
    """The BBP threshold of the means, and the present point beside it.

    The line is that of level FG, or of noise of a power law: means of the true classes and
    curvature are left out of it, and are in the point's own ``spike_strength``.
    """
    plain = replace(asked.params, sigma_y=0.0, sigma_H=0.0, sigma_c=1.0, sigma_E=1.0)
    ratio, aspect, why = _threshold(plain, asked.entries)
    params = asked.params
    left_out = [name for name in ("sigma_y", "sigma_H") if getattr(params, name) > 0]
    return {
        "ratio": ratio,
        "aspect": aspect,
        "point": {
            "ratio": params.sigma_E / params.sigma_c if params.sigma_c > 0 else None,
            "aspect": params.N * (params.C - 1) / params.D,
        },
        "left_out": left_out,
        "why": why,
    }


@lru_cache(maxsize=32)
def _threshold(plain: Params, entries: int) -> tuple[list[float], list[float], str]:
    rank, ratios, aspects, why = plain.N * (plain.C - 1), [], [], ""
    for aspect in ASPECTS:
        D = round(rank / aspect)
        if not plain.C <= D <= LARGEST:
            continue
        own = replace(plain, D=D)
        try:
            ratios.append(
                float(np.sqrt(averaged(own, entries=entries).spike_strength))
                if entries != ENTRIES
                else threshold.critical_ratio(own)
            )
            aspects.append(rank / D)
        except (InputError, ArithmeticError) as error:
            why = str(error)
    return ratios, aspects, "" if ratios else why


def energies(asked: Question) -> dict[str, Any]:
    """The random energy model of C classes: participation, entropy, largest output, freezing."""
    return _energies(asked.params.C) | {
        "point": {"sigma_z": asked.params.sigma_z, "participation": _participation(asked)}
    }


def _participation(asked: Question) -> float | None:
    try:
        return averaged(asked.params, entries=asked.entries).participation
    except (InputError, ArithmeticError):
        return None


@lru_cache(maxsize=16)
def _energies(C: int) -> dict[str, Any]:
    freezing = rem.freezing(C)
    sigma_z = np.linspace(0.02, 4, SPREADS) * freezing
    limit = rem.limits.participation(sigma_z, C=C)
    return {
        "C": C,
        "freezing": freezing,
        "sigma_z": sigma_z.tolist(),
        "participation": rem.participation(sigma_z, C=C).tolist(),
        "entropy": (rem.entropy(sigma_z, C=C) / np.log(C)).tolist(),
        "largest": rem.largest(sigma_z, C=C).tolist(),
        "limit": [
            numbers_or_none(y) if s > freezing else None
            for s, y in zip(sigma_z, limit, strict=True)
        ],
    }


def zone(asked: Question, *, d: int, degree: int) -> dict[str, Any]:
    """Convexity ``Tr H/‖H‖_F`` on a random d-dimensional hyperplane, against the weight radius.

    Of a network of ``degree`` layers whose parameters at radius 1 are these; None where no closed
    form covers a radius, with ``why``.

    Raises
    ------
    InputError
        If none covers radius 1, or d or the degree is out of its bounds.
    """
    seen = replace(asked.params.as_seen_by_G, sigma_H=0.0)

    def convexity(radius: float) -> float:
        moved, curvature = goldilocks.at_radius(
            seen, sigma_H=asked.params.sigma_H, radius=radius, degree=degree
        )
        cut = goldilocks.cut(moved, sigma_H=curvature, d=d, positive=False, entries=asked.entries)
        return cut.convexity

    here, curve, why = convexity(1.0), [], ""
    for radius in RADII:
        try:
            curve.append(numbers_or_none(convexity(float(radius))))
        except (InputError, ArithmeticError) as error:
            curve.append(None)
            why = str(error)
    return {"radius": RADII.tolist(), "convexity": curve, "here": here, "most": d**0.5, "why": why}


def along(
    asked: Question, *, sigma_z: Sequence[float], sigma_c: Sequence[float], sigma_E: Sequence[float]
) -> dict[str, Any]:
    """The largest eigenvalue along a schedule, at times 0, 1, …, and its highest point.

    Raises
    ------
    InputError
        As ``theory.averaged.sharpness.schedule``.
    """
    lengths = {"sigma_z": sigma_z, "sigma_c": sigma_c, "sigma_E": sigma_E}
    t = np.arange(float(len(sigma_z)))
    if asked.entries == ENTRIES:
        found = sharpness.schedule(asked.params, t=t, **lengths)
        peak = {"time": found.peak_time, "height": found.peak_height, "interior": found.interior}
        mean, std = found.mean, found.std
    else:
        steps = [
            replace(asked.params, sigma_z=z, sigma_c=c, sigma_E=E)
            for z, c, E in zip(*lengths.values(), strict=True)
        ]
        mean, std = np.array([averaged(each, entries=asked.entries).largest for each in steps]).T
        peak = None
    return {"t": t.tolist(), "mean": mean.tolist(), "std": std.tolist(), "peak": peak}


def shares(asked: Question) -> list[dict[str, Any]]:
    """The gradient's share on the outliers under each law of the labels, over draws."""
    return [_share(asked, law) for law in LABEL_LAWS]


def _share(asked: Question, law: str) -> dict[str, Any]:
    params = asked.params
    told: dict[str, Any] = {"labels": law, "present": law == params.labels, "why": ""}
    margin = (params.margin or 3.0) if law == "margin" else 0.0
    try:
        power = averaged(
            replace(params, labels=law, margin=margin),
            entries=asked.entries,  # pyright: ignore[reportArgumentType]
        ).power
    except (InputError, ArithmeticError) as error:
        return told | {"why": str(error)}
    return told | {
        "mean": power.mean,
        "std": power.std,
        "quantiles": power.quantile(QUANTILES).tolist(),
        "margin": margin,
    }

"""What the page lets one set: each parameter's range and assumption, the levels, the presets."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

from figures.pictures import symbols
from simulate.studies.settings import SETTINGS, WHOLE
from theory.observables import OBSERVABLES
from theory.params import LABEL_LAWS, Params

STANDARD: dict[str, Any] = {
    "N": 300,
    "C": 10,
    "D": 1000,
    "sigma_z": 1.0,
    "sigma_c": 1.0,
    "sigma_E": 0.7,
}


@dataclass(frozen=True)
class Control:
    """A slider: its ends, how its values are spaced, and what the parameter takes for granted."""

    low: float
    high: float
    scale: Literal["log", "linear"]
    assumes: str


CONTROLS = {
    "N": Control(10, 1e6, "log", "Examples are independent draws of one law."),
    "C": Control(2, 1000, "log", "All classes are alike: none is more frequent or harder."),
    "D": Control(
        10,
        1e9,
        "log",
        "Weights enter by their number alone; for a network it is the noise's effective dimension.",
    ),
    "sigma_z": Control(
        0.05,
        20,
        "log",
        "Logits are independent Gaussians, and independent of the logit gradients.",
    ),
    "sigma_c": Control(
        0.01,
        100,
        "log",
        "Each logit has a mean gradient; the means are Gaussian, independent, of one RMS length.",
    ),
    "sigma_E": Control(
        0.01,
        100,
        "log",
        "What an example adds to the mean is Gaussian noise with one law for all examples, "
        "however decided their outputs are.",
    ),
    "margin": Control(0, 10, "linear", "Labels by margin: the true class's logit is raised by Δ."),
    "sigma_y": Control(
        0,
        5,
        "linear",
        "Zero: the mean gradient of a logit is the same whatever the true class (level FG).",
    ),
    "T_exponent": Control(
        0, 1, "linear", "Zero: the noise is as long along each weight direction (isotropic)."
    ),
    "rho": Control(
        -0.1,
        0.95,
        "linear",
        "Correlation of the noise of two logits. G sees their differences alone, so that it only "
        "shortens the noise, by √(1-ρ).",
    ),
    "sigma_H": Control(
        0,
        1,
        "linear",
        "Zero: the logits are linear in the weights, and the Hessian is G. Above, their curvature "
        "is a GOE matrix, independent of G.",
    ),
}

LABELS = {
    "uniform": "Labels are independent of the outputs and of each other: an untrained network.",
    "balanced": "As uniform, with each class exactly N/C times: the gradient knows less.",
    "calibrated": "Labels are drawn from the outputs: probabilities that are right.",
    "margin": "The true class's logit is raised by the margin Δ: a trained network.",
}


@dataclass(frozen=True)
class PageLevel:
    """A level of the random model: the parameters that make it, and what it assumes."""

    name: str
    sets: tuple[str, ...]
    starts: dict[str, float]
    assumes: str


LEVELS = (
    PageLevel(
        "FG",
        (),
        {},
        "One mean for each logit, isotropic noise, logits without curvature: a bulk and C−1 "
        "outliers.",
    ),
    PageLevel(
        "cluster",
        ("sigma_y",),
        {"sigma_y": 0.5},
        "Means depend on the true class, too, and make up to C(C−1) outliers; the noise stays "
        "isotropic.",
    ),
    PageLevel(
        "power-law noise",
        ("T_exponent",),
        {"T_exponent": 0.4},
        "The noise's covariance across weights falls as i^−α; it is still the same for all "
        "examples.",
    ),
    PageLevel(
        "curvature",
        ("sigma_H",),
        {"sigma_H": 0.05},
        "H = G + K with K a GOE matrix independent of G: negative eigenvalues, and the inner edge "
        "of the Goldilocks zone.",
    ),
)

PRESETS: dict[str, dict[str, Any]] = {
    "ten classes, as in the paper": {},
    "undecided outputs": {"sigma_z": 0.1},
    "frozen softmax": {"sigma_z": 6.0, "N": 3000},
    "just above the BBP threshold": {"sigma_E": 9.5},
    "below it: no outliers": {"sigma_E": 25.0},
    "two bands of outliers": {"sigma_y": 0.35, "D": 3000},
    "trained: labels by margin": {"labels": "margin", "margin": 3.0},
    "balanced labels": {"labels": "balanced"},
    "heavy-tailed noise": {"T_exponent": 0.5, "sigma_E": 2.0},
    "with curvature": {"sigma_H": 0.05},
    "two classes": {"C": 2},
    "a hundred classes": {"N": 1000, "C": 100, "D": 10_000},
    "a million weights": {"N": 3000, "D": 10**6},
}


SHOWN = (
    "lambda_max",
    "outliers",
    "bulk_edges",
    "gradient_share",
    "trace",
    "frobenius",
    "participation",
    "spike_strength",
)


def about() -> dict[str, Any]:
    """All of it, with the registry's symbols, units and meanings, for the page to build on."""
    defaults = {f.name: f.default for f in fields(Params)} | STANDARD
    return {
        "parameters": [
            {
                "name": name,
                "symbol": symbols.symbol(name),
                "unit": symbols.unit(SETTINGS[name].unit),
                "meaning": SETTINGS[name].meaning,
                "whole": name in WHOLE,
                "standard": defaults[name],
                **asdict(control),
            }
            for name, control in CONTROLS.items()
        ],
        "labels": [{"name": name, "assumes": LABELS[name]} for name in LABEL_LAWS],
        "levels": [asdict(level) for level in LEVELS],
        "presets": [
            {"name": name, "sets": {"labels": "uniform"} | defaults_of(sets)}
            for name, sets in PRESETS.items()
        ],
        "observables": {
            name: {
                "label": symbols.axis_label(name),
                "meaning": symbols.mathematics(OBSERVABLES[name].meaning),
            }
            for name in SHOWN
        },
    }


def defaults_of(sets: dict[str, Any]) -> dict[str, Any]:
    """A preset's values of every parameter of a slider."""
    defaults = {f.name: f.default for f in fields(Params)} | STANDARD
    return {name: defaults[name] for name in CONTROLS} | sets

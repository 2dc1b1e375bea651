"""The report of a Goldilocks zone: where it is, where its prediction is off, what it gains."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

from figures.reports import provenance
from figures.reports.tables import interval, markdown, plain

OFF = 1.5  # the factor from which on a predicted ratio of norms is told as off
SURFACES = {"plane": "in a hyperplane", "sphere": "on a hypersphere"}
POOLS = {"initial": "the initial radius", "any": "any radius"}
CRITERIA = {
    "convexity": "largest Tr H/‖H‖_F",
    "positive": "largest share of positive eigenvalues",
    "loss": "least loss",
}
PICTURES = {
    "zone": "Curvature on random cuts against the weight radius",
    "prior": "The gradient against the label prior",
    "restricted": "Training restricted to d dimensions",
    "choice": "Training steps against convexity at the start",
}


def numbers(parts: Mapping[str, xr.Dataset]) -> dict[str, Any]:
    """The zone, the gradient at the matched prior, dimensions needed and steps, for JSON.

    ``dominance_off`` is the largest factor between ``‖G‖/‖K‖`` predicted and measured, and
    ``dominance_off_radius`` the weight radius where it is.
    """
    zone, prior = parts["zone"], parts["prior"].gradient_norm
    trained, choice = parts["restricted"], parts["choice"]
    names = ("initial_radius", "inner", "peak", "outer", "mismatch")
    found: dict[str, Any] = {name: _finite(float(zone[name])) for name in names}
    if "predicted_convexity" in zone:
        start = {"scale": 1, "method": "nearest"}
        found["initial_convexity"] = float(_on_planes(zone, "convexity").sel(**start))
        found["predicted_initial_convexity"] = float(zone.predicted_convexity.sel(**start))
        factors = _factors(zone)
        worst = int(factors.values.argmax())
        found["dominance_off"] = float(factors[worst])
        found["dominance_off_radius"] = float(factors.radius[worst])
    middle = float(prior.sel(share=0, method="nearest"))
    found["gradient_at_matched_prior"] = middle / float(prior.max())
    found["trained_radii"] = trained.weight_norm.isel(surface=0).mean("replicate").values.tolist()
    for surface in trained.surface.values:
        needed = trained.needed_dimension.sel(surface=surface).values
        found[f"needed_dimension_{surface}"] = [_finite(float(d)) for d in needed]
    for pool in choice.pool.values:
        for criterion in choice.criterion.values:
            own = choice.sel(pool=pool, criterion=criterion)
            steps = (own.chosen_steps, own.other_steps, own.faster_p)
            found[f"choice_{pool}_{criterion}"] = [_finite(float(x)) for x in steps]
    return found


def told(parts: Mapping[str, xr.Dataset]) -> str:
    """What was found, in words and tables: what the terminal shows and the report begins with."""
    zone = parts["zone"]
    sections = ["## Where the zone is", _zone(zone)]
    if "predicted_convexity" in zone:
        sections += ["## What the model predicts, and where it is off", _off(zone), _radii(zone)]
    return "\n\n".join(
        [
            *sections,
            "## The gradient and the label prior",
            _prior(parts["prior"]),
            "## Training restricted to d dimensions",
            _needed(parts["restricted"]),
            "## Choosing the initial point",
            "Median training steps to the target accuracy of the quarter of the points that the "
            "criterion chooses and of the others; p: that chance alone makes the chosen as fast "
            "(Mann-Whitney, Bonferroni-corrected).",
            _choice(parts["choice"]),
        ]
    )


def text(parts: Mapping[str, xr.Dataset], *, made_by: Mapping[str, Any]) -> str:
    """The report in Markdown, with the pictures beside it."""
    own = made_by["parameters"]
    kind = f"{own['activation']} network, hidden widths {own['hidden']}"
    sections = [
        "# The Goldilocks zone",
        f"A {kind}, {'with' if own['bias'] else 'without'} biases, on scikit-learn's digits: "
        f"curvature of the loss of {own['examples']} examples on random {own['d']}-dimensional "
        f"cuts of its weights, mean over {own['replicates']} networks. H = G + K is the Hessian of "
        "the mean cross-entropy, G its Gauss-Newton term, K the curvature of the logits; "
        "Tr H/‖H‖_F says how far curvature is upwards, at most √d.",
        told(parts),
        "## Pictures",
        *[f"![{caption}]({name}.png)\n\n{caption}." for name, caption in PICTURES.items()],
        "## Provenance",
        provenance.told(made_by),
    ]
    return "\n\n".join(sections) + "\n"


def _zone(zone: xr.Dataset) -> str:
    ends = [plain(float(zone.radius[at])) for at in (0, -1)]
    inner, outer = float(zone.inner), float(zone.outer)
    rows = [
        ["at initialisation", plain(float(zone.initial_radius))],
        ["inner edge", plain(inner) if inner > 0 else f"none down to {ends[0]}"],
        ["largest Tr H/‖H‖_F", plain(float(zone.peak))],
        ["outer edge", plain(outer) if np.isfinite(outer) else f"none up to {ends[1]}"],
    ]
    return (
        "Between its edges Tr H/‖H‖_F on hyperplanes is at least half of its largest value.\n\n"
        + markdown(["weight radius ‖W‖", "value (weight)"], rows)
        + "\n\nScaling the weights and setting the softmax temperature differ by at most "
        f"{plain(100 * float(zone.mismatch), digits=2)} % of the largest value."
    )


def _off(zone: xr.Dataset) -> str:
    factors = _factors(zone)
    convexity = _on_planes(zone, "convexity")
    gap = np.abs(zone.predicted_convexity - convexity) / convexity.max()
    worst, widest = int(factors.values.argmax()), int(np.nanargmax(gap.values))
    lines = [
        "Predicted from the parameters at the initial radius alone. Tr H/‖H‖_F is off by at most "
        f"{float(gap[widest]):.0%} of its largest value, at radius "
        f"{plain(float(gap.radius[widest]))}; ‖G‖_F/‖K‖_F by at most a factor of "
        f"{float(factors[worst]):.1f}, at radius {plain(float(factors.radius[worst]))}"
    ]
    off = factors.radius.values[factors.values > OFF]
    at = f" (more than {OFF:g} at radius {', '.join(map(plain, off))})" if off.size else ""
    lines[0] += f"{at}."
    if bool(zone.predicted_convexity.isnull().any()):
        lines.append("Where the softmax is frozen there is no closed form (–).")
    return " ".join(lines)


def _radii(zone: xr.Dataset) -> str:
    rows = []
    for scale in zone.scale.values:
        own = zone.sel(scale=scale, surface="plane")
        row = [plain(float(own.radius)), plain(float(own.logit_variance.mean()))]
        for name in ("convexity", "positive", "dominance"):
            measured = own[name]
            mean, spread = float(measured.mean()), float(measured.std())
            row.append(interval(mean, spread) if spread > 0 else plain(mean))
            row.append(plain(float(own[f"predicted_{name}"])))
        rows.append(row)
    header = ["‖W‖ (weight)", "logit variance (nat²)"]
    for name in ("Tr H/‖H‖_F", "n₊/d", "‖G‖_F/‖K‖_F"):
        header += [name, "predicted"]
    return (
        "On hyperplanes, mean ± standard deviation over networks; n₊/d is the share of positive "
        "eigenvalues.\n\n" + markdown(header, rows)
    )


def _prior(prior: xr.Dataset) -> str:
    least = float(prior.gradient_norm.sel(share=0, method="nearest") / prior.gradient_norm.max())
    return (
        f"Where the prior of the labels is the mean output, ‖g‖ is {least:.1%} of its largest "
        "value on the way to labels of one class."
    )


def _needed(trained: xr.Dataset) -> str:
    radii = trained.weight_norm.isel(surface=0).mean("replicate").values
    most = int(trained.dimension.max())
    columns = [
        [plain(float(d)) if np.isfinite(d) else f"more than {most}" for d in needed.values]
        for needed in trained.needed_dimension
    ]
    header = ["‖W‖ (weight)", *[f"d {SURFACES[s]}" for s in trained.surface.values]]
    rows = [[plain(float(radius)), *cells] for radius, *cells in zip(radii, *columns, strict=True)]
    return f"The d at which the test accuracy reaches {float(trained.target):g}.\n\n" + markdown(
        header, rows
    )


def _choice(choice: xr.Dataset) -> str:
    rows = []
    for pool in choice.pool.values:
        for criterion in choice.criterion.values:
            own = choice.sel(pool=pool, criterion=criterion)
            steps = [
                plain(float(x)) if np.isfinite(x) else "not reached"
                for x in (own.chosen_steps, own.other_steps)
            ]
            rows.append([POOLS[pool], CRITERIA[criterion], *steps, plain(float(own.faster_p))])
    return markdown(["start at", "chosen for", "steps", "steps of the others", "p"], rows)


def _on_planes(zone: xr.Dataset, name: str) -> xr.DataArray:
    return zone[name].sel(surface="plane").mean("replicate")


def _factors(zone: xr.Dataset) -> xr.DataArray:
    """Predicted over measured ‖G‖/‖K‖, or its inverse: the larger, where there is a prediction."""
    ratio = (zone.predicted_dominance / _on_planes(zone, "dominance")).dropna("scale")
    return np.maximum(ratio, 1 / ratio)


def _finite(value: float) -> float | None:
    """JSON has no number that is not finite."""
    return value if math.isfinite(value) else None

"""The Goldilocks zone: cuts against radius and temperature, and the gradient by label prior."""

from __future__ import annotations

import contextlib

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from figures.pictures import scales, style
from theory import InputError, Params
from theory.averaged.goldilocks import at_radius
from theory.averaged.goldilocks import cut as theory_cut

SURFACE_COLOR = {"plane": style.MEASURED, "sphere": style.CLUSTER}
SURFACE_LINE = {"plane": "-", "sphere": "--"}
PANELS = ("convexity", "positive", "dominance", "logit_variance")
LABELS = {
    "convexity": "Tr H / ‖H‖$_F$",
    "positive": "share of positive eigenvalues",
    "dominance": "‖G‖$_F$ / ‖K‖$_F$",
    "logit_variance": "logit variance σ$_z$² (nat²)",
}
LOGARITHMIC = ("dominance", "logit_variance")
NAMES = {"plane": "hyperplane", "sphere": "hypersphere"}
PREDICTED = "predicted from parameters at initialisation"
SPREAD = f"{scales.BAND} over networks"
INSIDE = 0.5  # of the largest convexity, which bounds the shell


def compute(by_scale: xr.Dataset, by_temperature: xr.Dataset, *, degree: int) -> xr.Dataset:
    """Both scans of ``empirical.cuts.goldilocks``, and the shell on hyperplanes.

    ``initial_radius`` is the mean radius at scale 1, ``peak`` the one of largest mean convexity,
    ``inner`` and ``outer`` the radii around it at which that falls to half (interpolated in the
    logarithm; 0 and infinity where it does not). ``mismatch`` is the largest relative difference
    between the ratios at scale α and at temperature ``α^{-degree}``.
    """
    radius = by_scale.weight_norm.mean("replicate")
    convexity = by_scale.convexity.sel(surface="plane").mean("replicate").values
    inner, peak, outer = shell(radius.values, convexity)
    shown = by_scale.assign_coords(radius=radius)
    other = by_temperature.assign_coords(alpha=by_temperature.temperature ** (-1 / degree)).rename(
        {name: f"tempered_{name}" for name in by_temperature.data_vars}
    )
    pairs = [(by_scale[name].values, by_temperature[name].values) for name in PANELS[:3]]
    mismatch = max(float(np.max(np.abs(a - b) / np.abs(a).max())) for a, b in pairs)
    numbers = {"initial_radius": float(np.interp(0, np.log(shown.scale), radius)), "peak": peak}
    numbers |= {"inner": inner, "outer": outer, "mismatch": mismatch}
    return xr.merge([shown, other], combine_attrs="override").assign(numbers)


def predicted(
    params: Params, *, sigma_H: float, scales: list[float], degree: int, d: int
) -> xr.Dataset:
    """The zone of the random model, from its parameters at scale 1 alone.

    A homogeneous network's parameters at the other scales follow from its degree
    (``theory.averaged.goldilocks.at_radius``). nan where the softmax is too frozen for the closed
    form.
    """
    found = np.full((3, len(scales)), np.nan)
    for i, scale in enumerate(scales):
        with contextlib.suppress(InputError):
            moved, curvature = at_radius(params, sigma_H=sigma_H, radius=scale, degree=degree)
            cut = theory_cut(moved, sigma_H=curvature, d=d)
            found[:, i] = cut.convexity, cut.positive, cut.dominance
    rows = zip(PANELS[:3], found, strict=True)
    return xr.Dataset(
        {f"predicted_{name}": ("scale", row) for name, row in rows}, coords={"scale": scales}
    )


def shell(radii: np.ndarray, convexity: np.ndarray) -> tuple[float, float, float]:
    """Inner radius, radius of the largest convexity, and outer radius.

    Examples
    --------
    >>> inner, peak, outer = shell(np.array([1.0, 10, 100]), np.array([1.0, 2, 0]))
    >>> inner, peak, round(outer, 1)
    (1.0, 10.0, 31.6)
    """
    top = int(np.argmax(convexity))
    edge = INSIDE * convexity[top]
    log = np.log(radii)

    def crossing(side: range, beyond: float) -> float:
        for at in side:
            inward = at + (1 if side.step < 0 else -1)
            if convexity[at] <= edge:
                part = (convexity[inward] - edge) / (convexity[inward] - convexity[at])
                return float(np.exp(log[inward] + part * (log[at] - log[inward])))
        return beyond

    below, above = range(top - 1, -1, -1), range(top + 1, len(radii))
    return crossing(below, 0.0), float(radii[top]), crossing(above, np.inf)


def draw(data: xr.Dataset, ax: Axes, *, name: str) -> None:
    """One observable against the radius, mean and standard deviation over networks.

    Circles are the scan over temperatures, each at the radius that it is equivalent to; shaded is
    the zone.
    """
    scales.log_axis(ax, "x")
    if name in LOGARITHMIC:
        scales.log_axis(ax, "y")
    if "surface" in data[name].dims:
        for surface in data.surface.values:
            _curve(data, ax, data[name].sel(surface=surface), surface)
            _circles(data, ax, data[f"tempered_{name}"].sel(surface=surface), surface)
    else:
        _curve(data, ax, data[name], "plane")
        _circles(data, ax, data[f"tempered_{name}"], "plane")
    if f"predicted_{name}" in data:
        prediction = data[f"predicted_{name}"]
        ax.plot(data.radius, prediction, "-.", color=style.SAMPLED, label=PREDICTED)
    ax.axvspan(
        max(float(data.inner), float(data.radius[0])),
        min(float(data.outer), float(data.radius[-1])),
        color="0.93",
        zorder=0,
        label="zone: Tr H / ‖H‖$_F$ at least half of its peak",
    )
    ax.axvline(float(data.initial_radius), color=style.FG, lw=0.9, ls=":", label="initialisation")
    ax.set(xlabel="weight radius ‖W‖ (weight)", ylabel=LABELS[name])


def _curve(data: xr.Dataset, ax: Axes, values: xr.DataArray, surface: str) -> None:
    color = SURFACE_COLOR[surface]
    mean, spread = values.mean("replicate"), values.std("replicate")
    ax.plot(data.radius, mean, SURFACE_LINE[surface], color=color, label=NAMES[surface])
    label = SPREAD if surface == "plane" else None
    scales.band(ax, data.radius, mean, spread, color=color, label=label)


def _circles(data: xr.Dataset, ax: Axes, values: xr.DataArray, surface: str) -> None:
    radius = float(data.initial_radius) * data.alpha
    style_ = {"color": SURFACE_COLOR[surface], "mfc": "none", "ms": 3.5}
    ax.plot(
        radius,
        values.mean("replicate"),
        "o",
        label=f"{NAMES[surface]}, by softmax temperature",
        **style_,
    )


def draw_prior(data: xr.Dataset, ax: Axes) -> None:
    """Length of the gradient where the label prior moves through the mean output."""
    scale = float(data.gradient_norm.max())
    ax.plot(data.share, data.gradient_norm / scale, "o-", color=style.MEASURED, label="gradient")
    ax.plot(
        data.share,
        data.prior_gradient_norm / scale,
        "--",
        color=style.CLUSTER,
        label="Σ$_k$ (p̄$_k$ − π$_k$) c$_k$",
    )
    ax.axvline(0, color="0.7", lw=0.8)
    ax.set(
        xlabel="t: label prior from mean output to a class",
        ylabel="‖g‖ over its largest",
        ylim=(0, 1.05),
    )
    ax.legend()

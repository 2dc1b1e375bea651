"""The Goldilocks zone: random cuts of the loss over weight radius and softmax temperature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from figures.gallery import captions
from figures.gallery.networks import Networks
from figures.gallery.settings import Gallery
from theory import Params, stream
from theory.arrays import Array
from theory.streams import derived_seed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

D_CUT = 50
RATIOS = ("convexity", "positive", "dominance")
PANELS = (*RATIOS, "logit_variance")
SURFACES = ["plane"]
INSIDE = 0.5  # of the largest convexity, at the edges
EDGES = ("inner", "outer")


def compute(settings: Gallery, networks: Networks) -> xr.Dataset:
    """Cuts of networks over radius and temperature, of the model with curvature and without.

    Of networks, all that ``figures.goldilocks.picture.compute`` finds. ``predicted_…`` (scale) are
    the closed forms from the parameters at scale 1, ``flat_…`` those without curvature;
    ``sampled_…`` and ``sampled_flat_…`` (scale_sampled, draw) are of matrices drawn at these
    parameters. ``zone`` and ``flat_zone`` (edge) are theory's radii of half the largest convexity
    over the initial radius: 0 and infinity where there is no such edge.
    """
    from empirical.cuts import goldilocks as scans
    from empirical.networks import mlp
    from figures.goldilocks import picture
    from theory.averaged.goldilocks import zone

    fast = settings.fast
    data, _ = networks.data()
    examples, repeats, draws = (60, 2, 6) if fast else (300, 3, 12)
    hidden = (32,) if fast else (100, 100)
    widths = [data.inputs[0].numel(), *hidden, data.classes]
    degree = len(widths) - 1
    factors = np.geomspace(0.1, 20 if fast else 10, 7 if fast else 17)
    seen, rest = (data.take(np.arange(*ends)) for ends in ((0, examples), (examples, 4 * examples)))
    seed = derived_seed(settings.seed, "goldilocks")

    def make(own: int) -> Any:
        return mlp(widths, bias=False, seed=own)

    scan = partial(scans.scan, make, seen, d=D_CUT, replicates=repeats, seed=seed)
    by_scale = scan(along="scale", values=factors.tolist())
    by_temperature = scan(along="temperature", values=(factors**-degree).tolist())
    by_scale, by_temperature = (part.sel(surface=SURFACES) for part in (by_scale, by_temperature))
    found = picture.compute(by_scale, by_temperature, degree=degree)
    first = make(derived_seed(seed, "replicate", 0)).double()  # the first of the networks
    params, sigma_H = scans.model(first, seen, held_out=rest, d=D_CUT, seed=seed)
    for prefix, curvature in (("", sigma_H), ("flat_", 0.0)):
        shown: dict[str, Any] = {"sigma_H": curvature, "degree": degree, "d": D_CUT}
        closed = picture.predicted(params, scales=factors.tolist(), **shown)
        names = {
            str(n): prefix + str(n).removeprefix("predicted_" if prefix else "") for n in closed
        }
        shell = zone(params, radii=factors, fraction=INSIDE, **shown)
        found = found.merge(closed.rename(names)).assign(
            {f"{prefix}zone": ("edge", [shell.inner, shell.outer])}
        )
        drawn = _drawn(params, factors[:-1:2], draws=draws, seed=seed, **shown)
        found = found.merge(drawn.rename({n: f"sampled_{prefix}{n}" for n in drawn}))
    growth = params.sigma_z**2 * factors ** (2 * degree)
    found["predicted_logit_variance"] = ("scale", growth)
    inside = " and ".join(
        f"{shell[0]:.2g} to {shell[1]:.2g}" for shell in (found.zone.values, found.flat_zone.values)
    )
    layers = "–".join(map(str, widths))
    return found.assign_coords(edge=list(EDGES)).assign_attrs(
        degree=degree,
        caption=f"ReLU perceptrons {layers} without biases on {settings.data}, {repeats} at random "
        f"weights that are then multiplied, {examples} examples; H on a random hyperplane of "
        f"{D_CUT} dimensions. Lines: networks, band: standard deviation; circles: the same with "
        f"the logits divided by a temperature T, drawn at the radius that is equivalent to it. "
        "Model, level FG with curvature, from the first network at its initial radius alone: "
        f"N = {params.N}, C = {params.C}, D = {captions.count(params.D)}, "
        f"σ_z = {params.sigma_z:.2f}, σ_c = {params.sigma_c:.2f}, "
        f"σ_E = {params.sigma_E:.2f}, σ_H = {sigma_H:.3f}; marks: {captions.draws(draws)}, "
        "bars: standard deviation. Theory's zone of half the "
        f"largest convexity, over the initial radius: {inside} without curvature. "
        "Shaded: the networks'.",
    )


def _drawn(
    params: Params, scales: Array, *, sigma_H: float, degree: int, d: int, draws: int, seed: int
) -> xr.Dataset:
    """Ratios of matrices that are drawn from the model on the hyperplane, at each scale."""
    from simulate import primal
    from simulate.one_draw.drawn_means import with_means
    from simulate.one_draw.draws import examples
    from theory.averaged.goldilocks import at_radius, on_hyperplane

    found = np.empty((len(RATIOS), len(scales), draws))
    for i, scale in enumerate(scales.tolist()):
        moved, curvature = at_radius(params, sigma_H=sigma_H, radius=scale, degree=degree)
        plane = replace(on_hyperplane(moved, d=d), sigma_H=curvature * np.sqrt(d / params.D))
        for j in range(draws):
            rng = stream(seed, "drawn", i, j)
            ensemble = with_means(plane, examples(plane, seed=derived_seed(seed, i, j)), rng=rng)
            K = primal.curvature(ensemble, rng=rng)
            G, _ = primal.draw(replace(ensemble, sigma_W=0.0), rng=rng)
            found[:, i, j] = _ratios(_whole(G), _whole(K))
    return xr.Dataset(
        {name: (("scale_sampled", "draw"), part) for name, part in zip(RATIOS, found, strict=True)},
        coords={"scale_sampled": scales},
    )


def _whole(lower: Array) -> Array:
    """The symmetric matrix of this lower triangle."""
    below = np.tril(lower)
    return below + np.tril(below, -1).T


def _ratios(G: Array, K: Array) -> tuple[float, float, float]:
    """Convexity, positive fraction, and ``‖G‖/‖K‖``, infinite without K."""
    H = G + K
    length = float(np.linalg.norm(K))
    return (
        float(np.trace(H) / np.linalg.norm(H)),
        float((np.linalg.eigvalsh(H) > 0).mean()),
        float(np.linalg.norm(G)) / length if length else np.inf,
    )


def draw(data: xr.Dataset, axes: Sequence[Axes]) -> None:
    """Three ratios and the logit variance, against the radius and the temperature."""
    from figures.goldilocks import picture
    from figures.pictures import style, symbols

    initial = float(data.initial_radius)
    for ax, name in zip(axes, PANELS, strict=True):
        picture.draw(data, ax, name=name)
        looks = (("", "predicted", "s", style.SAMPLED), ("flat_", "flat", "^", style.COLORS[3]))
        for prefix, line, marker, color in looks:
            if name not in RATIOS or (name == "dominance" and prefix):
                continue  # infinite, or not drawn
            told = "without curvature" if prefix else "with curvature"
            if prefix:
                ax.plot(
                    data.radius, data[f"{line}_{name}"], "--", color=color, label=f"theory, {told}"
                )
            sampled = data[f"sampled_{prefix}{name}"]
            ax.errorbar(
                initial * data.scale_sampled,
                sampled.mean("draw"),
                sampled.std("draw", ddof=1),
                fmt=marker,
                color=color,
                mfc="none",
                markersize=3.5,
                elinewidth=0.8,
                label=f"sampled, {told}",
            )
        top = ax.secondary_xaxis(
            "top",
            functions=(
                lambda radius: (np.maximum(radius, 1e-9) / initial) ** -data.degree,
                lambda T: initial * np.maximum(T, 1e-30) ** (-1 / data.degree),
            ),
        )
        top.set_xlabel("temperature T")
        top.xaxis.set_major_formatter(lambda T, _: symbols.number(T))
    axes[PANELS.index("dominance")].axhline(1, color="0.6", linewidth=0.8, linestyle=":")

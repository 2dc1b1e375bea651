"""Spectra of G, K and H = G + K of a network in training, beside what the curvature level says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from figures.gallery import captions
from figures.gallery.networks import Networks
from figures.gallery.settings import Gallery
from theory.arrays import Array
from theory.streams import derived_seed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from empirical.data import Data
    from empirical.networks.training import Checkpoint

TERMS = ("H", "G", "K")
SIDES = {"positive": 1, "negative": -1}
DECADES = 4  # of eigenvalues below the largest that are counted
LEAST = 0.5  # eigenvalues, at the foot of the axis
THIN = {"H": (0, (6, 3)), "G": "-", "K": "-"}  # lines of the level: its H lies on its K below zero


def compute(settings: Gallery, networks: Networks) -> xr.Dataset:
    """Numbers of eigenvalues beyond a size, before, during and after training.

    ``count`` (epoch, term, side, size) is how many eigenvalues of a term lie above ``size``, or
    below minus it; by Lanczos quadrature, with the standard error ``count_error`` over probes.
    ``predicted_count`` is that of the curvature level given the outputs: G of level cluster, K a
    semicircle of the measured ``‖K‖_F``, and their free sum. ``ratio`` (epoch) is ``‖K‖_F/‖G‖_F``,
    ``excess`` how far K reaches below zero, over the edge of the semicircle.
    """
    checkpoints = networks.checkpoints()
    last = len(checkpoints) - 1
    chosen = [checkpoints[at] for at in sorted({0, (last + 1) // 2, last})]
    data, _ = networks.data()
    examples, steps, probes = (60, 30, 2) if settings.fast else (300, 100, 4)
    seen, rest = (data.take(np.arange(*ends)) for ends in ((0, examples), (examples, 4 * examples)))
    how: dict[str, Any] = {"steps": steps, "probes": probes}
    how["seed"] = derived_seed(settings.seed, "curvature")
    points = [_at(point, seen, rest, **how) for point in chosen]
    epochs = xr.Variable("epoch", [float(point.epoch) for point in chosen])
    found = xr.concat(points, dim=epochs, join="exact")
    sigma_H = ", ".join(f"{float(each):.3f}" for each in found.sigma_H)
    return found.assign_attrs(
        caption=f"{networks.describe()}, D = {captions.count(int(found.weights[0]))}, {examples} "
        f"examples: eigenvalues above λ > 0, and below λ < 0. Lines: Lanczos quadrature, {probes} "
        f"probes of {steps} steps, band: standard error. Thin: curvature level given the outputs, "
        f"G of level cluster in all D dimensions with means and noise of {3 * examples} other "
        f"examples, K a semicircle of the same ‖K‖_F (σ_H = {sigma_H}), H their free sum."
    )


def _at(
    point: Checkpoint, seen: Data, rest: Data, *, steps: int, probes: int, seed: int
) -> xr.Dataset:
    """Measured and predicted counts at one point of training."""
    from empirical.capture import capture
    from empirical.estimates.parameters import estimate
    from empirical.operators import Curvature, density
    from theory.models import Curved

    measured = Curvature(point.network, seen)
    spectra = {
        term: density.lanczos_density(measured.term(term), steps=steps, probes=probes, seed=seed)
        for term in TERMS
    }
    D = measured.D
    norm = {
        term: float(np.sqrt(D * each.average(np.square).value)) for term, each in spectra.items()
    }
    p = measured.logits.double().softmax(1).numpy()
    y = seen.targets.numpy()
    r = p - np.eye(seen.classes)[y]
    sigma_W = norm["K"] / np.sqrt(D + 1)
    level = estimate(capture(point.network, rest)).cluster
    model = Curved(
        p,
        r,
        Gamma=level.Gamma.numpy(),
        sigma_E=float(level.sigma_E),
        D=D,
        sigma_H=sigma_W / float(np.sqrt(np.square(r).sum(axis=1).mean())),
        groups=y,
    )
    top = max(float(np.abs(each.nodes).max()) for each in spectra.values())
    size = np.geomspace(1e-1**DECADES, 1, 40 * DECADES + 1)
    x = top * size
    counts = [
        [_counted(spectra[term], sign * x, sign) for sign in SIDES.values()] for term in TERMS
    ]
    value, error = np.moveaxis(np.array(counts), 2, 0)
    listed = {"H": model.eigenvalues, "G": model.G.eigenvalues}
    predicted = [
        [
            _semicircle(x, radius=2 * sigma_W, D=D)
            if term == "K"
            else (sign * listed[term] > x[:, None]).sum(axis=1)
            for sign in SIDES.values()
        ]
        for term in TERMS
    ]
    axes = ("term", "side", "size")
    return xr.Dataset(
        {
            "count": (axes, value),
            "count_error": (axes, error),
            "predicted_count": (axes, np.array(predicted, dtype=float)),
            "scale": top,
            "ratio": norm["K"] / norm["G"],
            "excess": -float(spectra["K"].nodes.min()) / (2 * sigma_W),
            "sigma_H": model.sigma_H,
            "weights": D,
        },
        coords={"term": list(TERMS), "side": list(SIDES), "size": size},
    )


def _counted(spectrum: Any, x: Array, sign: int) -> tuple[Array, Array]:
    """How many eigenvalues lie beyond each x on its side of zero, and the standard error."""
    found = spectrum.average(lambda nodes: (sign * nodes > sign * x[:, None]).astype(float))
    return spectrum.D * found.value, spectrum.D * found.error


def _semicircle(x: Array, *, radius: float, D: int) -> Array:
    """Mean number of the D eigenvalues of a GOE matrix above ``x > 0``."""
    t = np.minimum(x / radius, 1)
    return D * (0.5 - (t * np.sqrt(1 - t**2) + np.arcsin(t)) / np.pi)


def draw(data: xr.Dataset, axes: Sequence[Axes]) -> None:
    """Counts on both sides of zero, one panel for each epoch."""
    from figures.pictures import scales, style, symbols
    from figures.pictures.logits import trajectory

    for ax in axes[data.sizes["epoch"] :]:
        ax.set_axis_off()
    for ax, epoch in zip(axes, data.epoch.values, strict=False):
        own = data.sel(epoch=epoch)
        x = float(own.scale) * own["size"].values
        for term in TERMS:
            color, look = trajectory.TERM_COLOR[term], trajectory.TERM_LOOK[term].lstrip("os^")
            for side, sign in SIDES.items():
                if (term, side) == ("G", "negative"):
                    continue
                at = {"term": term, "side": side}
                count, error = own["count"].sel(at).values, own.count_error.sel(at).values
                shown = np.where(count > 0, count, np.nan)
                ax.plot(sign * x, shown, look, color=color, label=f"{term} measured")
                low, high = np.maximum(count - error, LEAST), np.maximum(count + error, LEAST)
                ax.fill_between(sign * x, low, high, color=color, alpha=0.2, linewidth=0)
                predicted = own.predicted_count.sel(at).values
                ax.plot(
                    sign * x,
                    np.where(predicted > 0, predicted, np.nan),
                    linestyle=THIN[term],
                    zorder=3 if term == "H" else 2,
                    color=color,
                    linewidth=0.8,
                    label=f"{term}, curvature level",
                )
        scales.log_axis(ax, "y")
        ax.set_xscale("symlog", linthresh=x[0], linscale=0.2)
        ticks = 10.0 ** np.arange(np.ceil(np.log10(x[0])) + 1, np.log10(x[-1]) + 0.1, 2)
        both = [*-ticks[::-1], *ticks]
        told = [symbols.number(tick).replace("-", "\N{MINUS SIGN}") for tick in both]
        ax.set_xticks(both, told)
        ax.set_xticks([], minor=True)
        ax.set_xlim(-x[-1] * 1.3, x[-1] * 1.3)
        ax.set_ylim(bottom=LEAST)
        ax.set_title(f"epoch {epoch:g}: ‖K‖/‖G‖ = {float(own.ratio):.2g}")
        ax.set_xlabel("λ (nat/weight²)")
        ax.set_ylabel("eigenvalues beyond λ" if style.first_in_row(ax) else "")

"""Which mean makes which outlier of G, over training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from figures.gallery import captions
from figures.gallery.networks import Networks
from figures.gallery.settings import Gallery
from theory import stream
from theory.arrays import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from empirical.data import Data
    from empirical.networks.training import Checkpoint

SPANS = {"logit": "FG", "logit_class": "cluster"}
"""Spans of means, and the level that has these means."""
OF_SPAN = {"logit": "c$_k$", "logit_class": "c$_{k,y}$"}
IN_BARS = ("class", "cross")  # parts that a and b have in the same colours
DIRECTION = 1e-10  # of the longest row's square: shorter ones are rounding


def compute(settings: Gallery, networks: Networks) -> xr.Dataset:
    """Squared lengths of the eigenvectors of G in spans of means: measured, predicted, sampled.

    All of ``figures.pictures.spectra.hierarchy.compute``, (epoch). ``overlap`` (epoch, span) is the
    mean over the first C-1 eigenvectors of their squared length in the span of the differences of
    the ``c_k``, and of the ``c_{k,y}``; ``random`` (epoch, span) that of any direction.
    ``predicted_overlap`` is the closed form of the level with these means; ``sampled_overlap``
    (epoch, span, draw) is of draws of level cluster.
    """
    checkpoints = networks.checkpoints()
    data, _ = networks.data()
    examples, draws = (60, 3) if settings.fast else (150, 8)
    seen, rest = (data.take(np.arange(*ends)) for ends in ((0, examples), (examples, 5 * examples)))
    how: dict[str, Any] = {"draws": draws, "seed": settings.seed}
    points = [_at(point, seen, rest, **how) for point in checkpoints]
    found = xr.concat(points, dim=xr.Variable("epoch", [float(each.epoch) for each in checkpoints]))
    C = data.classes
    return found.assign_attrs(
        caption=f"{networks.describe()}, {examples} examples; means and noise of the levels from "
        f"{4 * examples} others. a, b: eigenvectors of G before and after training, in the span of "
        f"the {C} class means of Σ_k (p_k − y_k) ∇z_k and of the {C * (C - 1)} means of its parts "
        f"in pairs of classes (Papyan); in bars: the class whose mean is nearest; dashes: in the "
        f"span of the differences of the c_k. "
        f"c: mean over the first {C - 1} eigenvectors, in the span of the differences "
        "of the c_k and of the c_{k,y}; "
        f"theory: the level that has these means; sampled: level cluster, {captions.draws(draws)} "
        "in D_{eff} dimensions, bars: standard deviation; dotted: a random direction. d: share of "
        "each part in Tr G, colours as in a."
    )


def _at(point: Checkpoint, seen: Data, rest: Data, *, draws: int, seed: int) -> xr.Dataset:
    """Measured shares at one point of training, and what the levels say of them."""
    from empirical.capture import capture
    from empirical.estimates.parameters import estimate
    from empirical.hierarchy import hierarchy as measured
    from figures.pictures.spectra import hierarchy
    from theory.models import Isotropic

    sample = capture(point.network, seen)
    record = measured(sample)
    C, spans = sample.C, list(SPANS)
    p, y = sample.p.numpy(), sample.targets.numpy()
    levels = estimate(capture(point.network, rest))
    given: dict[str, dict[str, Any]] = {}
    predicted = []
    for level in SPANS.values():
        own = getattr(levels, level)
        Gamma = own.Gamma.numpy()
        given[level] = {
            "Gamma": Gamma,
            "sigma_E": float(own.sigma_E),
            "D": max(round(float(own.effective_dimension)), int(np.linalg.matrix_rank(Gamma))),
            "groups": y if level == "cluster" else None,
        }
        predicted.append(Isotropic(p, **given[level]).overlaps[: C - 1].mean())
    first = record.span_share.sel(span=spans).isel(top_rank=slice(C - 1))
    drawn = [
        _drawn(p, y, rng=stream(seed, "hierarchy", i), **given["cluster"]) for i in range(draws)
    ]
    of_level = xr.Dataset(
        {
            "overlap": ("level_span", first.mean("top_rank").values),
            "random": ("level_span", record.span_share_random.sel(span=spans).values),
            "predicted_overlap": ("level_span", predicted),
            "sampled_overlap": (("level_span", "draw"), np.transpose(drawn)),
        },
        coords={"level_span": spans},
    )
    return hierarchy.compute(record).merge(of_level)


def _drawn(
    p: Array, y: NDArray[np.int64], *, rng: np.random.Generator, **level: Any
) -> tuple[float, float]:
    """Mean squared length of the first C-1 eigenvectors of a draw in each of the two spans."""
    from scipy.linalg import eigh

    from simulate import primal
    from simulate.ensemble import ensemble

    N, C = p.shape
    drawn = ensemble(p, p - np.eye(C)[y], **level)
    H, _ = primal.draw(drawn, rng=rng)
    _, vectors = eigh(H, lower=True, subset_by_index=(drawn.D - C + 1, drawn.D - 1))
    means = drawn.means.reshape(C, C, -1)  # they fill the first coordinates
    inside = vectors[: means.shape[2]].T
    over_all = np.tensordot(np.bincount(y, minlength=C) / N, means, axes=1)
    logit, logit_class = (
        _share(inside, rows - rows.mean(axis=-2, keepdims=True)) for rows in (over_all, means)
    )
    return logit, logit_class


def _share(vectors: Array, rows: Array) -> float:
    """Mean squared length of the vectors in the span of the rows."""
    _, lengths, directions = np.linalg.svd(rows.reshape(-1, rows.shape[-1]), full_matrices=False)
    basis = directions[lengths > DIRECTION * lengths[0]]
    return float(np.square(vectors @ basis.T).sum(axis=1).mean())


def draw(data: xr.Dataset, axes: Sequence[Axes]) -> None:
    """Eigenvectors in spans of means before and after; the first, and the parts, over training."""
    from figures.pictures import scales, style
    from figures.pictures.spectra import hierarchy

    *shares, overlaps, parts = axes
    epochs = data.epoch.values.tolist()
    for ax, epoch in zip(shares, (epochs[0], epochs[-1]), strict=True):
        hierarchy.draw_shares(data.sel(epoch=epoch), ax)
        ax.set_title(f"epoch {epoch:g}")
    for i, (span, level) in enumerate(SPANS.items()):
        own, color = data.sel(level_span=span), style.COLORS[i]
        overlaps.plot(
            epochs,
            own.overlap,
            style.MARKERS[i],
            color=color,
            mfc="none",
            label=f"measured, span of {OF_SPAN[span]}",
        )
        overlaps.plot(
            epochs,
            own.predicted_overlap,
            linestyle=style.LINES[i],
            color=color,
            label=f"theory, level {level}",
        )
        overlaps.errorbar(
            epochs,
            own.sampled_overlap.mean("draw"),
            own.sampled_overlap.std("draw", ddof=1),
            fmt="." if i == 0 else "x",
            color=style.SAMPLED,
            markersize=4,
            elinewidth=0.8,
            label=f"sampled, span of {OF_SPAN[span]}",
        )
        overlaps.plot(epochs, own.random, ":", color=color, linewidth=0.8)
    overlaps.set(ylabel="squared length in the span", ylim=(0, 1.03))
    for part, (label, color, marker) in hierarchy.PARTS.items():
        share = data.part_share.sel(part=part)
        look = {"marker": marker, "color": color, "markersize": 4}
        told = None if part in IN_BARS else f"d: {label}"
        parts.plot(epochs, share, label=told, **look)
    parts.set(ylabel="share of Tr G", ylim=(0, 1))
    for ax in (overlaps, parts):
        scales.epoch_axis(ax, epochs)

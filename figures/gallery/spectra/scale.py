"""The model at the size of a language model, and at N and D beyond any sample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from figures.gallery import captions
from figures.gallery.settings import Gallery
from theory import Params, rem
from theory.streams import derived_seed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

VOCABULARY = 50_257  # of GPT-2
LANGUAGE = Params(N=10**6, C=VOCABULARY, D=10**9, sigma_z=2.0, sigma_c=1.0, sigma_E=0.7)
FREEZING = (0.1, 0.5, 1.0, 1.5)  # σ_z over its freezing point
WEIGHTS = (10**6, 10**9, 10**12)
CLASSES = (10, VOCABULARY)


def compute(settings: Gallery) -> xr.Dataset:
    """Outliers over N, over their rank at C = 50,257, and the threshold over N.

    ``splitting`` and ``edge`` (C, N) are ``λ_1 - λ_{C-1}`` and the bulk's edge, both over where
    the outliers are for infinite N and D; ``sampled`` (N_sampled, replicate) the first of draws at
    C = 10. ``outliers`` (freezing, rank) and ``edges`` (freezing) are of ``LANGUAGE`` at other σ_z,
    in units of σ_c²; ``critical_ratio`` (C, D, N) is σ_E/σ_c at the threshold.
    """
    draws = 4 if settings.fast else 20
    N = 10 ** np.arange(2, 13)
    where = (100, 1000) if settings.fast else (100, 300, 1000, 3000, 10_000)
    relative = np.array([[_relative(C, n) for n in N.tolist()] for C in CLASSES])
    sampled = [_sampled(n, draws=draws, seed=settings.seed) for n in where]
    found = [_language(x) for x in FREEZING]
    ranks = np.unique(np.linspace(1, VOCABULARY - 1, 400).astype(int))
    data = xr.Dataset(
        {
            "splitting": (("C", "N"), relative[..., 0]),
            "edge": (("C", "N"), relative[..., 1]),
            "sampled": (("N_sampled", "replicate"), sampled),
            "outliers": (("freezing", "rank"), [mean[ranks - 1] for mean, _ in found]),
            "edges": ("freezing", [edge for _, edge in found]),
            "critical_ratio": (
                ("C", "D", "N"),
                [[[_critical(C, D, n) for n in N.tolist()] for D in WEIGHTS] for C in CLASSES],
            ),
        },
        coords={
            "C": list(CLASSES),
            "N": N,
            "N_sampled": list(where),
            "freezing": list(FREEZING),
            "rank": ranks,
            "D": list(WEIGHTS),
        },
    )
    own, many = LANGUAGE, captions.count
    return data.assign_attrs(
        caption=f"Level FG. a: D = {many(own.D)}, σ_z = {own.sigma_z:g}, "
        f"σ_E = {own.sigma_E:g} σ_c; λ_1 − λ_{{C-1}} and the bulk's edge, over the place of the "
        f"outliers for N, D → ∞; markers: means and standard errors of {draws} draws. "
        f"b: C = {many(VOCABULARY)}, N = {many(own.N)}, D = {many(own.D)}, "
        f"σ_E = {own.sigma_E:g} σ_c; the softmax freezes at σ_z = √(2 ln C) = "
        f"{rem.freezing(VOCABULARY):.2f}; thin lines: the bulk's edge. "
        f"c: noise at which the outliers enter the bulk, σ_z = {own.sigma_z:g}; colours as in a."
    )


def _place(C: int) -> float:
    """Where the C-1 outliers are for infinitely many examples and weights."""
    own = LANGUAGE
    return own.sigma_c**2 * float(rem.impurity(own.sigma_z, C=C)) / (C - 1)


def _relative(C: int, N: int) -> tuple[float, float]:
    """Splitting of the outliers and the bulk's edge, over their place; nan where there are none."""
    from theory.averaged import Averaged

    model = Averaged(replace(LANGUAGE, C=C, N=N))
    outliers = model.outliers.mean
    splitting = float(outliers[0] - outliers[-1]) if len(outliers) else np.nan
    return splitting / _place(C), model.upper_edge / _place(C)


def _sampled(N: int, *, draws: int, seed: int) -> list[float]:
    """The splitting in each of several draws of logits, means and noise."""
    from simulate.replicates import replicates

    C = CLASSES[0]
    params = replace(LANGUAGE, C=C, N=N)
    found = []
    for i in range(draws):
        own = derived_seed(seed, "scale", N, i)
        top = replicates(params, seed=own, replicates=1, top=C - 1).eigenvalues.values[0]
        found.append(float(top[0] - top[-1]) / _place(C))
    return found


def _language(freezing: float) -> tuple[np.ndarray, float]:
    from theory.averaged import Averaged

    model = Averaged(replace(LANGUAGE, sigma_z=freezing * rem.freezing(VOCABULARY)))
    return model.outliers.mean, model.upper_edge


def _critical(C: int, D: int, N: int) -> float:
    from theory import threshold

    return threshold.critical_ratio(replace(LANGUAGE, C=C, D=D, N=N))


def draw(data: xr.Dataset, axes: Sequence[Axes]) -> None:
    """Splitting and edge over N, outliers by rank, and the threshold over N."""
    from figures.pictures import scales, style

    over_N, by_rank, threshold = axes
    for i, C in enumerate(data.C.values.tolist()):
        own, color = data.sel(C=C), style.COLORS[i]
        told = f"C = {captions.count(C)}"
        over_N.plot(
            data.N, own.splitting, "-", color=color, label=f"a: {told}, λ$_1$ − λ$_{{C−1}}$"
        )
        over_N.plot(data.N, own.edge, "--", color=color, label=f"a: {told}, bulk edge")
    error = data.sampled.std("replicate", ddof=1) / np.sqrt(data.sizes["replicate"])
    over_N.errorbar(
        data.N_sampled,
        data.sampled.mean("replicate"),
        error,
        fmt="o",
        color=style.SAMPLED,
        mfc="none",
        elinewidth=0.8,
        label="a: sampled, C = 10",
    )
    over_N.set(xlabel="examples N", ylabel="over the outliers' place")
    for i, freezing in enumerate(data.freezing.values):
        own, color = data.sel(freezing=freezing), style.COLORS[i + 2]
        line, told = style.LINES[i], f"b: σ$_z$ = {freezing:g} √(2 ln C)"
        scaled = own.outliers * (VOCABULARY - 1)
        by_rank.plot(data["rank"], scaled, color=color, linestyle=line, label=told)
        by_rank.axhline(
            float(own.edges) * (VOCABULARY - 1), color=color, linestyle=line, linewidth=0.6
        )
    by_rank.set(xlabel="rank of the outlier", ylabel="λ (C−1)/σ$_c$²", xlim=(0, VOCABULARY))
    by_rank.set_ylim(bottom=0)
    for i, C in enumerate(data.C.values.tolist()):
        for j, D in enumerate(data.D.values.tolist()):
            told = f"c: D = {captions.count(D)}" if i == 0 else None
            threshold.plot(
                data.N,
                data.critical_ratio.sel(C=C, D=D),
                color=style.COLORS[i],
                linestyle=style.LINES[j],
                label=told,
            )
    threshold.set(xlabel="examples N", ylabel="σ$_E$/σ$_c$ at the threshold")
    for ax in (over_N, threshold):
        scales.log_axis(ax, "x")
        scales.log_axis(ax, "y")

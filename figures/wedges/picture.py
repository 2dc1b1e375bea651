"""Wedges: success of random cuts, losses on connectors, widths of tunnels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import ScalarFormatter
from scipy.stats import beta

from figures.pictures.scales import log_axis
from figures.pictures.style import COLORS, LINES, MARKERS, MEASURED, SAMPLED

KNOBS = {
    "learning_rate": "learning rate",
    "batch_size": "batch size",
    "l2": "L2 coefficient",
    "dropout": "dropout",
}
PREDICTED = COLORS[0]


def binomial_bars(successes: np.ndarray, trials: int) -> np.ndarray:
    """Lengths down and up of Clopper and Pearson's 95 % intervals of a rate, shape (2, k)."""
    k = np.asarray(successes, dtype=float)
    low = np.where(k > 0, beta.ppf(0.025, np.maximum(k, 1), trials - k + 1), 0.0)
    high = np.where(k < trials, beta.ppf(0.975, k + 1, np.maximum(trials - k, 1)), 1.0)
    return np.stack([k / trials - low, high - k / trials])


def draw_toy(data: xr.Dataset, ax: Axes) -> None:
    """Success of searches in cuts of the toy against d - (D - n), and theory's curves."""
    D, n, trials = (int(data.attrs[name]) for name in ("D", "n", "cuts"))
    d = data.dimension.values - (D - n)
    ax.plot(d, data.theory_nearest, color=PREDICTED, ls="-", label="theory, nearest plane")
    ax.plot(d, data.theory_any, color=PREDICTED, ls=":", label="theory, bound for any plane")
    steps = np.array([d.min(), 0, 0, d.max()])
    ax.plot(steps, [0, 0, 1, 1], color="0.6", ls="--", label="theory, met exactly")
    looks = (
        ("nearest", "o", SAMPLED, "sampled, nearest plane"),
        ("search", "^", COLORS[1], "sampled, plane changed on the way"),
        ("exact", "s", "0.35", "sampled, met to 10⁻⁹"),
    )
    for name, marker, color, label in looks:
        bars = binomial_bars(data[name].values, trials)
        look = {"fmt": marker, "color": color, "mfc": "none", "ms": 3.5, "elinewidth": 0.7}
        ax.errorbar(d, data[name] / trials, bars, label=label, **look)
    ax.set(
        xlabel="d − (D − n), dimension of the cut",
        ylabel="share of cuts that succeed",
        ylim=(-0.04, 1.04),
        title=f"toy, D = {D:,}",
    )


def draw_network(data: xr.Dataset, ax: Axes) -> None:
    """Success of training in cuts of a network against d, and the plane fitted at each radius."""
    trials = int(data.attrs["trials"])
    for i, scale in enumerate(data.scale.values):
        own = data.sel(scale=scale)
        color, radius = COLORS[i + 2], float(own.weight_norm.mean())
        bars = binomial_bars(own.successes.values, trials)
        ax.errorbar(
            own.dimension,
            own.successes / trials,
            bars,
            fmt=MARKERS[i],
            color=color,
            mfc="none",
            ms=3.5,
            elinewidth=0.7,
            label=f"network, ‖W‖ = {radius:.3g}",
        )
        if np.isfinite(own.fitted_success).all():
            ax.plot(
                data.shown,
                own.fitted_success,
                color=color,
                ls=LINES[i],
                label="one plane, fitted" if i == 0 else None,
            )
    ax.set(
        xlabel="d, dimension of the cut",
        ylabel="share of cuts that succeed",
        ylim=(-0.04, 1.04),
        title=f"network, D = {int(data.attrs['D']):,}",
    )


def draw_losses(records: Sequence[xr.Dataset], ax: Axes) -> None:
    """Share of random points below a loss, on the connectors and on the simplices below them."""
    for i, data in enumerate(records):
        for name, style in (("connector", "-"), ("linear", "--")):
            values = np.sort(data[name].values)
            share = np.arange(1, len(values) + 1) / len(values)
            label = f"{'connector' if name == 'connector' else 'simplex'}, m = {data.attrs['m']}"
            ax.plot(np.maximum(values, 1e-6), share, color=COLORS[i], ls=style, label=label)
    limit = max(float(data.optima.max()) for data in records) + records[0].attrs["bound"]
    ax.axvline(limit, color="0.6", lw=0.8, ls=":", label="optima's loss and the bound")
    log_axis(ax, "x")
    ax.set(xlabel="loss at random points (nat)", ylabel="share of points below", ylim=(0, 1.02))


def draw_path(data: xr.Dataset, ax: Axes) -> None:
    """Loss along a 1-connector and along the line between its ends."""
    order = np.argsort(data.shares.values[:, 1])
    at = data.shares.values[order, 1]
    ax.plot(at, data.linear.values[order], color=COLORS[0], ls="--", label="simplex, m = 1")
    ax.plot(at, data.connector.values[order], color=COLORS[0], label="connector, m = 1")
    ax.set(xlabel="share of the second optimum", ylabel="loss (nat)")


def draw_ratio(records: Sequence[xr.Dataset], ax: Axes) -> None:
    """Mean loss on a connector over that on the simplex: the networks', and the toy's."""
    m = [int(data.attrs["m"]) for data in records]
    network = [float(data.connector.mean() / data.linear.mean()) for data in records]
    toy = [float(data.toy_connector.mean() / data.toy_linear.mean()) for data in records]
    ax.plot(m, network, ls="none", marker="o", color=MEASURED, label="networks")
    ax.plot(m, toy, ls="none", marker="^", mfc="none", color=SAMPLED, label="toy, sampled")
    log_axis(ax, "y")
    ax.set_xticks(m)
    ax.set(xlabel="dimension m of the connector", ylabel="loss, connector / simplex")


def draw_knob(data: xr.Dataset, ax: Axes, *, knob: str) -> None:
    """Widths against one knob, over those of the base training: networks, and the toy."""
    own = data.sel(training=data[f"varies_{knob}"].values)
    values = own[knob].values
    base = data.sel(training=int(data.attrs["base"]))
    place = np.where(values > 0, values, np.nan)
    if np.isnan(place).any():  # zero has no place on a logarithmic axis
        place = np.where(values > 0, values, np.nanmin(place) / 3)
    order = np.argsort(place)
    looks = (
        ("width_uniform", "o", MEASURED, "network, uniform directions"),
        ("width_filter", "s", COLORS[1], "network, filter-normalised"),
    )
    for name, marker, color, label in looks:
        shares = own[name] / float(base[name].mean())
        for replicate in own.replicate.values:
            column = shares.isel(replicate=replicate)
            ax.plot(
                place, column, ls="none", marker=marker, ms=2, mfc="none", color=color, alpha=0.5
            )
        means = shares.mean("replicate").values
        ax.plot(place[order], means[order], color=color, marker=marker, label=label)
    if knob in ("learning_rate", "batch_size"):
        theory, sampled = (
            own[name].values[order] / float(base[name]) for name in ("toy_theory", "toy_sampled")
        )
        ax.plot(place[order], theory, color=PREDICTED, ls="--", label="toy, theory")
        ax.plot(place[order], sampled, color=SAMPLED, ls="none", marker="^", label="toy, sampled")
    ax.set_xscale("log")
    ax.set_xticks(place[order], [f"{value:g}" for value in values[order]])
    ax.minorticks_off()
    ax.yaxis.set_major_formatter(ScalarFormatter())
    ax.set(xlabel=KNOBS[knob], ylabel="width over the base training's")
    ax.set_ylim(bottom=0)

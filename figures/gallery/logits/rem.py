"""Freezing of the softmax: the random energy model at finite C, its limit, and a network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from scipy.special import logsumexp

from figures.gallery import captions
from figures.gallery.networks import Networks
from figures.gallery.settings import Gallery
from theory import rem, stream
from theory.arrays import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes

CLASSES = (10, 100, 10**4, 10**6, 10**9)
SAMPLED = (10, 100, 10**4)
ENERGIES = 1000  # for each draw that is asked for: C beyond it has fewer draws
TOP, ROOM = 2.5, 1.05  # of the axis, over the freezing point; beyond a network that goes further
NAMES = ("participation", "entropy", "log_partition")


def compute(settings: Gallery, networks: Networks) -> xr.Dataset:
    """Participation, entropy and ln Z over ``x = σ_z/√(2 ln C)``, the last two over ln C.

    Each name is exact, (C, x); with ``limit_`` for infinitely many classes, (x); with ``sampled_``
    the mean over draws and with ``sampled_…_error`` its standard error, (C_sampled, x_sampled);
    with ``measured_`` of the network, (epoch), at ``measured_x``.
    """
    draws = 2000 if settings.fast else 10_000
    measured = networks.measured(observe=("logits",))
    found = _measured(measured)
    end = max(TOP, ROOM * float(found.measured_x.max()))
    x = np.union1d(np.linspace(0.02, end, 40 if settings.fast else 125), 1.0)  # the corner
    exact = {name: np.array([_exact(name, x, C) for C in CLASSES]) for name in NAMES}
    where = np.linspace(0.25, TOP, 10)
    sampled = np.array([_sampled(C, where, draws=draws, seed=settings.seed) for C in SAMPLED])
    data = xr.Dataset(
        {name: (("C", "x"), values) for name, values in exact.items()},
        coords={"C": list(CLASSES), "x": x, "C_sampled": list(SAMPLED), "x_sampled": where},
    )
    for i, name in enumerate(NAMES):
        data[f"limit_{name}"] = ("x", _limit(name, x))
        for suffix, part in (("", sampled[:, 0, i]), ("_error", sampled[:, 1, i])):
            data[f"sampled_{name}{suffix}"] = (("C_sampled", "x_sampled"), part)
    data = data.merge(found)
    few = [captions.count(_draws(C, draws)) for C in SAMPLED]
    return data.assign_attrs(
        caption="C independent energies N(0, σ_{z}²) at unit temperature. "
        "Lines: exact at finite C; black: C → ∞ at fixed x = σ_z/√(2 ln C). Open markers: means of "
        f"{', '.join(few)} draws for C = {captions.listed(SAMPLED)}; bars: standard error. "
        f"Filled: {networks.describe()}, its logits relative to their mean, "
        f"{measured.sizes['example']} examples, epochs "
        f"{', '.join(f'{epoch:g}' for epoch in measured.epoch.values)}."
    )


def _exact(name: str, x: Array, C: int) -> Array:
    values = getattr(rem, name)(x * rem.freezing(C), C=C)
    return values if name == "participation" else values / np.log(C)


def _limit(name: str, x: Array) -> Array:
    """Leading order for ``ln C → ∞``: 0 or ``1 - 1/x``; ``1 - x²`` or 0; ``1 + x²`` or 2x."""
    below, above = {
        "participation": (0 * x, 1 - 1 / x),
        "entropy": (1 - x**2, 0 * x),
        "log_partition": (1 + x**2, 2 * x),
    }[name]
    return np.where(x < 1, below, above)


def _draws(C: int, most: int) -> int:
    return min(most, most * ENERGIES // C)


def _sampled(C: int, x: Array, *, draws: int, seed: int) -> Array:
    """Mean and standard error (2) of the three (3) at each x, with the same energies at all."""
    energies = stream(seed, "rem", C).standard_normal((_draws(C, draws), C))
    rows = []
    for sigma in x * rem.freezing(C):
        values = _of_logits(sigma * energies)
        rows.append((values.mean(axis=1), values.std(axis=1, ddof=1) / np.sqrt(len(energies))))
    return np.moveaxis(np.array(rows), 0, 2)


def _of_logits(z: Array) -> Array:
    """Participation, entropy and ln Z of each row, the last two over ln C; shape (3, rows)."""
    log_Z = np.asarray(logsumexp(z, axis=1))
    log_p = z - log_Z.reshape(-1, 1)
    p = np.exp(log_p)
    scale = np.log(z.shape[1])
    return np.array([np.sum(p**2, axis=1), -np.sum(p * log_p, axis=1) / scale, log_Z / scale])


def _measured(record: xr.Dataset) -> xr.Dataset:
    """The same of a network's outputs at each epoch, the logits relative to their mean."""
    rows = []
    for p in record.p.values.astype(np.float64):
        z = np.log(np.maximum(p, np.finfo(float).tiny))
        rows.append(_of_logits(z - z.mean(axis=1, keepdims=True)).mean(axis=1))
    freezing = rem.freezing(record.sizes["logit"])
    columns = np.transpose(rows)
    found = {
        f"measured_{name}": ("epoch", column) for name, column in zip(NAMES, columns, strict=True)
    }
    found["measured_x"] = ("epoch", np.sqrt(record.logit_variance.values) / freezing)
    return xr.Dataset(found, coords={"epoch": record.epoch.values})


def draw(data: xr.Dataset, axes: Sequence[Axes]) -> None:
    """The three over x: a line for each C, the limit, draws, and the network."""
    from figures.pictures import style

    end = float(data.x.max())
    labels = ("participation Y = Σ p²", "entropy over ln C", "ln Z over ln C")
    for ax, name, label in zip(axes, NAMES, labels, strict=True):
        for i, C in enumerate(data.C.values.tolist()):
            color, line = style.COLORS[i], style.LINES[i]
            told = f"C = {captions.count(C)}"
            ax.plot(data.x, data[name].sel(C=C), color=color, linestyle=line, label=told)
            if C not in data.C_sampled:
                continue
            at = {"C_sampled": C}
            ax.errorbar(
                data.x_sampled,
                data[f"sampled_{name}"].sel(at),
                data[f"sampled_{name}_error"].sel(at),
                fmt=style.MARKERS[i],
                color=color,
                mfc="none",
                markersize=3.5,
                elinewidth=0.8,
                label="mean of draws",
            )
        ax.plot(data.x, data[f"limit_{name}"], "k-", linewidth=0.9, label="C → ∞")
        ax.plot(data.measured_x, data[f"measured_{name}"], "kD", markersize=3.5, label="network")
        ax.axvline(1, color="0.6", linewidth=0.8, linestyle=":")
        ax.set(xlabel="σ$_z$/√(2 ln C)", ylabel=label, xlim=(0, end))

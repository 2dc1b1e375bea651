"""What independence costs: every level where outputs and logit gradients depend exactly."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from figures.gallery.settings import Gallery
from theory.arrays import Array
from theory.regression import Mixture
from theory.streams import derived_seed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from figures.judge.errors import Spectrum

C, D_IN, SEPARATION = 3, 60, 3.0
NORMS = (0.1, 0.3, 1.0, 2.0, 3.0)
SHOWN_NORM = 1.0
N, HELD_OUT = 400, 600
EXACT, INDEPENDENT = "exact", "independent"
QUANTITIES = ("outliers", "share", "bulk")
NEEDED = ("logits", "spectrum", "model", "noise", "resampled")


def compute(settings: Gallery) -> xr.Dataset:
    """Errors of the levels and of the exact law on softmax regression, over the weights' norm.

    ``size`` (norm, draw, source, quantity), sources the levels, ``other examples``, ``exact``, and
    ``independent``: the exact law with outputs exchanged within each class. ``outliers`` is the
    mean error of the C-1 largest. Of the first draw at one norm ``eigenvalues`` and ``predicted``
    (source, rank).
    """
    draws = 2 if settings.fast else 3
    norms = NORMS[::2] if settings.fast else NORMS
    held_out = N if settings.fast else HELD_OUT
    rows, shown = [], None
    for norm in norms:
        parts = []
        for draw in range(draws):
            own = _one(norm, held_out=held_out, seed=derived_seed(settings.seed, "benchmark", draw))
            parts.append(own["size"])
            if draw == 0 and norm == SHOWN_NORM:
                shown = own[["eigenvalues", "predicted"]]
        rows.append(xr.concat(parts, dim="draw"))
    size = xr.concat(rows, dim=xr.Variable("norm", list(norms)))
    data = xr.Dataset({"size": size})
    if shown is not None:
        data = data.merge(shown)
    return data.assign_attrs(
        caption=f"Softmax regression on {C} Gaussians of unit covariance in {D_IN} dimensions, "
        f"their means orthogonal and of length {SEPARATION:g}, weights along the means; G of "
        f"{N} examples, the levels from {held_out:,} others, as of a network; exact: the law that "
        f"knows how outputs depend on inputs, given those along the means. a: norm of a row of "
        f"W {SHOWN_NORM:g}, the largest eigenvalues of one draw. b to d: mean over {draws} draws "
        f"and one standard deviation of it."
    )


def _one(norm: float, *, held_out: int, seed: int) -> xr.Dataset:
    """Errors on one sample of the mixture."""
    from figures.fit import fit
    from figures.judge.errors import OTHER, Spectrum, spectrum_errors
    from theory.levels import LEVELS

    mixture = Mixture.orthogonal(C=C, d=D_IN, separation=SEPARATION, norm=norm)
    measured, x = _measured(mixture, held_out=held_out, seed=seed)
    found = fit(measured).isel(epoch=0)
    laws = [_law(mixture, x, measured, order=order) for order in (None, seed)]
    true = Spectrum(found.eigenvalues.values, float(found.share))
    errors = [spectrum_errors(law, true=true, top=C - 1) for law in laws]
    sources = [*LEVELS, OTHER]
    own = found.sel(source=sources)
    size = np.column_stack(
        [
            np.abs(
                np.vstack([own.outlier_error.values, [each["outlier_error"] for each in errors]])
            ).mean(1),
            np.abs(np.append(own.share_error, [each["share_error"] for each in errors])),
            np.append(own.bulk_distance, [each["bulk_distance"] for each in errors]),
        ]
    )
    predicted = np.vstack([own.predicted_eigenvalues.values, *[law.eigenvalues for law in laws]])
    return xr.Dataset(
        {
            "size": (("source", "quantity"), size),
            "eigenvalues": ("rank", true.eigenvalues),
            "predicted": (("source", "rank"), predicted),
        },
        coords={"source": [*sources, EXACT, INDEPENDENT], "quantity": list(QUANTITIES)},
    )


def _measured(mixture: Mixture, *, held_out: int, seed: int) -> tuple[xr.Dataset, Array]:
    """The regression as a network, measured as networks are; and the measured inputs."""
    from empirical.measure import measure
    from empirical.networks.regression import softmax_regression
    from empirical.settings import Measurement
    from simulate.mixture import sample
    from theory import stream

    drawn = sample(mixture, N=N + held_out, seed=seed)
    network, data = softmax_regression(mixture.W, x=drawn.x, y=drawn.y)
    asked = Measurement(observe=NEEDED, examples=N, held_out=held_out, seed=0)
    measured = measure(network, data, asked).expand_dims(epoch=[0.0])
    order = stream(asked.seed, "examples").permutation(len(data))  # as ``empirical.measure``
    return measured, drawn.x[order[:N]]


def _law(mixture: Mixture, x: Array, measured: xr.Dataset, *, order: int | None) -> Spectrum:
    """Eigenvalues and the share on the C-1 largest; outputs exchanged by the seed ``order``."""
    from figures.judge.errors import Spectrum, padded
    from figures.judge.levels import residuals
    from theory import stream
    from theory.regression import SoftmaxRegression

    point = measured.isel(epoch=0)
    labels, to = point.labels.values, np.arange(len(x))
    if order is not None:
        for y in range(C):
            own = np.flatnonzero(labels == y)
            to[own] = stream(order, "exchanged", y).permutation(own)
    model = SoftmaxRegression(x @ mixture.basis, p=point.p.values[to], d=mixture.d)
    share = float(model.shares(residuals(point)[to])[: C - 1].sum())
    return Spectrum(padded(model.eigenvalues, point.sizes["rank"], by=0.0), share)


def draw(data: xr.Dataset, axes: Sequence[Axes]) -> None:
    """The largest eigenvalues at one norm, and the three errors over the norm."""
    from figures.judge.errors import OTHER
    from figures.pictures import scales, style
    from figures.pictures.spectra.errors import OTHERS
    from theory.levels import LEVELS

    spectrum, *errors = axes
    looks: dict[str, dict[str, Any]] = {name: style.level(name) for name in LEVELS}
    looks[OTHER] = OTHERS
    looks[EXACT] = {"color": "0.15", "linestyle": "-"}
    looks[INDEPENDENT] = {"color": style.COLORS[5], "marker": "^", "linestyle": "--", "mfc": "none"}
    if "predicted" in data:
        ranks = np.arange(12) + 1
        spectrum.plot(ranks, data.eigenvalues[:12], "*", color=style.MEASURED, label="sampled")
        for source in ("cluster", "anisotropic", EXACT):
            spectrum.plot(ranks, data.predicted.sel(source=source)[:12], **looks[source])
    spectrum.set(xlabel="rank", ylabel="eigenvalue of G")
    labels = {"outliers": "outliers: mean relative error", "share": "gradient's share: error"}
    labels["bulk"] = "bulk: distance over its mean"
    for name, ax in zip(QUANTITIES, errors, strict=True):
        own = data["size"].sel(quantity=name)
        mean = own.mean("draw")
        error = own.std("draw", ddof=1) / np.sqrt(own.sizes["draw"])
        for source in data.source.values:
            told = {
                OTHER: "two samples",
                EXACT: "exact law",
                INDEPENDENT: "exact law, outputs exchanged",
            }.get(source, f"level {source}")
            ax.errorbar(
                data.norm,
                mean.sel(source=source),
                error.sel(source=source),
                elinewidth=0.8,
                label=told,
                **looks[source],
            )
        scales.log_axis(ax, "x")
        scales.log_axis(ax, "y", percent=name != "share")
        ax.set(xlabel="norm of a row of W", ylabel=labels[name])

"""The spectrum of G: a bulk and C-1 outliers, in the model and in a network at every level."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

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

SIGMA_Z, SIGMA_E = 1.0, 0.7
SPREAD = {"equal lengths": 1.0, "lengths spread fourfold": 4.0}  # largest over smallest σ_c
BINS, GRID = 60, 400


def compute(settings: Gallery, networks: Networks) -> xr.Dataset:
    """Spectra of the model with means of equal and of unequal lengths, and of a network.

    Of the model, (lengths): ``model_eigenvalues`` (draw, model_rank) of draws of the noise at the
    same outputs and means; ``model_outliers`` and ``model_outliers_std`` (outlier),
    ``model_edges`` (side), and ``model_counts`` (bin), the bulk's eigenvalues per unit of ln λ on
    ``model_grid``. Of the network, first and last epoch, as of ``figures.pictures.spectrum``.
    """
    from figures.pictures.spectra import spectrum

    if settings.fast:
        (N, C, D), draws = (100, 5, 300), 5
    else:
        (N, C, D), draws = (300, 10, 1000), 20
    model = Params(N=N, C=C, D=D, sigma_z=SIGMA_Z, sigma_c=1.0, sigma_E=SIGMA_E)
    along = [_model(model, ratio, draws=draws, settings=settings) for ratio in SPREAD.values()]
    compared = networks.compared(replicates=2 if settings.fast else 10)
    network = spectrum.compute(compared)
    return (
        xr.concat(along, dim=xr.Variable("lengths", list(SPREAD)))
        .merge(network)
        .assign_attrs(
            caption=f"a, b: N = {model.N}, C = {model.C}, D = {captions.count(model.D)}, "
            f"σ_z = {SIGMA_Z:g}, σ_E = {SIGMA_E} σ_c; {draws} draws of the noise (ticks: one); the "
            "C means have equal lengths, or lengths spread fourfold: as the softmax blocks have "
            f"A 1 = 0, there are C−1 = {model.C - 1} outliers all the same. "
            f"c, d: {networks.describe()}, {compared.sizes['example']} examples, every level "
            "predicted from others."
        )
    )


def _model(model: Params, ratio: float, *, draws: int, settings: Gallery) -> xr.Dataset:
    """The model's spectrum in draws of the noise, and theory's bulk and outliers."""
    from simulate.one_draw.draws import examples
    from simulate.replicates import conditional
    from theory.models import Isotropic

    seed = derived_seed(settings.seed, "spectrum")
    drawn = examples(model, seed=seed)
    Gamma = _gram(model, ratio, seed=seed)
    theory = Isotropic(drawn.p, Gamma=Gamma, sigma_E=model.sigma_E, D=model.D)
    sampled = conditional(
        drawn.p,
        drawn.r,
        Gamma=Gamma,
        sigma_E=model.sigma_E,
        D=model.D,
        seed=seed,
        replicates=draws,
        workers=settings.workers,
    )
    low, high = float(theory.edges[0, 0]), float(theory.outliers[0])
    grid = np.geomspace(low / 2, 2 * high, GRID)
    return xr.Dataset(
        {
            "model_eigenvalues": (("draw", "model_rank"), sampled.eigenvalues.values),
            "model_outliers": ("outlier", theory.spread.mean),
            "model_outliers_std": ("outlier", theory.spread.std),
            "model_edges": ("side", theory.edges[[0, -1], [0, 1]]),
            "model_counts": ("model_bin", grid * model.D * theory.density(grid)),
            "model_grid": ("model_bin", grid),
        }
    )


def _gram(model: Params, ratio: float, *, seed: int) -> Array:
    """Gram matrix of Gaussian means of RMS length σ_c, the largest ``ratio`` times the least."""
    lengths = np.geomspace(1, ratio, model.C)
    lengths *= model.sigma_c / np.sqrt(np.mean(lengths**2))
    means = stream(seed, "means").standard_normal((model.C, model.D)) / np.sqrt(model.D)
    means *= lengths[:, None]
    return means @ means.T


def draw(data: xr.Dataset, axes: Sequence[Axes]) -> None:
    """The model with both kinds of means, and the network at both epochs."""
    from figures.pictures.spectra import spectrum
    from theory.levels import LEVELS

    for ax, lengths in zip(axes, data.lengths.values, strict=False):
        _draw_model(data.sel(lengths=lengths), ax)
        ax.set_title(f"model, {lengths}")
    for ax, epoch in zip(axes[2:], data.epoch.values, strict=True):
        spectrum.draw(data.sel(epoch=epoch), ax, levels=list(LEVELS))
        ax.set_title(f"network, epoch {epoch:g}")


def _draw_model(data: xr.Dataset, ax: Axes) -> None:
    from figures.pictures import scales, style

    grid, values = data.model_grid.values, data.model_eigenvalues.values
    bins = np.geomspace(grid[0], grid[-1], BINS)
    width = np.log(bins[1] / bins[0])
    counts = np.histogram(values, bins)[0] / width / len(values)
    ax.stairs(counts, bins, color=style.SAMPLED, linewidth=0.9, label=style.SAMPLED_LABEL)
    ax.plot(grid, data.model_counts.where(data.model_counts > 0), "k-", label="a, b: theory")
    count = data.sizes["outlier"]
    foot = 0.3 / len(values) ** 0.5
    top = 10 * counts.max()
    rows = {"theory": data.model_outliers.values, "sampled": values[0, :count]}
    for row, (name, own) in enumerate(rows.items()):
        height, color = 0.95 - 0.06 * row, "k" if name == "theory" else style.SAMPLED
        at = {"transform": ax.get_xaxis_transform(), "color": color}
        ax.plot(own, np.full(count, height), "|", markersize=6, **at)
        ax.text(0.02, height, name, va="center", fontsize=7, color=color, transform=ax.transAxes)
    scales.log_axis(ax, "x")
    scales.log_axis(ax, "y")
    ax.set(xlim=(grid[0], grid[-1]), ylim=(foot, top))
    ax.set(xlabel="eigenvalue λ of G, in units of σ$_c$²", ylabel="eigenvalues per unit of ln λ")

"""The Baik-Ben Arous-Péché transition: where outliers leave the bulk, and where they point then."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from figures.gallery import captions
from figures.gallery.settings import Gallery
from theory import Params, stream
from theory.arrays import Array
from theory.streams import derived_seed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SIGMA_Z = 1.0
N, C = 60, 5  # of the diagram, so that a cell takes milliseconds
NEAR, FAR = 0.3, 2.5  # ends of the axis of means, over their length at the threshold
HIGHEST = 10  # end of the colours: the transition is at a little above 1
OVERLAP = "squared length of the top eigenvector inside the span of the means"


def compute(settings: Gallery) -> xr.Dataset:
    """The diagram over noise and weights, and the top eigenpair as the means grow.

    ``prominence`` (D, noise_ratio) is sampled, ``critical_ratio`` (D) theory's line. ``lambda_max``
    and ``overlap`` (size, mean_length, replicate) are sampled for two classes, N = D = size, with
    means of ``mean_length`` in units of the threshold's and λ in units of the bulk's edge; those
    that begin with ``predicted_`` are the closed forms at the sampled lengths, and those that begin
    with ``line_`` at many, for the largest size.
    """
    diagram = _diagram(settings)
    sizes, draws = ((50, 150), 8) if settings.fast else ((100, 300, 1000), 12)
    lengths = np.linspace(NEAR, FAR, 9 if settings.fast else 13)
    through = xr.concat(
        [_through(size, lengths, draws=draws, settings=settings) for size in sizes],
        dim=xr.Variable("size", list(sizes)),
    )
    line = _closed_forms(_outputs(sizes[-1], settings.seed), np.linspace(NEAR, FAR, 300))
    caption = (
        f"a: N = {N}, C = {C}, σ_z = {SIGMA_Z:g}, {captions.draws(diagram.draws)} a cell; line: "
        f"theory, averaged over logits. b, c: C = 2, N = D = {captions.listed(sizes)}, "
        f"σ_z = {SIGMA_Z:g}; {draws} draws a point, bars: their standard error; lines: theory at "
        f"D = {captions.count(sizes[-1])}, band: one standard deviation of a draw (outlier: "
        "Gaussian; edge: Tracy–Widom). Means in units of their length at the threshold, λ in units "
        "of the bulk's edge."
    )
    data = xr.merge([diagram, through, line.rename(mean_length="line_mean_length")])
    return data.assign_attrs(caption=caption)


def _diagram(settings: Gallery) -> xr.Dataset:
    """Largest eigenvalue over that behind the C-1 first, over noise and number of weights."""
    from simulate.replicates import replicates
    from theory import threshold

    rank, draws = N * (C - 1), 1 if settings.fast else 2
    weights = np.geomspace(rank / 10, 100 * rank, 7 if settings.fast else 17).round().astype(int)
    ratios = np.geomspace(1, 60, 9 if settings.fast else 25)
    common: dict[str, Any] = {"N": N, "C": C, "sigma_z": SIGMA_Z, "sigma_c": 1.0}
    prominence = np.empty((len(weights), len(ratios)))
    for i, j in np.ndindex(prominence.shape):
        drawn = replicates(
            Params(**common, D=int(weights[i]), sigma_E=float(ratios[j])),
            seed=derived_seed(settings.seed, "phase", i, j),
            replicates=draws,
            workers=min(settings.workers, draws),
        ).eigenvalues
        prominence[i, j] = (drawn.isel(rank=0) / drawn.isel(rank=C - 1)).mean()
    critical = [threshold.critical_ratio(Params(**common, D=int(D), sigma_E=1.0)) for D in weights]
    return xr.Dataset(
        {
            "prominence": (("D", "noise_ratio"), prominence),
            "critical_ratio": ("D", critical, {"long_name": "σ_E/σ_c at the threshold"}),
        },
        coords={"D": weights, "noise_ratio": ratios},
        attrs={"draws": draws},
    )


def _outputs(size: int, seed: int) -> Array:
    from simulate.one_draw.draws import examples

    return examples(_two_classes(size), seed=derived_seed(seed, "phase", "outputs", size)).p


def _two_classes(size: int) -> Params:
    return Params(N=size, C=2, D=size, sigma_z=SIGMA_Z, sigma_c=1.0, sigma_E=1.0)


def _critical_length(p: Array) -> float:
    """The σ_c at which the outlier leaves the bulk, at unit σ_E."""
    from theory import threshold

    return 1 / float(threshold.critical_noise(p, Gamma=np.eye(2), D=len(p))[0])


def _closed_forms(p: Array, lengths: Array) -> xr.Dataset:
    """λ_max over the edge, its deviation over one draw, and the overlap, at each mean length."""
    from theory.models import Isotropic

    critical = _critical_length(p)
    bulk = Isotropic(p, sigma_E=1.0, D=len(p))
    edge = float(bulk.edges[-1, 1])
    rows = []
    for length in lengths * critical:
        model = Isotropic(p, Gamma=length**2 * np.eye(2), sigma_E=1.0, D=len(p))
        if len(model.outliers):
            rows.append((model.outliers[0], model.spread.std[0], model.overlaps[0]))
        else:
            rows.append((edge, bulk.bulk_edge.std, model.means.rank / len(p)))
    position, deviation, overlap = np.array(rows).T
    return xr.Dataset(
        {
            "line_lambda_max": ("mean_length", position / edge),
            "line_lambda_max_std": ("mean_length", deviation / edge),
            "line_overlap": ("mean_length", overlap, {"long_name": OVERLAP}),
        },
        coords={"mean_length": lengths},
    )


def _through(size: int, lengths: Array, *, draws: int, settings: Gallery) -> xr.Dataset:
    """The sampled top eigenpair of each draw, and the closed forms there."""
    from scipy.linalg import eigh

    from simulate import primal
    from simulate.ensemble import ensemble
    from theory.models import Isotropic

    p = _outputs(size, settings.seed)
    critical, edge = _critical_length(p), Isotropic(p, sigma_E=1.0, D=size).edges[-1, 1]
    found = np.empty((2, len(lengths), draws))
    for i, length in enumerate(lengths * critical):
        drawn = ensemble(p, np.zeros_like(p), Gamma=length**2 * np.eye(2), sigma_E=1.0, D=size)
        span = drawn.means.shape[1]  # the means fill the first coordinates
        for j in range(draws):
            rng = stream(settings.seed, "phase", "noise", size, i, j)
            H, _ = primal.draw(drawn, rng=rng)
            top, vector = eigh(H, lower=True, subset_by_index=(size - 1, size - 1))
            found[:, i, j] = top[0] / edge, np.sum(vector[:span, 0] ** 2)
    closed = _closed_forms(p, lengths)
    predicted = {str(name): str(name).replace("line", "predicted") for name in closed.data_vars}
    return closed.rename(predicted).assign(
        lambda_max=(("mean_length", "replicate"), found[0]),
        overlap=(("mean_length", "replicate"), found[1], {"long_name": OVERLAP}),
    )


def draw(data: xr.Dataset, axes: Sequence[Axes]) -> None:
    """The diagram with theory's line, λ_max and overlap through the transition."""
    from matplotlib.colors import LogNorm

    from figures.pictures import scales, style

    diagram, largest, overlap = axes
    aspect = N * (C - 1) / data.D
    mesh = diagram.pcolormesh(
        data.noise_ratio,
        aspect,
        data.prominence,
        norm=LogNorm(1, HIGHEST),
        shading="nearest",
        rasterized=True,
    )
    diagram.plot(data.critical_ratio, aspect, "w--", linewidth=1.6)
    for which in ("x", "y"):
        scales.log_axis(diagram, which)
    diagram.set(xlabel="noise σ$_E$/σ$_c$", ylabel="aspect ratio N(C−1)/D")
    bar = diagram.figure.colorbar(mesh, ax=diagram, label="sampled λ$_1$/λ$_C$", extend="max")
    scales.log_axis(bar.ax, "y")
    for ax, name in ((largest, "lambda_max"), (overlap, "overlap")):
        for i, size in enumerate(data.size.values):
            sampled = data[name].sel(size=size)
            error = sampled.std("replicate", ddof=1) / np.sqrt(sampled.sizes["replicate"])
            ax.errorbar(
                data.mean_length,
                sampled.mean("replicate"),
                error,
                fmt=style.MARKERS[i],
                color=style.COLORS[i],
                mfc="none",
                markersize=3.5,
                elinewidth=0.8,
                label=f"sampled, D = {size:,}",
            )
        ax.plot(data.line_mean_length, data[f"line_{name}"], "k-", label="theory (a: white)")
        ax.axvline(1, color="0.6", linewidth=0.8, linestyle=":")
        ax.set_xlabel("length of means, σ$_c$/σ$_c^*$")
    scales.band(
        largest, data.line_mean_length, data.line_lambda_max, data.line_lambda_max_std, color="k"
    )
    largest.set(ylabel="λ$_{max}$ over bulk edge")
    overlap.set(ylabel="overlap with the means", ylim=(-0.03, 1.03))

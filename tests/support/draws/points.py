"""Random points of the model over levels and label laws, sampled and predicted side by side."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from simulate import draws, replicates
from theory import Params, averages, curvature, gradient, hessian
from theory import separable as anisotropic
from theory.across_levels import fluctuations
from theory.averaged import bulk_edge
from theory.params import LABEL_LAWS

LEVELS = ("FG", "cluster", "curvature", "separable")
DRAWS = 200
BAND = 1.96


@dataclass(frozen=True)
class Row:
    """One observable at one point: the sampled values (draws, k), and what theory says of them.

    ``bias`` is the stated error of the prediction, in the units of the values; ``low`` and
    ``high`` bound the 95 % band, nan where theory gives none.
    """

    observable: str
    values: np.ndarray
    predicted: np.ndarray
    bias: np.ndarray
    low: np.ndarray
    high: np.ndarray

    def deviation(self) -> float:
        """Largest excess over the bias, in standard errors of the mean."""
        error = self.values.std(axis=0, ddof=1) / np.sqrt(len(self.values))
        gap = np.abs(self.values.mean(axis=0) - self.predicted) - self.bias
        return float(np.max(np.maximum(gap, 0) / np.maximum(error, 1e-300)))

    def gap(self) -> float:
        """Largest distance of the mean from its prediction, in deviations of one draw."""
        deviation = np.maximum(self.values.std(axis=0, ddof=1), 1e-300)
        return float(np.max(np.abs(self.values.mean(axis=0) - self.predicted) / deviation))

    def covered(self) -> np.ndarray:
        """Which values lie in their band, shape (draws, k); empty where there is none."""
        if np.isnan(self.low).any():
            return np.empty(0, dtype=bool)
        return (self.values >= self.low) & (self.values <= self.high)


def row(observable, values, predicted, *, bias: ArrayLike = 0.0, std=None, band=None) -> Row:
    values = np.asarray(values, dtype=float)
    values = values[:, None] if values.ndim == 1 else values
    predicted = np.atleast_1d(np.asarray(predicted, dtype=float))
    none = np.full(predicted.shape, np.nan)
    low, high = band if band is not None else (none, none)
    if std is not None:
        low, high = predicted - BAND * std, predicted + BAND * std
    bias = np.broadcast_to(bias, predicted.shape)
    return Row(observable, values, predicted, bias, np.atleast_1d(low), np.atleast_1d(high))


@dataclass(frozen=True)
class Point:
    """Parameters, level, and what is fixed while the noise is drawn."""

    index: int
    params: Params
    level: str
    p: np.ndarray
    r: np.ndarray
    y: np.ndarray
    means: np.ndarray
    T: np.ndarray
    K_C: np.ndarray
    sigma_H: float

    @property
    def groups(self):
        return self.y if self.level == "cluster" else None

    @property
    def model(self) -> dict[str, Any]:
        """What theory and sampler are told of the means and the noise."""
        if self.level == "separable":
            return {"means": self.means, "T": self.T, "K_C": self.K_C}
        Gamma = self.means @ self.means.T
        return {"Gamma": Gamma, "D": self.params.D} | (
            {"sigma_H": self.sigma_H} if self.level == "curvature" else {"groups": self.groups}
        )


@cache
def point(index: int) -> Point:
    """Point ``index``: its level and label law by turns, its sizes and lengths at random."""
    rng = np.random.default_rng([index, 7])
    C = int(rng.integers(3, 7))
    N, D = C * int(rng.integers(10, 20)), int(rng.integers(150, 400))
    law = LABEL_LAWS[index // len(LEVELS) % len(LABEL_LAWS)]
    params = Params(
        N=N,
        C=C,
        D=D,
        sigma_z=float(rng.uniform(0.2, 3)),
        sigma_c=1.0,
        sigma_E=float(rng.uniform(0.3, 0.9)),
        labels=law,
        margin=float(rng.uniform(0.5, 2)) if law == "margin" else 0.0,
    )
    level = LEVELS[index % len(LEVELS)]
    sample = draws.examples(params, seed=index)
    R = C * C if level == "cluster" else C
    K_root = rng.standard_normal((C, 2 * C))
    return Point(
        index=index,
        params=params,
        level=level,
        p=sample.p,
        r=sample.r,
        y=sample.y,
        means=rng.standard_normal((R, D)) / np.sqrt(D) * rng.uniform(0.8, 1.4, (R, 1)),
        T=np.arange(1, D + 1) ** -0.4,
        K_C=K_root @ K_root.T,
        sigma_H=float(rng.uniform(0.002, 0.02)),
    )


@cache
def sampled(index: int):
    """Spectra of a point with the noise drawn anew."""
    at = point(index)
    options = {"D": at.params.D, "sigma_E": at.params.sigma_E} | at.model
    return replicates.conditional(at.p, at.r, seed=index, replicates=DRAWS, **options)


@cache
def sampled_anew(index: int):
    """Outliers, share, trace and squared norm of draws of everything at an FG point."""
    params, values = point(4 * index).params, []
    for i in range(DRAWS):
        one = replicates.replicates(params, seed=1000 * index + i, replicates=1).isel(replicate=0)
        top = slice(params.C - 1)
        share = float(one.gradient_power.values[top].sum())
        size = float(one.frobenius) ** 2
        values.append((one.eigenvalues.values[top], share, float(one.trace), size))
    return [np.array(column) for column in zip(*values, strict=True)]


def rows(index: int, *, noise: float = 1.0) -> list[Row]:
    """Every observable of a point; theory is told ``noise`` times the true σ_E."""
    at, draw, found = point(index), sampled(index), []
    P = at.params
    told = noise * P.sigma_E
    position, power, edge, deviation = _predicted(at, told)
    strong = np.flatnonzero(position > 2 * edge)
    values = draw.eigenvalues.values[:, strong]
    std = deviation[strong]
    bias = 0.1 * std + 0.15 * len(at.means) / P.D * position[strong]  # of order R/D in the position
    found.append(row("outliers", values, position[strong], bias=bias, std=std))
    total = draw.gradient_power.values[:, strong].sum(axis=1)
    found.append(row("gradient share", total, power.outliers[strong].sum(), bias=0.015))
    norm = draw.gradient_norm.values**2
    found.append(row("gradient norm²", norm, power.norm**2))
    if at.level in ("FG", "cluster"):
        options = {"Gamma": at.model["Gamma"], "sigma_E": told, "groups": at.groups}
        trace, size = hessian.trace(at.p, **options), hessian.frobenius(at.p, D=P.D, **options)
        found.append(row("trace", draw.trace.values, trace))
        found.append(row("norm²", draw.frobenius.values**2, size**2))
    if at.level == "FG" and len(position) == P.C - 1 == len(strong):
        law = bulk_edge.given(at.p, sigma_E=told, D=P.D, Gamma=at.model["Gamma"])
        top = draw.eigenvalues.values[:, P.C - 1]
        band = tuple(law.quantile([0.025, 0.975]))
        found.append(row("bulk edge", top, law.mean, bias=0.35 * law.std, band=band))
    return found


def _predicted(at: Point, sigma_E: float):
    """Positions, power, bulk edge and deviations."""
    if at.level == "separable":
        power = anisotropic.power(at.p, at.r, sigma_E=sigma_E, **at.model)
        split = fluctuations.separable(at.p, sigma_E=sigma_E, **at.model)
        edge = anisotropic.edges(at.p, sigma_E=sigma_E, T=at.T, K_C=at.K_C)
        return split.mean, power, np.max(edge), split.std
    if at.level == "curvature":
        split = fluctuations.curvature(at.p, at.r, sigma_E=sigma_E, **at.model)
        power = curvature.power(at.p, at.r, sigma_E=sigma_E, **at.model)
        options = {"sigma_E": sigma_E, "D": at.params.D, "sigma_H": at.sigma_H}
        edge = curvature.edges(at.p, at.r, **options)
        return split.mean, power, np.max(edge), split.std
    split = fluctuations.outliers(at.p, sigma_E=sigma_E, **at.model)
    power = gradient.power(at.p, at.r, sigma_E=sigma_E, **at.model)
    edge = hessian.edges(at.p, sigma_E=sigma_E, D=at.params.D)[-1, 1]
    return split.mean, power, edge, split.std


def averaged_rows(index: int, *, noise: float = 1.0) -> list[Row]:
    """Predictions from the parameters alone at FG, over draws of everything."""
    P = point(4 * index).params
    told = Params(**{**P.as_dict(), "sigma_E": noise * P.sigma_E})
    split, share = averages.outliers(told), averages.power(told)
    outliers, shares, traces, sizes = sampled_anew(index)
    bias = 0.15 * split.std + split.mean / P.N
    size = averages.frobenius(told)
    size_std = 2 * size * averages.frobenius_std(told)
    band = tuple(share.quantile([0.025, 0.975]))
    return [
        row("averaged outliers", outliers, split.mean, bias=bias, std=split.std),
        row("averaged share", shares, share.mean, bias=0.02, band=band),
        row("averaged trace", traces, averages.trace(told), std=averages.trace_std(told)),
        row("averaged norm²", sizes, size**2, std=size_std),
    ]

"""The bulk that the model predicts: its density, and the band of its largest eigenvalue."""

from __future__ import annotations

import contextlib
import math

import numpy as np
import xarray as xr

from simulate import draws
from theory import InputError, Params
from theory.arrays import Array
from theory.averaged import bulk_edge
from theory.averaged.given_outputs import GivenOutputs
from theory.averaged.laws import label_law
from theory.averaged.laws.logit_law import ENTRIES, logit_law
from theory.checks import ConvergenceError
from theory.models.bulk_edge import Edge
from theory.models.curved_noise import CurvedNoise
from theory.models.noise import Noise
from theory.observables import CURVATURE
from theory.records.record import variable

POINTS = 400  # of the density
TAIL = 0.05  # of draws, on each side of the band
QUANTILES = (TAIL, 0.5, 1 - TAIL)


def bulk(
    params: Params, *, edges: Array, seed: int | None = None, entries: int = ENTRIES
) -> xr.Dataset:
    """Density of the bulk of G (with curvature, of H), and where its largest eigenvalue lies.

    Parameters
    ----------
    params
        The model.
    edges : shape (m, 2)
        Support intervals of the bulk, as of ``figures.predict.predict``.
    seed
        Conditions on the logits that this seed draws; without it, averages over them.
    entries
        Of these, the logits averaged over (``theory.averaged.model.Averaged``).

    Returns
    -------
    xr.Dataset
        ``density (eigenvalue)``, a share of the D eigenvalues; nan for noise of a power law over
        weights, whose bulk is known by its edges alone. ``largest_of_bulk (quantile)``, 5, 50 and
        95 % of the law of the largest eigenvalue; nan beyond level FG, and where it is not known.

    Raises
    ------
    InputError
        If there is no bulk, or no closed form for its density.
    """
    found = outline(params, edges=edges, seed=seed, entries=entries)
    seen, largest = params.as_seen_by_G, np.full(len(QUANTILES), np.nan)
    if not seen.beyond_FG:
        with contextlib.suppress(ConvergenceError):  # the means move the edge by too much
            largest = _largest(seen, seed=seed, entries=entries).quantile(QUANTILES)
    about = {"long_name": "largest eigenvalue of the bulk of G", "units": CURVATURE}
    return found.assign(largest_of_bulk=("quantile", largest, about)).assign_coords(
        quantile=list(QUANTILES)
    )


def outline(
    params: Params, *, edges: Array, seed: int | None = None, entries: int = ENTRIES
) -> xr.Dataset:
    """The density alone of ``bulk``, whose parameters these are.

    Raises
    ------
    InputError
        As ``bulk``.
    """
    if not len(edges):
        raise InputError("sigma_E must be greater than 0 for a bulk, got 0")
    low, high = float(edges[0, 0]), float(edges[-1, 1])
    margin = (high - low) / POINTS
    grid = np.linspace(low - margin, high + margin, POINTS)
    if low > 0:
        grid = np.geomspace(low * (1 - 1e-3), high * (1 + 1e-3), POINTS)
    seen = params.as_seen_by_G
    density = np.full(POINTS, np.nan)
    if seen.T_exponent == 0:
        density = _density(seen, grid, seed=seed, entries=entries)
    return xr.Dataset({"density": variable("density", density)}, coords={"eigenvalue": grid})


def height(found: xr.Dataset, *, D: int) -> xr.DataArray:
    """Number of eigenvalues of ``bulk`` per unit of ln λ, or where some are negative of λ."""
    log = bool(found.eigenvalue[0] > 0)
    of = f"unit of {'ln λ' if log else 'λ'}"
    counted = D * found.density * (found.eigenvalue if log else 1.0)
    return counted.assign_attrs(long_name=f"eigenvalues of the bulk per {of}", units="1")


def _largest(params: Params, *, seed: int | None, entries: int) -> Edge:
    if seed is None:
        return bulk_edge.averaged(params, entries=entries)
    return GivenOutputs(params, draws.examples(params, seed=seed).p).model.bulk_edge


def _density(params: Params, x: Array, *, seed: int | None, entries: int) -> Array:
    """Density of isotropic noise, with curvature or without."""
    if seed is None:
        law = logit_law(params, entries=entries)
        noise, squared = law.noise, label_law.residual_square(law)
    else:
        sample = draws.examples(params, seed=seed)
        noise = Noise(p=sample.p, sigma_E=params.sigma_E, D=params.D, N=params.N)
        squared = float(np.mean(np.sum(sample.r**2, axis=1)))
    if params.sigma_H == 0:
        return noise.law.ratio * noise.law.density(x)
    sigma_W = params.sigma_H * math.sqrt(squared)
    curved = CurvedNoise(noise.p, noise.sigma_E, noise.D, noise.N, sigma_W)
    u = curved.root(x)
    return np.nan_to_num(u.imag / np.abs(u) ** 2 / np.pi)

"""What the theory says of one set of parameters, as one record."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from simulate import draws
from theory import InputError, Params
from theory.arrays import Array
from theory.averaged.given_outputs import GivenOutputs
from theory.averaged.laws.logit_law import ENTRIES, check_separable
from theory.averaged.model import averaged
from theory.models import isotropic_means
from theory.records.record import variable

if TYPE_CHECKING:
    import xarray as xr

NO_BULK: dict[str, ArrayLike] = {"bulk_edges": np.empty((0, 2)), "bulk_masses": np.empty(0)}


def predict(params: Params, *, seed: int | None = None) -> xr.Dataset:
    """Outliers, bulk, gradient share and moments of G (with curvature, of H) in closed form.

    Parameters
    ----------
    params
        The model.
    seed
        Conditions on the logits and labels that ``simulate.draws.examples`` draws from this seed;
        without it, averages over them. The means are averaged over in both cases.

    Returns
    -------
    xr.Dataset
        ``lambda_max``, ``outliers``, ``outliers_std``, ``bulk_edges`` and ``bulk_masses`` (none
        without noise and curvature), ``gradient_share`` (with ``gradient_share_std`` where
        averaged), ``trace``, ``frobenius``, ``participation``.

    Raises
    ------
    InputError
        If no closed form covers the model (``averages.outliers``), or no example of the seed's is
        undecided.
    """
    import xarray as xr

    found = values(params, seed=seed)
    return xr.Dataset({name: variable(name, value) for name, value in found.items()})


def values(
    params: Params, *, seed: int | None = None, entries: int = ENTRIES
) -> dict[str, ArrayLike]:
    """The numbers of ``predict`` by name, without the record: xarray is not loaded.

    Without a seed they are averages over ``entries`` logits (``theory.averaged.model.Averaged``).

    Raises
    ------
    InputError
        As ``predict``.
    """
    if seed is None:
        return _averaged(params, entries)
    found = _given(params, seed)
    above, edges = np.asarray(found["outliers"]), np.asarray(found["bulk_edges"])
    tops = [*above[:1], *edges[-1:, 1]]  # below the threshold it is the bulk's edge
    return {"lambda_max": tops[0] if tops else 0.0} | found


def _averaged(params: Params, entries: int) -> dict[str, ArrayLike]:
    model = averaged(params, entries=entries)
    return {
        "lambda_max": model.largest[0],
        "gradient_share": model.power.mean,
        "gradient_share_std": model.power.std,
        "trace": model.trace,
        "frobenius": model.frobenius,
        "participation": model.participation,
        **(_bulk(params, model.edges) if _has_bulk(params) else NO_BULK),
        "outliers": model.outliers.mean,
        "outliers_std": model.outliers.std,
    }


def _given(params: Params, seed: int) -> dict[str, ArrayLike]:
    check_separable(params, averaged=False)
    sample = draws.examples(params, seed=seed)
    p, r, participation = sample.p, sample.r, float(np.mean(np.sum(sample.p**2, axis=1)))
    if params.sigma_H == 0 and not (p * (1 - p)).any():
        raise InputError(
            f"sigma_z and margin must leave an example undecided, got sigma_z={params.sigma_z:g}, "
            f"margin={params.margin:g}: all outputs of seed {seed} are 0 or 1, and G is zero"
        )
    if not params.as_seen_by_G.beyond_FG:
        return _given_FG(params.as_seen_by_G, p, r) | {"participation": participation}
    model = isotropic_means.given(params, p=p, r=r, y=sample.y)
    return {
        "gradient_share": float(model.power(r).outliers.sum()),
        "trace": model.trace,
        "frobenius": model.frobenius,
        "participation": participation,
        **(_bulk(params, model.edges) if _has_bulk(params) else NO_BULK),
        "outliers": model.ordered.mean,
        "outliers_std": model.ordered.std,
    }


def _given_FG(params: Params, p: Array, r: Array) -> dict[str, ArrayLike]:
    """Isotropic noise alone: the bulk's gaps are resolved."""
    given = GivenOutputs(params, p)
    model = given.model
    bulk = (
        {"bulk_edges": model.edges, "bulk_masses": model.masses} if _has_bulk(params) else NO_BULK
    )
    return {
        "gradient_share": float(model.power(r).outliers.sum()),
        "trace": given.trace,
        "frobenius": given.frobenius,
        **bulk,
        "outliers": given.outliers.mean,
        "outliers_std": given.outliers.std,
    }


def _has_bulk(params: Params) -> bool:
    return params.sigma_E > 0 or params.sigma_H > 0


def _bulk(params: Params, edges: Array) -> dict[str, ArrayLike]:
    """One interval, with the share of the D eigenvalues that is not zero by rank."""
    share = 1.0 if params.sigma_H > 0 else min(1.0, params.N * (params.C - 1) / params.D)
    return {"bulk_edges": edges, "bulk_masses": np.array([share])}

"""What the theory says of one set of parameters, as one record."""

from __future__ import annotations

import numpy as np
import xarray as xr

from simulate import draws
from theory import Params, averages, gradient, hessian
from theory.record import variable


def predict(params: Params, *, seed: int | None = None) -> xr.Dataset:
    """Outliers, bulk, gradient share and moments of G in closed form.

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
        ``outliers``, ``outliers_std``, ``bulk_edges`` and ``bulk_masses`` (none without noise),
        ``gradient_share`` (with ``gradient_share_std`` where averaged), ``trace``, ``frobenius``,
        ``participation``.
    """
    noisy = params.sigma_E > 0
    no_bulk = {"bulk_edges": np.empty((0, 2)), "bulk_masses": np.empty(0)}
    if seed is None:
        share = averages.power(params)
        values = {
            "gradient_share": share.mean,
            "gradient_share_std": share.std,
            "trace": averages.trace(params),
            "frobenius": averages.frobenius(params),
            "participation": averages.participation(params),
        }
        bulk = (
            {
                "bulk_edges": averages.edges(params),
                "bulk_masses": np.array([min(1.0, params.N * (params.C - 1) / params.D)]),
            }
            if noisy
            else no_bulk
        )
        outliers = averages.outliers(params)
    else:
        sample = draws.examples(params, seed=seed)
        p, sigma_E, D = sample.p, params.sigma_E, params.D
        Gamma = params.sigma_c**2 * np.eye(params.C)
        power = gradient.power(p, sample.r, Gamma=Gamma, sigma_E=sigma_E, D=D)
        values = {
            "gradient_share": float(power.outliers.sum()),
            "trace": averages.trace(params, p=p),
            "frobenius": averages.frobenius(params, p=p),
            "participation": float(np.mean(np.sum(p**2, axis=1))),
        }
        bulk = (
            {
                "bulk_edges": hessian.edges(p, sigma_E=sigma_E, D=D),
                "bulk_masses": hessian.masses(p, sigma_E=sigma_E, D=D),
            }
            if noisy
            else no_bulk
        )
        outliers = averages.outliers(params, p=p)
    values |= bulk | {"outliers": outliers.mean, "outliers_std": outliers.std}
    return xr.Dataset({name: variable(name, value) for name, value in values.items()})

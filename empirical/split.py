"""The Hessian split into its G-term and its H-term: extreme eigenvalues, traces and norms."""

from __future__ import annotations

from collections.abc import Callable

import torch
import xarray as xr
from torch import nn

from empirical.batches import Batches, checked
from empirical.capture import capture
from empirical.lanczos import eigenpairs
from empirical.operators import Curvature
from empirical.probes import Estimated
from empirical.traces import G_trace, H_trace, frobenius
from theory import checks
from theory.record import variable

TERMS = ("H", "G", "K")


def split(
    network: nn.Module,
    data: Batches,
    *,
    top: int = 10,
    bottom: int = 5,
    tolerance: float = 1e-3,
    sketch: int = 10,
    probes: int = 30,
    seed: int = 0,
    dtype: torch.dtype = torch.float64,
    device: torch.device | str | None = None,
    progress: Callable[[int], object] | None = None,
) -> xr.Dataset:
    r"""Curvature of the mean cross-entropy along an axis ``term`` of H, ``G`` and ``K = H - G``.

    ``Tr G`` is exact; so are ``Tr H`` and ``Tr K`` where ``Tr K = 0`` by piecewise linearity. All
    else that is estimated has its standard error beside it. G has no negative eigenvalues and many
    that vanish: its ``term_bottom`` is not sought, and NaN.

    Parameters
    ----------
    network, data, dtype, device
        As for ``Curvature``.
    top, bottom
        Eigenvalues at each end, at least 1.
    tolerance
        Of their residuals, as for ``eigenpairs``; the residuals reached are in the record.
    sketch, probes
        Directions and random vectors of the estimates, as for ``trace``.
    seed
        Root of all random vectors.
    progress
        Called with the number of products after each block of Lanczos.

    Returns
    -------
    xr.Dataset
        ``term_top``, ``term_bottom`` (term, rank), their residuals,
        ``term_trace``, ``term_frobenius`` (term) and their errors.

    Raises
    ------
    InputError
        As ``Curvature``, ``capture`` and ``eigenpairs``.
    """
    checks.integer("top", top, low=1)
    checks.integer("bottom", bottom, low=1)
    batches = list(checked(data))
    curvature = Curvature(network, batches, dtype=dtype, device=device)
    N = curvature.N
    samples = (
        (len(batch[1]), capture(network, [batch], dtype=dtype, device=device)) for batch in batches
    )
    exact = sum(n * G_trace(sample) / N for n, sample in samples)
    how = {"sketch": sketch, "probes": probes, "seed": seed}
    H = H_trace(curvature, G=exact, **how)
    traces = [H, Estimated(exact, 0.0), Estimated(H.value - exact, H.error)]
    norms = [frobenius(curvature.term(term), **how) for term in TERMS]
    pairs = [
        eigenpairs(
            curvature.term(term),
            top=top,
            bottom=0 if term == "G" else bottom,
            tolerance=tolerance,
            seed=seed,
            progress=progress,
        )
        for term in TERMS
    ]
    found = {
        "term_trace": [trace.value for trace in traces],
        "term_trace_error": [trace.error for trace in traces],
        "term_frobenius": [norm.value for norm in norms],
        "term_frobenius_error": [norm.error for norm in norms],
        "term_top": torch.stack([each.values[:top] for each in pairs]),
        "term_top_residual": torch.stack([each.residuals[:top] for each in pairs]),
        "term_bottom": torch.stack([_padded(each.values[top:], bottom) for each in pairs]),
        "term_bottom_residual": torch.stack(
            [_padded(each.residuals[top:], bottom) for each in pairs]
        ),
    }
    arrays = {name: variable(name, values, dims=("term",)) for name, values in found.items()}
    return xr.Dataset(arrays, coords={"term": list(TERMS)})


def _padded(values: torch.Tensor, size: int) -> torch.Tensor:
    return torch.nn.functional.pad(values, (0, size - len(values)), value=torch.nan)

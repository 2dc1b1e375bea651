"""The Hessian split into its G-term and its H-term: extreme eigenvalues, traces and norms."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import torch
import xarray as xr
from torch import nn

from empirical.capture import capture
from empirical.jacobian.batches import Batches, checked
from empirical.machine import processes
from empirical.machine.processes import Group
from empirical.operators.curvature import GRAPH_BYTES, Curvature
from empirical.operators.lanczos import eigenpairs
from empirical.operators.operator import Operator
from empirical.operators.probes import Estimated
from empirical.operators.traces import G_trace, H_trace, frobenius
from empirical.recorded import variable
from theory import checks

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
    memory: int | None = None,
    progress: Callable[[int], object] | None = None,
    group: Group | None = None,
) -> xr.Dataset:
    r"""Curvature of the mean cross-entropy along an axis ``term`` of H, ``G`` and ``K = H - G``.

    ``Tr G`` is exact; so are ``Tr H`` and ``Tr K`` where ``Tr K = 0`` by piecewise linearity. All
    else that is estimated has its standard error beside it. G has no negative eigenvalues and many
    that vanish: its ``term_bottom`` is not sought, and NaN. So are ranks that a network of fewer
    weights does not have.

    Parameters
    ----------
    network, data, dtype, device, group
        As for ``Curvature``.
    top, bottom
        Eigenvalues at each end, at least 1.
    tolerance
        Of their residuals, as for ``eigenpairs``; the residuals reached are in the record.
    sketch, probes
        Directions and random vectors of the estimates, as for ``trace``.
    seed
        Root of all random vectors.
    memory
        Most bytes to use; by default what is free.
    progress
        Called with the number of products after each block of Lanczos.

    Returns
    -------
    xr.Dataset
        ``term_top``, ``term_bottom`` (term, rank), their residuals, ``term_gradient_power`` on the
        eigenvectors of the first; ``term_trace``, ``term_frobenius`` (term) and their errors;
        ``curvature_ratio``, ``‖K‖_F/‖G‖_F``, and its error.

    Raises
    ------
    InputError
        As ``Curvature``, ``capture`` and ``eigenpairs``.
    """
    checks.count("top", top)
    checks.count("bottom", bottom)
    batches = list(checked(data))
    graphs = GRAPH_BYTES if memory is None else min(GRAPH_BYTES, memory // 2)
    where: dict[str, Any] = {"dtype": dtype, "device": device}
    curvature = Curvature(network, batches, graph_bytes=graphs, group=group, **where)
    N = curvature.N
    samples = (
        (len(batch[1]), capture(network, [batch], memory=memory, **where)) for batch in batches
    )
    mine = torch.tensor(sum(n * G_trace(sample) / N for n, sample in samples), dtype=torch.float64)
    exact = float(processes.total(mine.to(curvature.device), group))
    how = {"sketch": min(sketch, curvature.D), "probes": probes, "seed": seed}
    H = H_trace(curvature, G=exact, **how)
    traces = [H, Estimated(exact, 0.0), Estimated(H.value - exact, H.error)]
    norms = [frobenius(curvature.term(term), **how) for term in TERMS]
    g = curvature.gradient
    unit = g / g.norm() if g.any() else g
    how = {"tolerance": tolerance, "seed": seed, "memory": memory, "progress": progress}
    ends = [
        _ends(curvature.term(term), unit, top=top, bottom=0 if term == "G" else bottom, **how)
        for term in TERMS
    ]
    found = {
        "term_trace": [trace.value for trace in traces],
        "term_trace_error": [trace.error for trace in traces],
        "term_frobenius": [norm.value for norm in norms],
        "term_frobenius_error": [norm.error for norm in norms],
        "term_top": _padded([each.top for each in ends], top),
        "term_top_residual": _padded([each.top_residuals for each in ends], top),
        "term_gradient_power": _padded([each.power for each in ends], top),
        "term_bottom": _padded([each.bottom for each in ends], bottom),
        "term_bottom_residual": _padded([each.bottom_residuals for each in ends], bottom),
    }
    arrays = {name: variable(name, values, dims=("term",)) for name, values in found.items()}
    ratio = _ratio(norms[TERMS.index("K")], norms[TERMS.index("G")])
    arrays["curvature_ratio"] = variable("curvature_ratio", ratio.value)
    arrays["curvature_ratio_error"] = variable("curvature_ratio_error", ratio.error)
    return xr.Dataset(arrays, coords={"term": list(TERMS)})


class _Ends(NamedTuple):
    """Eigenvalues at both ends, their residuals, and the gradient's power on the first."""

    top: torch.Tensor
    top_residuals: torch.Tensor
    power: torch.Tensor
    bottom: torch.Tensor
    bottom_residuals: torch.Tensor


def _ends(operator: Operator, unit: torch.Tensor, *, top: int, bottom: int, **how: Any) -> _Ends:
    """As many at each end as there are; the eigenvectors are let go."""
    overlap = top + bottom > operator.D
    least = min(bottom, operator.D)
    sought = {"top": operator.D, "bottom": 0} if overlap else {"top": top, "bottom": bottom}
    found = eigenpairs(operator, **sought, **how)
    low = slice(len(found.values) - least, None)
    power = (found.vectors[:top] @ unit).square().double()
    values, residuals = found.values, found.residuals
    return _Ends(values[:top], residuals[:top], power, values[low], residuals[low])


def _ratio(above: Estimated, below: Estimated) -> Estimated:
    """Their quotient, with the error of two that are independent; infinite where G vanishes."""
    if not below.value > 0:
        return Estimated(math.inf if above.value > 0 else math.nan, 0.0)
    value = above.value / below.value
    return Estimated(value, math.hypot(above.error, value * below.error) / below.value)


def _padded(rows: Iterable[torch.Tensor], size: int) -> torch.Tensor:
    return torch.stack([nn.functional.pad(r, (0, size - len(r)), value=torch.nan) for r in rows])

"""The curvature of the logits, which the levels of G leave out."""

from __future__ import annotations

import numpy as np
import xarray as xr


def logit_curvature(point: xr.Dataset) -> dict[str, float]:
    """``σ_H``, its error and ``curvature_excess`` of a point with the group ``terms``.

    From ``‖K‖_F² = σ_H² mean‖r‖² (D + 1)``; the model's K ends at ``-2 σ_H √(mean‖r‖²)``. The error
    is that of ``‖K‖_F``: one matrix of the model differs from its mean by ``1/D`` more.
    """
    residuals = point.p.values - np.eye(point.sizes["logit"])[point.labels.values.astype(int)]
    scale = float(np.sqrt((residuals**2).sum(axis=1).mean() * (point.weights + 1)))
    K = point.sel(term="K")
    radius = 2 * float(K.term_frobenius) / np.sqrt(float(point.weights) + 1)
    return {
        "sigma_H": float(K.term_frobenius) / scale,
        "sigma_H_error": float(K.term_frobenius_error) / scale,
        "curvature_excess": -float(K.term_bottom.values[-1]) / radius,
    }

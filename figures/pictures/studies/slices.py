"""The results of a study on the axes of a picture, all others at one value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from theory import InputError, checks

FIRST = {"outlier": 0, "rank": 0, "interval": -1, "side": -1}  # shown unless an axis or chosen


def along(results: xr.Dataset, axes: list[str]) -> xr.Dataset:
    """The results with these axes; a list of points along the parameter that is one of them.

    Raises
    ------
    InputError
        If the study has no such axis.
    """
    if axes[0] != "point" and axes[0] in results.coords and results[axes[0]].dims == ("point",):
        results = results.swap_dims(point=axes[0]).sortby(axes[0])
    known = [str(d) for d in results.dims if d != "replicate"]
    for axis in axes:
        checks.choice("axis", axis, known)
    return results


def at(chosen: xr.Dataset, axes: list[str], values: Mapping[str, Any]) -> xr.Dataset:
    """The results on ``axes`` alone, each other axis at its value, its first or its only one.

    Raises
    ------
    InputError
        If an axis is left without a value, or a value is not in the study.
    """
    others = [str(d) for d in chosen.dims if d not in (*axes, "replicate")]
    for name in values:
        if name not in others:
            known = f"one of {', '.join(others)}" if others else "left out, no axis is left over"
            raise InputError(f"at must be {known}, got {name!r}")
    for dim in others:
        there = chosen[dim].values
        if dim in values:
            close = [i for i, v in enumerate(there) if _same(v, values[dim])]
            if not close:
                raise InputError(f"{dim} must be one of {_listed(there)}, got {values[dim]}")
            chosen = chosen.isel({dim: close[0]})
        elif dim in FIRST or len(there) == 1:
            chosen = chosen.isel({dim: FIRST.get(dim, 0)})
        else:
            raise InputError(f"{dim} must be given a value, one of {_listed(there)}")
    return chosen


def _same(value: Any, wanted: Any) -> bool:
    try:
        return bool(np.isclose(float(value), float(wanted), rtol=1e-6, atol=0))
    except ValueError:
        return str(value) == str(wanted)


def _listed(values: NDArray) -> str:
    return ", ".join(v if isinstance(v, str) else f"{v:g}" for v in values[:10].tolist())

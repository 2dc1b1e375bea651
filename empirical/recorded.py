"""Arrays of a record from tensors on any device."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
import xarray as xr

from theory import record


def variable(
    name: str, values: Any, *, dims: Iterable[str] = (), observable: str | None = None
) -> xr.DataArray:
    """``theory.record.variable`` of numbers, arrays, tensors on any device, or lists of them."""
    return record.variable(name, on_host(values), dims=dims, observable=observable)


def on_host(values: Any) -> Any:
    """The same with every tensor as an array in the host's memory.

    Examples
    --------
    >>> on_host([torch.ones(2), 3.0])
    [array([1., 1.], dtype=float32), 3.0]
    """
    if isinstance(values, torch.Tensor):
        return values.detach().cpu().numpy()
    if isinstance(values, list | tuple):
        return [on_host(each) for each in values]
    return values

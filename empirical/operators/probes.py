"""Random probe vectors, and averages over them with their standard errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from empirical.networks.initial import generator
from empirical.operators.operator import Operator
from theory.checks import InputError


@dataclass(frozen=True)
class Estimated:
    """A quantity and its standard error over the probes; the error is 0 where it is exact."""

    value: Any
    error: Any

    @property
    def exact(self) -> bool:
        """Whether no probe entered."""
        return not np.any(self.error)


def mean(samples: np.ndarray) -> Estimated:
    """Mean over the first axis, and its standard error.

    Raises
    ------
    InputError
        If there are fewer than two samples.

    Examples
    --------
    >>> mean(np.array([1.0, 3.0]))
    Estimated(value=np.float64(2.0), error=np.float64(1.0))
    """
    if len(samples) < 2:
        raise InputError(f"a standard error needs at least 2 probes, got {len(samples)}")
    error = samples.std(axis=0, ddof=1) / np.sqrt(len(samples))
    return Estimated(samples.mean(axis=0), error)


def normal(operator: Operator, *, seed: int, index: int) -> Tensor:
    """A standard normal vector ``(D,)`` that depends on the seed and the index only."""
    source = generator(seed, "probe", index)
    vector = torch.randn(operator.D, generator=source, dtype=torch.float64)
    return vector.to(device=operator.device, dtype=operator.dtype)

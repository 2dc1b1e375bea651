"""Linear operators of SciPy and of other torch packages, taken as ours."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from scipy.sparse.linalg import LinearOperator, aslinearoperator
from torch import Tensor

from empirical.networks.initial import generator
from empirical.operators.operator import Operator
from theory.checks import InputError

TYPES = {"float32": torch.float32, "float64": torch.float64}


def as_operator(linear: Any) -> Operator:
    """A symmetric linear map of another package as an ``Operator``.

    Parameters
    ----------
    linear
        What ``scipy.sparse.linalg.aslinearoperator`` takes: a ``LinearOperator``, an array, a
        sparse matrix; in the host's memory. Or what has torch's ``shape``, ``dtype``, ``device``
        and ``@`` with columns, as the operators of curvlinops and a tensor have.

    Raises
    ------
    InputError
        If it is neither, not square, not of float32 or float64, or not symmetric: ``u·Av`` and
        ``v·Au`` of two random vectors must agree to the root of the rounding error.

    Examples
    --------
    >>> from scipy.sparse import diags
    >>> found = as_operator(diags([1.0, 2.0, 3.0]))
    >>> found(torch.ones(3, dtype=torch.float64)).tolist()
    [1.0, 2.0, 3.0]
    """
    operator = _of_torch(linear) if isinstance(_dtype(linear), torch.dtype) else _of_scipy(linear)
    _require_symmetric(operator)
    return operator


def _dtype(linear: Any) -> Any:
    return getattr(linear, "dtype", None)


def _of_torch(linear: Any) -> Operator:
    D, dtype = _dimension(linear.shape), _type(linear.dtype)

    def apply(vectors: Tensor) -> Tensor:
        return (linear @ vectors.T).detach().T

    return Operator(apply, D, dtype, torch.device(linear.device))


def _of_scipy(linear: Any) -> Operator:
    try:
        known: LinearOperator = aslinearoperator(linear)
    except TypeError:
        raise InputError(
            f"linear must be a linear operator of SciPy or of torch, got {type(linear).__name__}"
        ) from None
    D, dtype = _dimension(known.shape), _type(known.dtype)

    def apply(vectors: Tensor) -> Tensor:
        return torch.from_numpy(np.array(known.matmat(vectors.numpy().T).T)).to(vectors.dtype)

    return Operator(apply, D, dtype)


def _dimension(shape: tuple[int, ...]) -> int:
    if len(shape) != 2 or shape[0] != shape[1] or shape[0] < 1:
        raise InputError(f"linear must be square and not empty, got shape {tuple(shape)}")
    return int(shape[0])


def _type(dtype: Any) -> torch.dtype:
    name = str(dtype).removeprefix("torch.")
    if name not in TYPES:
        raise InputError(f"linear must be of {' or '.join(TYPES)}, got {name}")
    return TYPES[name]


def _require_symmetric(operator: Operator) -> None:
    """Refuse a map that two random vectors see not to be symmetric.

    Raises
    ------
    InputError
        If ``u·Av`` and ``v·Au`` differ.
    """
    draws = torch.randn(2, operator.D, generator=generator(0, "symmetric"), dtype=torch.float64)
    pair = draws.to(device=operator.device, dtype=operator.dtype)
    images = operator(pair)
    across = float(pair[0] @ images[1] - pair[1] @ images[0])
    scale = float(pair.norm(dim=1).flip(0) @ images.norm(dim=1))
    if not abs(across) <= torch.finfo(operator.dtype).eps ** 0.5 * scale:
        raise InputError(f"linear must be symmetric, got u·Av - v·Au = {across:.2g} of {scale:.2g}")

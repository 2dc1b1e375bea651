"""Symmetric linear maps known by their products, and sums, multiples and blocks of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from numbers import Real

import numpy as np
import torch
from scipy.sparse.linalg import LinearOperator
from torch import Tensor

from theory import checks
from theory.checks import InputError

CPU = torch.device("cpu")


@dataclass(frozen=True, eq=False)
class Operator:
    """A symmetric linear map of R^D, known by its products.

    ``A + B``, ``A - B``, ``-A``, ``c * A`` and ``A / c`` are operators again, for A and B of one D,
    type and device; each product of theirs takes one of A and one of B. ``A(v)`` and ``A @ x`` are
    products, with vectors as rows and as columns.

    Parameters
    ----------
    apply
        Takes vectors ``(R, D)`` to their images ``(R, D)``.
    D
        Dimension.
    dtype, device
        Of the vectors that it takes.

    Raises
    ------
    InputError
        If one of these is of another type, or D is below 1.

    Examples
    --------
    >>> twice = Operator(lambda vectors: 2 * vectors, D=3)
    >>> twice(torch.ones(3, dtype=torch.float64)).tolist()
    [2.0, 2.0, 2.0]
    >>> damped = twice + 0.5 * identity(twice)
    >>> (damped @ torch.ones(3, dtype=torch.float64)).tolist()
    [2.5, 2.5, 2.5]
    """

    apply: Callable[[Tensor], Tensor]
    D: int
    dtype: torch.dtype = torch.float64
    device: torch.device = CPU

    def __post_init__(self) -> None:
        if not callable(self.apply):
            raise InputError(f"apply must be a function of vectors, got {self.apply!r}")
        checks.integer("D", self.D, low=1)
        checks.instance("dtype", self.dtype, torch.dtype)
        checks.instance("device", self.device, torch.device)

    __array_ufunc__ = None  # NumPy leaves ``np.float64(2) * A`` to A

    def __call__(self, vectors: Tensor) -> Tensor:
        """Images of ``vectors``, shape ``(D,)`` or ``(R, D)``, in the same shape.

        Raises
        ------
        InputError
            If the vectors do not fit or are no tensor, or an image is not finite.
        """
        if not isinstance(vectors, Tensor):
            raise InputError(f"vectors must be a torch tensor, got {type(vectors).__name__}")
        if vectors.ndim not in (1, 2) or vectors.shape[-1] != self.D:
            raise InputError(
                f"vectors must have shape ({self.D},) or (R, {self.D}), got {tuple(vectors.shape)}"
            )
        if vectors.dtype != self.dtype:
            raise InputError(f"vectors must be {self.dtype}, got {vectors.dtype}")
        images = self.apply(vectors.reshape(-1, self.D)).view_as(vectors)
        if images.numel() and not images.abs().amax().isfinite():
            kind = "products" if vectors.isfinite().all() else "vectors"
            raise InputError(
                f"operator must have finite {kind}, got some that are not: where a network's "
                f"weights lie on a singularity or overflow, its curvature is not defined"
            )
        return images

    def __matmul__(self, columns: Tensor) -> Tensor:
        """Images of ``columns``, shape ``(D,)`` or ``(D, R)``, as ``A @ x`` of a matrix A."""
        if not isinstance(columns, Tensor):  # of two operators the product is not symmetric
            return NotImplemented
        return self(columns.T.contiguous()).T if columns.ndim == 2 else self(columns)

    def __add__(self, other: Operator) -> Operator:
        if not isinstance(other, Operator):
            return NotImplemented
        self._require_like(other)
        return self._changed(lambda vectors: self.apply(vectors) + other.apply(vectors))

    def __sub__(self, other: Operator) -> Operator:
        if not isinstance(other, Operator):
            return NotImplemented
        self._require_like(other)
        return self._changed(lambda vectors: self.apply(vectors) - other.apply(vectors))

    def __mul__(self, factor: float) -> Operator:
        if not isinstance(factor, Real):
            return NotImplemented
        c = checks.real("factor", factor)
        return self._changed(lambda vectors: c * self.apply(vectors))

    __rmul__ = __mul__

    def __neg__(self) -> Operator:
        return -1 * self

    def __truediv__(self, divisor: float) -> Operator:
        if not isinstance(divisor, Real):
            return NotImplemented
        if divisor == 0:
            raise InputError("divisor must not be 0")
        return self * (1 / divisor)

    @property
    def shape(self) -> tuple[int, int]:
        """``(D, D)``."""
        return self.D, self.D

    def to_scipy(self) -> LinearOperator:
        """The same for SciPy, in the host's memory; a matrix's columns are multiplied at once.

        Examples
        --------
        >>> from scipy.sparse.linalg import eigsh
        >>> diagonal = torch.arange(1.0, 9.0, dtype=torch.float64)
        >>> linear = Operator(lambda v: v * diagonal, D=8).to_scipy()
        >>> eigsh(linear, k=2, return_eigenvectors=False).round(9).tolist()
        [7.0, 8.0]
        """
        return _OfScipy(self)

    def _changed(self, apply: Callable[[Tensor], Tensor]) -> Operator:
        return Operator(apply, self.D, self.dtype, self.device)

    def _require_like(self, other: Operator) -> None:
        """Refuse an operator on other vectors.

        Raises
        ------
        InputError
            Naming what differs.
        """
        for name in ("D", "dtype", "device"):
            mine, theirs = getattr(self, name), getattr(other, name)
            if mine != theirs:
                raise InputError(f"operators must have the same {name}, got {mine} and {theirs}")


class _OfScipy(LinearOperator):
    """An operator as SciPy takes it."""

    def __init__(self, operator: Operator) -> None:
        super().__init__(np.dtype(str(operator.dtype).removeprefix("torch.")), operator.shape)
        self.operator = operator

    def _matmat(self, X: np.ndarray) -> np.ndarray:
        columns = torch.from_numpy(np.array(X)).to(self.operator.device, self.operator.dtype)
        return (self.operator @ columns).cpu().numpy()

    def _matvec(self, x: np.ndarray) -> np.ndarray:
        return self._matmat(x.reshape(-1, 1))

    _rmatmat, _rmatvec = _matmat, _matvec


def identity(like: Operator) -> Operator:
    """``I`` on the vectors that ``like`` takes: ``A + 0.1 * identity(A)`` is A, damped.

    Raises
    ------
    InputError
        If ``like`` is no operator.

    Examples
    --------
    >>> one = identity(Operator(lambda vectors: 2 * vectors, D=3))
    >>> one(torch.ones(3, dtype=torch.float64)).tolist()
    [1.0, 1.0, 1.0]
    """
    checks.instance("like", like, Operator)
    return Operator(lambda vectors: vectors.clone(), like.D, like.dtype, like.device)


def direct_sum(*operators: Operator) -> Operator:
    """The block-diagonal operator of these blocks, in their order.

    Of the blocks of all layers it is an operator without what couples them, which may be of order
    one (arXiv:2602.00816): subtracted from the whole it leaves the coupling.

    Raises
    ------
    InputError
        If there is none, one is no operator, or they are of different types or on different
        devices.

    Examples
    --------
    >>> one = Operator(lambda vectors: vectors, D=1)
    >>> both = direct_sum(one, 3 * one)
    >>> both(torch.ones(2, dtype=torch.float64)).tolist()
    [1.0, 3.0]
    """
    if not operators:
        raise InputError("operators must be at least one, got none")
    for each in operators:
        checks.instance("operators", each, Operator)
    first = operators[0]
    for other in operators[1:]:
        for name in ("dtype", "device"):
            if getattr(first, name) != getattr(other, name):
                raise InputError(f"operators must have the same {name}")
    sizes = [each.D for each in operators]

    def apply(vectors: Tensor) -> Tensor:
        parts = zip(operators, vectors.split(sizes, dim=1), strict=True)
        return torch.cat([each.apply(part) for each, part in parts], dim=1)

    return Operator(apply, sum(sizes), first.dtype, first.device)

"""Extreme eigenpairs of an operator by block Lanczos with full reorthogonalisation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from empirical.machine.memory import require
from empirical.operators.operator import Operator
from empirical.operators.probes import normal
from theory import checks
from theory.checks import InputError

REPEATS = 4  # projections; two are usual
SHORTENED = 0.7


@dataclass(frozen=True, eq=False)
class Eigenpairs:
    """Eigenvalues of an operator A with their vectors and residuals.

    Parameters
    ----------
    values
        ``λ_i``, float64, descending.
    vectors
        ``v_i``, orthonormal rows, shape ``(k, D)``.
    residuals
        ``‖A v_i - λ_i v_i‖``: some eigenvalue lies within it of ``λ_i``.
    converged
        Whether each residual is within the tolerance.
    products
        Products with A that it took.
    """

    values: Tensor
    vectors: Tensor
    residuals: Tensor
    converged: Tensor
    products: int


def eigenpairs(
    operator: Operator,
    *,
    top: int = 0,
    bottom: int = 0,
    tolerance: float = 1e-3,
    block: int = 1,
    basis: int | None = None,
    products: int = 1000,
    seed: int = 0,
    memory: int | None = None,
    progress: Callable[[int], object] | None = None,
) -> Eigenpairs:
    r"""The ``top`` largest and ``bottom`` smallest eigenvalues with their eigenvectors.

    Rayleigh-Ritz on the block Krylov space of a random start. Every new block is made orthogonal to
    the whole basis twice, so that no eigenvalue is found again as a ghost, and the images of the
    basis are kept, so that a residual is formed from the products themselves and not from the
    recurrence. A full basis shrinks to the wanted Ritz vectors and some more (thick restart: Wu and
    Simon 2000).

    An eigenvalue of multiplicity above ``block`` is found ``block`` times at most, unless the
    Krylov space ends in an invariant subspace: then random directions go on until they change
    nothing. Eigenvalues closer than their residuals cannot be told apart.

    Parameters
    ----------
    tolerance
        Of a residual, relative to ``|λ_i|``; below ``10 eps max|λ|`` it is rounding and passes.
    block
        Vectors that are multiplied at once.
    basis
        Most vectors that are kept, with their images: 2 basis D numbers of memory. By default
        ``2 (top + bottom) + 20 block``.
    products
        Most products with the operator; those that have not converged by then are flagged.
    seed
        Root of the random start.
    memory
        Most bytes to use; by default what is free.
    progress
        Called after each block with its number of products.

    Raises
    ------
    InputError
        If nothing or more than D pairs are asked for, or ``basis`` has no room for them or
        does not fit in memory.

    Examples
    --------
    >>> diagonal = torch.arange(1, 101, dtype=torch.float64)
    >>> found = eigenpairs(Operator(lambda v: v * diagonal, D=100), top=2, bottom=1)
    >>> [round(x, 3) for x in found.values.tolist()], found.converged.tolist()
    ([100.0, 99.0, 1.0], [True, True, True])
    """
    D = checks.instance("operator", operator, Operator).D
    checks.count("top", top, low=0)
    checks.count("bottom", bottom, low=0)
    wanted = top + bottom
    if not 1 <= wanted <= D:
        raise InputError(f"top + bottom must lie in 1..{D}, got {top} + {bottom}")
    checks.real("tolerance", tolerance, low=0, strict=True)
    checks.count("block", block)
    checks.count("products", products, low=wanted)
    room = 2 * wanted + 20 * block if basis is None else basis
    if checks.count("basis", room) < min(wanted + 2 * block, D):
        raise InputError(f"basis must be at least {min(wanted + 2 * block, D)}, got {basis}")
    numbers = 2 * min(room, D) * D
    require(
        numbers * operator.dtype.itemsize,
        memory=memory,
        device=operator.device,
        work=f"a basis of {min(room, D)} vectors and their images",
    )
    space = _Space(operator, min(room, D), seed=seed)
    rest = torch.zeros(block, D, dtype=operator.dtype, device=operator.device)
    used = 0
    before: np.ndarray | None = None  # wanted values when an invariant subspace last ended
    while True:
        fresh = space.extend(rest[: D - space.size])
        rest = space.multiply(fresh)
        used += fresh
        if progress is not None:
            progress(fresh)
        if space.size < wanted:
            continue
        values, mix = np.linalg.eigh(space.projected())
        chosen = np.r_[space.size - 1 : space.size - top - 1 : -1, bottom - 1 : -1 : -1]
        floor = 10 * torch.finfo(operator.dtype).eps * np.abs(values).max()
        limit = np.maximum(tolerance * np.abs(values[chosen]), floor)
        last = mix[-fresh:, chosen]
        outside = (rest.double() @ rest.double().T).cpu().numpy()
        estimate = np.sqrt(np.einsum("ik,ij,jk->k", last, outside, last).clip(0))
        stop = space.size == D or used + block > products
        settled = before is None
        if rest.norm() <= space.floor():
            settled = before is not None and bool((abs(values[chosen] - before) <= limit).all())
            before = values[chosen]
        if stop or (settled and (estimate <= limit).all()):
            vectors, residuals = space.ritz(values[chosen], mix[:, chosen])
            converged = residuals <= torch.from_numpy(limit)
            if stop or bool(converged.all()):
                found = torch.from_numpy(values[chosen])
                return Eigenpairs(found, vectors, residuals, converged, used)
        if space.size + block > space.room:
            space.shrink(values, mix, top=top, bottom=bottom, block=block)


def orthogonalise(rows: Tensor, basis: Tensor) -> tuple[Tensor, Tensor]:
    """What ``rows (b, D)`` have outside an orthonormal ``basis (m, D)``, and what within it.

    The latter are components ``(b, m)``. The projection is repeated until it no longer shortens the
    rows (Daniel et al. 1976), so what is left is orthogonal to rounding of its own length.
    """
    within = rows.new_zeros(len(rows), len(basis))
    length = rows.norm()
    for _ in range(REPEATS):
        step = rows @ basis.T
        rows = torch.addmm(rows, step, basis, alpha=-1)
        within += step
        before, length = length, rows.norm()
        if length > SHORTENED * before:
            break
    return rows, within


class _Space:
    """An orthonormal basis (rows), its images under the operator, and the operator within it."""

    def __init__(self, operator: Operator, room: int, *, seed: int) -> None:
        self.operator, self.room, self.seed = operator, room, seed
        self.size = self.drawn = 0
        like = {"dtype": operator.dtype, "device": operator.device}
        self.basis = torch.empty(room, operator.D, **like)
        self.images = torch.empty(room, operator.D, **like)
        self.within = np.zeros((room, room))

    def extend(self, rows: Tensor) -> int:
        """Add ``rows``, orthogonal to the basis, made orthonormal; return how many.

        A random one replaces a row that has nothing of its own.
        """
        floor, first = self.floor(), self.size
        for row in rows:
            known = self.basis[: self.size]
            rest = orthogonalise(row[None], known)[0] if self.size > first else row[None]
            least = floor
            while not rest.norm() > least:
                drawn = normal(self.operator, seed=self.seed, index=self.drawn)[None]
                rest = orthogonalise(drawn, known)[0]
                least = 10 * torch.finfo(drawn.dtype).eps * float(drawn.norm())
                self.drawn += 1
            self.basis[self.size] = rest[0] / rest.norm()
            self.size += 1
        return len(rows)

    def multiply(self, fresh: int) -> Tensor:
        """Images of the last ``fresh`` rows; returns what they have outside the basis."""
        new = slice(self.size - fresh, self.size)
        self.images[new] = self.operator(self.basis[new])
        rest, within = orthogonalise(self.images[new], self.basis[: self.size])
        self.within[: self.size, new] = within.double().cpu().numpy().T
        return rest

    def floor(self) -> float:
        """Rounding error of an image: what is shorter is zero within it."""
        largest = np.abs(self.projected()).max(initial=0)
        return float(10 * torch.finfo(self.basis.dtype).eps * largest)

    def projected(self) -> np.ndarray:
        """The operator within the basis, symmetric, shape ``(size, size)``."""
        upper = np.triu(self.within[: self.size, : self.size])
        return upper + np.triu(upper, 1).T

    def ritz(self, values: np.ndarray, mix: np.ndarray) -> tuple[Tensor, Tensor]:
        """Ritz vectors, and the lengths of ``A v - λ v`` formed from the images."""
        along = torch.from_numpy(mix.T).to(self.basis)
        vectors = along @ self.basis[: self.size]
        rest = along @ self.images[: self.size]
        rest -= torch.from_numpy(values).to(self.basis)[:, None] * vectors
        return vectors, rest.norm(dim=1).double().cpu()

    def shrink(
        self, values: np.ndarray, mix: np.ndarray, *, top: int, bottom: int, block: int
    ) -> None:
        """Replace the basis by the wanted Ritz vectors and half of the others at the same ends."""
        wanted = top + bottom
        spare = min((self.room - wanted) // 2, self.room - wanted - block)
        upper = top + (spare * top) // wanted
        lower = bottom + (spare * bottom) // wanted
        kept = np.r_[:lower, self.size - upper : self.size]
        along = torch.from_numpy(np.ascontiguousarray(mix[:, kept].T)).to(self.basis)
        for rows in (self.basis, self.images):
            rows[: len(kept)] = along @ rows[: self.size]
        self.size = len(kept)
        self.within[: self.size, : self.size] = np.diag(values[kept])

"""Spectra of many symmetric matrices on a torch device, with the power of a vector on each.

A GPU's eigensolver takes one matrix after another, and on a small one mostly waits: 10 ms for 1000
rows, 2.7 ms for 300, on an H200. Householder's reflections of all matrices at once keep it busy,
and leave tridiagonal matrices, whose eigenvalues cost the host little.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from simulate import spectral

if TYPE_CHECKING:
    import torch

TOLERANCE = 1e-8  # relative, of trace and power, that an eigensolver must keep
MANY, SMALL = 128, 2000  # matrices and their rows, where reflections at once are the faster way
NEGLIGIBLE = 1e-280  # of a squared length, where the largest entry is 1


def power_spectra(
    a: torch.Tensor, vectors: torch.Tensor, *, workers: int = 1
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """``simulate.spectral.power_spectrum`` of each of B matrices, both of shape ``(B, n)``.

    Parameters
    ----------
    a : shape (B, n, n), float64
        Symmetric matrices; overwritten.
    vectors : shape (B, n)
        One for each matrix, on the same device.
    workers
        Threads of the host.

    Raises
    ------
    ArithmeticError
        If trace or power are lost past ``TOLERANCE``, or an iteration does not converge.
    """
    import torch

    whole = torch.stack([a.diagonal(dim1=1, dim2=2).sum(1), vectors.square().sum(1)]).cpu()
    if a.is_cuda and len(a) >= MANY and a.shape[1] <= SMALL:
        values, power = _by_reflections(a, vectors, workers)
    else:
        values, power = _by_eigenvectors(a, vectors)
    kept = torch.from_numpy(np.stack([values.sum(1), power.sum(1)]))
    if not torch.allclose(kept, whole, rtol=TOLERANCE, atol=0):
        raise ArithmeticError(f"spectra on {a.device} lose trace or power past {TOLERANCE:g}")
    return values, power


def _by_eigenvectors(
    a: torch.Tensor, vectors: torch.Tensor
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    import torch

    values, u = torch.linalg.eigh(a)
    power = (vectors[:, None, :] @ u)[:, 0, :].square()
    return values.flip(1).cpu().numpy(), power.flip(1).cpu().numpy()


def _by_reflections(
    a: torch.Tensor, vectors: torch.Tensor, workers: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    lengths = vectors.norm(dim=1)
    diagonal, off = (x.cpu().numpy() for x in tridiagonal(a, vectors))
    tasks = zip(diagonal, off, lengths.cpu().numpy(), strict=True)
    with ThreadPoolExecutor(workers) as pool:
        found = list(pool.map(lambda task: spectral.of_tridiagonal(*task), tasks))
    values, power = (np.stack(each) for each in zip(*found, strict=True))
    return values, power


def tridiagonal(a: torch.Tensor, vectors: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Diagonals and off-diagonals of ``QᵀaQ``, with the vector on the last axis.

    These are ``(B, n)`` and ``(B, n-1)``; ``a`` is overwritten. One reflection takes each vector to
    the last axis; the others, each on the rows before the one that it clears, keep that axis
    (Householder 1958). Each step reads what is left of all matrices twice and writes it once:
    8 n³ bytes a matrix in all.
    """
    import torch

    n = a.shape[1]
    scale = a.abs().amax(dim=(1, 2)).clamp_min(torch.finfo(a.dtype).tiny)
    a /= scale[:, None, None]
    _reflect(a, vectors)
    off = a.new_zeros(len(a), max(n - 1, 0))
    for last in range(n - 1, 0, -1):
        column = a[:, :last, last]
        off[:, last - 1] = _reflect(a[:, :last, :last], column)
    return a.diagonal(dim1=1, dim2=2) * scale[:, None], off * scale[:, None]


def _reflect(a: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """``a ← P a P`` with the reflections P that take x to multiples of the last axis: these."""
    import torch

    length = x.norm(dim=1)
    normal = x.clone()
    normal[:, -1] += torch.copysign(length, x[:, -1])
    square = normal.square().sum(dim=1)
    factor = torch.where(square > NEGLIGIBLE, 2 / square, 0)[:, None]
    image = torch.bmm(a, normal[:, :, None])[:, :, 0] * factor
    image -= (factor / 2) * (normal * image).sum(dim=1, keepdim=True) * normal
    pair = torch.stack([normal, image], dim=2)
    a.baddbmm_(pair, pair.flip(2).mT, alpha=-1)
    return -torch.copysign(length, x[:, -1])

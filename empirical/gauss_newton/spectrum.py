"""The exact non-zero spectrum of the G-term, and the gradient's power on it."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from scipy.linalg import eigh
from torch import Tensor

from empirical.capture import Sample
from empirical.dense import symmetric
from empirical.jacobian.factors import CHUNK
from empirical.machine import memory as bounds
from theory import checks
from theory.checks import InputError

ON_GPU = 6  # matrices that the eigensolver holds, its own included


@dataclass(frozen=True, eq=False)
class Spectrum:
    """Non-zero spectrum of ``G = (1/N) Σ_μ J_μᵀ A_μ J_μ`` and the gradient on its eigenvectors.

    Parameters
    ----------
    eigenvalues
        Descending, ``min(N(C-1), D)`` of them.
    gradient_power
        Fraction of ``‖g‖²`` on the eigenvector of each, in the same order; the sum is 1, or 0 where
        ``‖g‖`` is zero within rounding of the examples' gradients and has no direction.
        What is left to eigenvalues below ``floor`` cannot be told apart and is spread evenly.
    floor
        What the rounding error of an eigenvalue may reach, ``√n eps λ_max`` for n eigenvalues;
        those below it are zero within the error.
    gradient_norm
        ``‖g‖``.
    """

    eigenvalues: Tensor
    gradient_power: Tensor
    floor: float
    gradient_norm: float

    @property
    def trace(self) -> float:
        """``Tr G``."""
        return float(self.eigenvalues.sum())

    @property
    def frobenius(self) -> float:
        """``‖G‖_F``."""
        return float(self.eigenvalues.norm())


def softmax_root(logits: Tensor) -> Tensor:
    r"""Factor ``S (N, C, C-1)`` of the softmax blocks: ``S_μ S_μᵀ = A_μ = diag(p) - p pᵀ``.

    ``diag(√p)`` times an orthonormal basis of the complement of ``√p``: the reflection that takes
    ``√p`` to minus the axis j of the largest p, without its column j. Then no entry is a
    difference of nearly equal numbers, and S is accurate to rounding however small a p_k is.
    """
    N, C = logits.shape
    root = (logits.log_softmax(dim=1) / 2).exp()
    largest = root.argmax(dim=1)
    others = torch.arange(C, device=root.device).expand(N, C)
    others = others[others != largest[:, None]].view(N, C - 1)
    u = root.gather(1, others)
    u_largest = root.gather(1, largest[:, None])
    S = (
        torch.eye(C - 1, dtype=root.dtype, device=root.device)
        - u[:, :, None] * (u / (1 + u_largest))[:, None, :]
    )
    out = root.new_empty(N, C, C - 1)
    out.scatter_(1, others[:, :, None].expand(N, C - 1, C - 1), u[:, :, None] * S)
    out.scatter_(1, largest[:, None, None].expand(N, 1, C - 1), -(u_largest * u)[:, None, :])
    return out


def eigenvalues(sample: Sample, *, memory: int | None = None) -> Tensor:
    """Non-zero eigenvalues of G, descending, ``min(N(C-1), D)`` of them; as in ``spectrum``."""
    matrix = _smaller_matrix(sample, memory)
    if matrix.is_cuda:
        values = torch.linalg.eigvalsh(matrix, UPLO="L")
    else:
        values = torch.from_numpy(symmetric.eigenvalues(matrix.numpy()))
    return values.flip(0).clamp_min(0)


def spectrum(sample: Sample, *, memory: int | None = None) -> Spectrum:
    r"""All non-zero eigenvalues of G and the gradient's power on each.

    With ``A_μ = S_μ S_μᵀ`` and rows ``X = (S_μᵀ J_μ)_μ``, G is ``XᵀX/N`` and shares its non-zero
    eigenvalues with ``M = XXᵀ/N`` of size N(C-1), whose eigenvectors ``u_i`` give those of G,
    ``v_i = Xᵀu_i/√(N λ_i)``. The gradient ``g = (1/N) Σ_μ J_μᵀ r_μ`` lies in the row space of X
    as each ``r_μ`` is orthogonal to 1, and ``v_i·g = u_i·(X g)/√(N λ_i)``, where ``X g`` is formed
    from g itself: the division by √p that would write r through S never happens. No eigenvector
    is formed either. Where ``D < N(C-1)``, G itself is the smaller matrix and is taken instead.

    All is done in the sample's floating-point type, which sets ``floor``.

    Parameters
    ----------
    memory
        Most bytes to use; by default what is free.

    Raises
    ------
    InputError
        If the matrix would not fit into the memory, before it is formed.
    """
    N = len(sample.targets)
    g = sample.gradients.combined(sample.r / N)
    norm = float(g.norm())
    if not norm > _gradient_rounding(sample):
        values = eigenvalues(sample, memory=memory)
        return Spectrum(values, torch.zeros_like(values), _floor(values), norm)
    matrix = _smaller_matrix(sample, memory)
    dual = len(matrix) < sample.gradients.D
    vector = g
    if dual:
        along = sample.gradients.project(g[None])
        vector = (softmax_root(sample.logits).mT @ along).flatten()
    values, overlaps = on_eigenvectors(matrix, vector)
    values = values.clamp_min(0)
    floor = _floor(values)
    power = torch.zeros_like(values)
    seen = values > floor
    power[seen] = overlaps[seen].square() / norm**2
    if dual:
        power[seen] /= N * values[seen]
    rest = 1 - power.sum()
    if bool(seen.all()) or rest <= 0:
        power /= power.sum()
    else:
        power[~seen] = rest / (~seen).sum()
    return Spectrum(values, power, floor, norm)


def eigenvectors(sample: Sample, *, count: int, memory: int | None = None) -> tuple[Tensor, Tensor]:
    """The ``count`` largest eigenvalues of G, descending, and their unit vectors ``(count, D)``.

    As ``leading``, but all of them.

    Raises
    ------
    InputError
        If ``count`` eigenvalues are not all above the rounding error, or the memory is short.
    """
    n = min(sample.logits.shape[0] * (sample.C - 1), sample.gradients.D)
    if checks.integer("count", count, low=1) > n:
        raise InputError(f"count must be at most {n}, got {count}")
    values, vectors = leading(sample, count=count, memory=memory)
    if len(values) < count:
        if not len(values):
            raise InputError("G must be above zero, got one that is zero within rounding")
        raise InputError(
            f"count must be at most {len(values)}, the eigenvalues above zero, got {count}"
        )
    return values, vectors


def leading(sample: Sample, *, count: int, memory: int | None = None) -> tuple[Tensor, Tensor]:
    """The largest eigenvalues of G, descending, and their unit vectors, shape ``(R, D)``.

    There are ``count`` of them, or as many as are above the rounding error ``floor`` of
    ``Spectrum``, if these are fewer.

    The vectors are ``v_i = Xᵀu_i/√(N λ_i)`` in the notation of ``spectrum``, their weights in the
    order of ``network.parameters()``; the sign is arbitrary. An error of ``eps λ_max/gap`` is that
    of any eigenvector, and one of ``eps λ_max/λ_i`` comes with the way through X.

    Raises
    ------
    InputError
        If the memory is short.
    """
    matrix = _smaller_matrix(sample, memory)
    n, N = len(matrix), len(sample.targets)
    dual = n < sample.gradients.D
    values, vectors = _top(matrix, min(count, n))
    seen = values > _floor(values, n)
    values, vectors = values[seen], vectors[:, seen]
    if not len(values):
        return values, values.new_zeros(0, sample.gradients.D)
    if not dual:
        return values, vectors.T.contiguous()
    weights = softmax_root(sample.logits) @ vectors.reshape(N, sample.C - 1, -1)
    return values, sample.gradients.combinations(weights / (N * values).sqrt())


def matrix_bytes(
    N: int, C: int, D: int, *, dtype: torch.dtype, device: torch.device | str = "cpu"
) -> int:
    """Memory for the spectrum of N examples, in bytes.

    The smaller matrix twice, or six times with what a GPU's eigensolver takes, rows of one layer,
    and the roots of the softmax blocks with what they are made of.
    """
    n = min(N * (C - 1), D)
    roots = N if n < D else min(N, _few(C))
    copies = ON_GPU if torch.device(device).type == "cuda" else 2
    return (copies * n * n + 3 * CHUNK + 4 * roots * C * C) * dtype.itemsize


def _few(C: int) -> int:
    """Examples whose ``softmax_root`` is formed at a time where it need not be kept."""
    return max(1, CHUNK // C**2)


def _smaller_matrix(sample: Sample, memory: int | None) -> Tensor:
    """``XXᵀ/N`` or ``XᵀX/N``, whichever is smaller; its lower half."""
    N, gradients = len(sample.targets), sample.gradients
    dual = gradients.D >= N * (sample.C - 1)
    mixed = sum(layer.numel for layer in gradients.layers if layer.factored) if dual else 0
    bounds.require(
        matrix_bytes(N, sample.C, gradients.D, dtype=gradients.dtype, device=sample.logits.device)
        + mixed * gradients.dtype.itemsize,
        memory=memory,
        device=sample.logits.device,
        work=f"the spectrum of {N} examples of {sample.C} classes",
    )
    if dual:
        return gradients.gram(softmax_root(sample.logits)).div_(N)
    total = sample.logits.new_zeros(gradients.D, gradients.D)
    for start in range(0, N, _few(sample.C)):
        at = slice(start, start + _few(sample.C))
        total += gradients.take(at).second_moment(softmax_root(sample.logits[at]))
    return total.div_(N)


def on_eigenvectors(matrix: Tensor, vector: Tensor) -> tuple[Tensor, Tensor]:
    """Eigenvalues, descending, and the vector's components on their eigenvectors.

    Only the matrix's lower half is read, and it is overwritten.
    """
    if matrix.is_cuda:
        values, vectors = torch.linalg.eigh(matrix, UPLO="L")
        return values.flip(0), (vectors.T @ vector).flip(0)
    found = symmetric.components(matrix.numpy(), vector.numpy())
    values, along = (torch.from_numpy(each).flip(0) for each in found)
    return values, along


def _top(matrix: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """The largest eigenvalues, descending, and eigenvectors as columns."""
    if matrix.is_cuda:
        values, vectors = torch.linalg.eigh(matrix, UPLO="L")
    else:
        n = len(matrix)
        found = eigh(
            matrix.numpy(),
            lower=True,
            overwrite_a=True,
            check_finite=False,
            subset_by_index=(n - count, n - 1),
        )
        values, vectors = (torch.from_numpy(each) for each in found)
    return values[-count:].flip(0), vectors[:, -count:].flip(1)


def _gradient_rounding(sample: Sample) -> float:
    """What ``‖g‖`` may be by rounding alone, from ``Σ_μk |r_μk| ‖J_μk‖ / N``."""
    lengths = sample.gradients.squared_lengths().sqrt()
    longest = float((sample.r.abs() * lengths).sum()) / len(lengths)
    return 4 * torch.finfo(lengths.dtype).eps * longest


def _floor(values: Tensor, count: int | None = None) -> float:
    """Rounding error of an eigenvalue of a matrix with ``count`` of them, these the largest."""
    n = len(values) if count is None else count
    return n**0.5 * torch.finfo(values.dtype).eps * float(values[0])

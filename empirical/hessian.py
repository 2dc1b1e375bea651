"""The exact non-zero spectrum of the G-term, and the gradient's power on it."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from empirical.capture import Sample
from empirical.factors import LogitGradients
from empirical.spectral import components


@dataclass(frozen=True, eq=False)
class Spectrum:
    """Non-zero spectrum of ``G = (1/N) Σ_μ J_μᵀ A_μ J_μ`` and the gradient on its eigenvectors.

    Parameters
    ----------
    eigenvalues
        Descending, ``min(N(C-1), D)`` of them.
    gradient_power
        Fraction of ``‖g‖²`` on the eigenvector of each, in the same order; the sum is 1.
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
    others = torch.arange(C).expand(N, C)
    others = others[others != largest[:, None]].view(N, C - 1)
    u = root.gather(1, others)
    u_largest = root.gather(1, largest[:, None])
    S = torch.eye(C - 1, dtype=root.dtype) - u[:, :, None] * (u / (1 + u_largest))[:, None, :]
    out = torch.empty(N, C, C - 1, dtype=root.dtype)
    out.scatter_(1, others[:, :, None].expand(N, C - 1, C - 1), u[:, :, None] * S)
    out.scatter_(1, largest[:, None, None].expand(N, 1, C - 1), -(u_largest * u)[:, None, :])
    return out


def eigenvalues(sample: Sample) -> Tensor:
    """Non-zero eigenvalues of G, descending, ``min(N(C-1), D)`` of them; as in ``spectrum``."""
    gram = _rows(sample).gram().div_(len(sample.targets))
    return _descending(torch.linalg.eigvalsh(gram, UPLO="L"), sample).clamp_min(0)


def spectrum(sample: Sample) -> Spectrum:
    r"""All non-zero eigenvalues of G and the gradient's power on each, by the Gram matrix.

    With ``A_μ = S_μ S_μᵀ`` and rows ``X = (S_μᵀ J_μ)_μ``, G is ``XᵀX/N`` and shares its non-zero
    eigenvalues with ``M = XXᵀ/N`` of size N(C-1), whose eigenvectors ``u_i`` give those of G,
    ``v_i = Xᵀu_i/√(N λ_i)``. The gradient ``g = (1/N) Σ_μ J_μᵀ r_μ`` lies in the row space of X
    as each ``r_μ`` is orthogonal to 1, and ``v_i·g = u_i·(X g)/√(N λ_i)``, where ``X g`` is formed
    from g itself: the division by √p that would write r through S never happens. No eigenvector
    is formed either.

    All is done in the sample's floating-point type, which sets ``floor``.
    """
    N = len(sample.targets)
    rows = _rows(sample)
    g = sample.gradients.combined(sample.r / N)
    norm = float(g.norm())
    found = components(rows.gram().div_(N).numpy(), rows.project(g[None]).flatten().numpy())
    values, overlaps = (_descending(torch.from_numpy(each), sample) for each in found)
    values = values.clamp_min(0)
    floor = len(values) ** 0.5 * torch.finfo(values.dtype).eps * float(values[0])
    power = torch.zeros_like(values)
    seen = values > floor
    power[seen] = overlaps[seen].square() / (N * values[seen] * norm**2)
    rest = 1 - power.sum()
    if bool(seen.all()) or rest <= 0:
        power /= power.sum()
    else:
        power[~seen] = rest / (~seen).sum()
    return Spectrum(values, power, floor, norm)


def _rows(sample: Sample) -> LogitGradients:
    return sample.gradients.mixed(softmax_root(sample.logits))


def _descending(ascending: Tensor, sample: Sample) -> Tensor:
    return ascending.flip(0)[: sample.gradients.D]

"""G split by the true class of an example and the class that its gradient points away from.

With ``g_{μ,c'} = J_μᵀ(p_μ - e_{c'})``, the gradient of the loss that example μ would have under the
label c', ``G = (1/N) Σ_μ Σ_{c'} p_{μ,c'} g_{μ,c'} g_{μ,c'}ᵀ``. Grouped by the true class c and by
c' it falls into four parts, ``G = G_class + G_cross + G_within + G_same`` (Papyan 2019 and 2020;
derived in docs/theory/hierarchy.md).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from empirical.capture import Sample
from empirical.estimates.clustering import class_sizes
from empirical.gauss_newton.gram import gram, project_out

PARTS = ("class", "cross", "within", "same")


@dataclass(frozen=True, eq=False)
class CrossClass:
    """Means of the gradients ``g_{μ,c'}`` and the traces of what they leave.

    Parameters
    ----------
    log_weights
        ``ln W_{c,c'}`` with ``W_{c,c'} = (1/N) Σ_{μ of class c} p_{μ,c'}``, shape ``(C, C)``.
    cross_means
        ``g_{c,c'}``, the mean over the examples of class c with weights ``p_{μ,c'}``, for each c
        and the other classes c' in ascending order; shape ``(C, C-1, D)``, in nat/weight.
    within_trace, same_trace
        ``Tr G_within`` and ``Tr G_same``, the parts that are not made of means.
    """

    log_weights: Tensor
    cross_means: Tensor
    within_trace: float
    same_trace: float

    @property
    def weights(self) -> Tensor:
        """``W_{c,c'}`` of the cross-class means, shape ``(C, C-1)``."""
        return _of_others(self.log_weights.exp())

    @property
    def class_means(self) -> Tensor:
        """``g_c = Σ_{c'≠c} W_{c,c'} g_{c,c'} / W_c``, ``W_c = Σ_{c'≠c} W_{c,c'}``; ``(C, D)``."""
        shares = _of_others(self._log_off_diagonal.softmax(1))
        return torch.einsum("cj,cjd->cd", shares, self.cross_means)

    @property
    def class_rows(self) -> Tensor:
        """``√W_c g_c``, shape ``(C, D)``: G_class is the sum of their outer products."""
        return self.weights.sum(1).sqrt()[:, None] * self.class_means

    @property
    def cross_rows(self) -> Tensor:
        """``√W_{c,c'} (g_{c,c'} - g_c)``, shape ``(C (C-1), D)``, those of G_cross."""
        deviations = self.cross_means - self.class_means[:, None]
        return (self.weights.sqrt()[:, :, None] * deviations).flatten(0, 1)

    @property
    def logit_rows(self) -> Tensor:
        """``class_rows`` with c and c' exchanged: of the means over c for each c'; ``(C, D)``."""
        log_weights = self._log_off_diagonal
        terms = _of_others(log_weights.softmax(0))[:, :, None] * self.cross_means
        means = terms.new_zeros(len(terms), terms.shape[2])
        means.index_add_(0, _others(log_weights).flatten(), terms.flatten(0, 1))
        return log_weights.exp().sum(0).sqrt()[:, None] * means

    @property
    def traces(self) -> list[float]:
        """Of the parts in the order of ``PARTS``; their sum is ``Tr G``."""
        of_means = (float(rows.square().sum()) for rows in (self.class_rows, self.cross_rows))
        return [*of_means, self.within_trace, self.same_trace]

    @property
    def grouped_shares(self) -> tuple[float, float]:
        """``Tr G_class / Tr(G_class + G_cross)``, and the same of ``logit_rows``."""
        of_class, of_cross = self.traces[:2]
        of_logit = float(self.logit_rows.square().sum())
        return of_class / (of_class + of_cross), of_logit / (of_class + of_cross)

    @property
    def _log_off_diagonal(self) -> Tensor:
        return self.log_weights.clone().fill_diagonal_(-torch.inf)


def cross_class(sample: Sample) -> CrossClass:
    """Weights and means of the groups (c, c'), and the traces of the parts that are not means.

    O(N C D) operations and C² vectors of memory. Weights are summed as logarithms, so that a group
    has its mean however small its softmax outputs are.

    Raises
    ------
    InputError
        If a class has no example.
    """
    y, C = sample.targets, sample.C
    log_w, log_weights = _log_weights(sample)
    shares = _of_others(log_w - log_weights[y], y).exp()
    rows = sample.gradients.mixed(_of_others(pulls(sample), y))
    means = rows.scaled(shares).sums(y, C)
    squares = torch.zeros_like(means[:, :, 0])
    squares.index_add_(0, y, shares * rows.squared_lengths())
    spread = (squares - means.square().sum(2)).clamp_min(0)
    own = sample.gradients.mixed(sample.r[:, :, None]).squared_lengths()[:, 0]
    return CrossClass(
        log_weights=log_weights,
        cross_means=means,
        within_trace=float((_of_others(log_weights.exp()) * spread).sum()),
        same_trace=float(log_w.gather(1, y[:, None])[:, 0].exp() @ own),
    )


def within_eigenvalues(sample: Sample, *, memory: int | None = None) -> Tensor:
    """The ``min(N(C-1), D)`` largest eigenvalues of G_within, descending.

    From the inner products of its rows ``√(p_{μ,c'}/N) (g_{μ,c'} - g_{c,c'})``, ``c' ≠ c``; the
    error is ``eps`` times the largest eigenvalue of G.

    Raises
    ------
    InputError
        If the matrix would not fit into the memory, or a class has no example.
    """
    y, C = sample.targets, sample.C
    log_w, log_weights = _log_weights(sample)
    rows = _of_others(pulls(sample), y) * (_of_others(log_w, y) / 2).exp()[:, None, :]
    u = (_of_others(log_w - log_weights[y], y) / 2).exp()
    groups = (C - 1) * y[:, None] + torch.arange(C - 1, device=y.device)
    products = gram(sample.gradients, rows, memory=memory)
    matrix = project_out(products, u.flatten(), groups.flatten())
    return torch.linalg.eigvalsh(matrix).flip(0).clamp_min(0)[: sample.gradients.D]


def within_power(sample: Sample, parts: CrossClass, vectors: Tensor) -> Tensor:
    """``vᵀ G_within v`` of each of the ``vectors (R, D)``, shape ``(R,)``."""
    y = sample.targets
    log_w, _ = _log_weights(sample)
    rows = sample.gradients.mixed(_of_others(pulls(sample), y))
    deviations = rows.project(vectors) - (parts.cross_means @ vectors.T)[y]
    return torch.einsum("nk,nkr->r", _of_others(log_w, y).exp(), deviations.square())


def same_eigenvalues(sample: Sample) -> Tensor:
    """The ``min(N, D)`` largest eigenvalues of ``G_same = (1/N) Σ_μ p_{μ,y} g_{μ,y} g_{μ,y}ᵀ``.

    ``g_{μ,y}`` is the gradient of the loss of example μ.
    """
    log_w, _ = _log_weights(sample)
    roots = (log_w.gather(1, sample.targets[:, None]) / 2).exp()
    matrix = sample.gradients.mixed((roots * sample.r)[:, :, None]).gram()
    return torch.linalg.eigvalsh(matrix, UPLO="L").flip(0).clamp_min(0)[: sample.gradients.D]


def pulls(sample: Sample) -> Tensor:
    """``p_μ - e_{c'}`` as columns, shape ``(N, C, C)``, each summing to zero to rounding.

    The entry c' is minus the sum of the others, exact also where it is far below one.
    """
    out = sample.p[:, :, None].repeat(1, 1, sample.C)
    diagonal = out.diagonal(dim1=1, dim2=2)
    diagonal.zero_()
    diagonal.copy_(-out.sum(1))
    return out


def _log_weights(sample: Sample) -> tuple[Tensor, Tensor]:
    """``ln(p_{μ,c'}/N)``, shape ``(N, C)``, and the logarithm of its sum over each class."""
    class_sizes(sample.targets, classes=sample.C, at_least=1)
    log_w = sample.logits.log_softmax(1) - math.log(len(sample.targets))
    members = (sample.targets == c for c in range(sample.C))
    return log_w, torch.stack([log_w[each].logsumexp(0) for each in members])


def _of_others(values: Tensor, y: Tensor | None = None) -> Tensor:
    """The entries of the last axis at the classes other than ``y`` of the first axis.

    By default ``y`` is the index along it.
    """
    other = _others(values) if y is None else _others(values)[y]
    middle = values.shape[1:-1]
    index = other.view(len(other), *(1 for _ in middle), -1)
    return values.gather(-1, index.expand(len(other), *middle, -1))


def _others(values: Tensor) -> Tensor:
    """For each class the other ones, ascending, ``(C, C-1)``; C is the size of the last axis."""
    C = values.shape[-1]
    each = torch.arange(C, device=values.device)
    return each.expand(C, C)[each[:, None] != each].view(C, C - 1)

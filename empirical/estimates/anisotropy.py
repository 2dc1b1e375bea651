r"""The covariance of the noise, ``K_C ⊗ T`` (logits × weights), and where the means lie in it.

Sample eigenvalues spread more than those of T. The directions are eigenvectors of one half of the
examples, and the variance along each is that of the other half: an unbiased one, which spreads less
than T's own eigenvalues; ``theory.bulk.shrinkage`` gives these.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from empirical.capture import Sample
from empirical.estimates.deviations import Half, halves, products
from empirical.estimates.jackknife import BLOCKS, blocks, standard_error
from empirical.estimates.parameters import Level, curvature_weights, nearest_gram
from theory.bulk.shrinkage import population

DIRECTIONS = 400
EIGENVALUES = 4000


@dataclass(frozen=True, eq=False)
class Anisotropy:
    """Noise ``E_μ = K_C^{1/2} Z_μ T^{1/2}`` and the means of the ``weighted`` level in it.

    Parameters
    ----------
    K_C
        Covariance across logits as G sees it, without what all logits share, of trace C;
        ``(C, C)``.
    sigma_E
        Length of the noise that G sees.
    T
        Eigenvalues of the covariance across weights, descending; their sum is ``sigma_E²`` of the
        level ``weighted``. At most 4000, the lowest of which stand for all others.
    means
        Components of the means ``c_{k,y}`` along m orthonormal directions, the leading sample
        eigenvectors of T, ``(C², m)`` at ``y·C + k``.
    rest
        Gram matrix of what the means have in other directions, ``(C², C²)``.
    K_C_error, T_error
        Standard errors; those of T for the first m eigenvalues. They are those of the variances:
        beyond a quarter of the effective number of rows the bias of T is more.
    """

    K_C: Tensor
    sigma_E: float
    T: Tensor
    means: Tensor
    rest: Tensor
    K_C_error: Tensor
    T_error: Tensor


def anisotropy(sample: Sample, weighted: Level) -> Anisotropy:
    """The noise's covariance on the examples that ``estimate`` found the level ``weighted`` on.

    Raises
    ------
    InputError
        If the level has no noise, or the matrices of inner products would not fit in memory.
    """
    weighted.require_noise()
    weights = curvature_weights(sample.p)
    raw = sample_means(sample, weights)
    K_C, K_C_error, length = _across_logits(sample, weights, raw)
    left, right = halves(sample.gradients, sample.targets, weights)
    directions, n = leading_directions(left)
    variances, error = _variances(left, right, directions)
    means = denoised(raw, weighted.Gamma)
    components = left.scaled(left.centred(left.gradients.project(means)))
    along = components.flatten(0, 1).T.double() @ directions
    order = variances.argsort(descending=True)
    variances, along = variances[order], _signed(along[:, order])
    T = population(
        variances.cpu().numpy(),
        trace=weighted.sigma_E**2,
        n=n,
        D=min(sample.gradients.D, EIGENVALUES),
    )
    raised = torch.from_numpy(T[: len(variances)]).to(variances) / variances
    return Anisotropy(
        K_C=K_C,
        sigma_E=length,
        T=torch.from_numpy(T),
        means=along,
        rest=nearest_gram(weighted.Gamma - along @ along.T),
        K_C_error=K_C_error,
        T_error=error[order] * raised,
    )


def _signed(along: Tensor) -> Tensor:
    """With each direction's sign such that the longest component along it is positive."""
    longest = along.abs().argmax(dim=0, keepdim=True)
    return along * along.gather(0, longest).sign()


def leading_directions(half: Half) -> tuple[Tensor, float]:
    """``d (n K, m)``: the unit vectors ``Σ_{μk} d_{μk} √(w/f) E_{μk}``, leading eigenvectors.

    The last is the leading one. No more than a fifth of the rows, nor than the deviations span to
    rounding. Also how many independent rows of equal weight the half is worth: ``(tr B)²/tr B²``
    with B its covariance across rows, which within an example is that of the logits.
    """
    n = half.gradients.N
    gram = half.gradients.gram().double()
    K = len(gram) // n
    gram = (gram.tril() + gram.tril(-1).T).view(n, K, n, K)
    for _ in range(2):
        gram = half.scaled(half.centred(gram)).permute(2, 3, 0, 1)
    w, across = half.weights, _unit_trace(torch.einsum("nknl->kl", gram))
    effective = float(w.sum() ** 2 / w.square().sum() * K / across.square().sum())
    values, vectors = torch.linalg.eigh(gram.reshape(n * K, n * K))
    floor = len(gram) * torch.finfo(half.gradients.dtype).eps * values[-1]
    m = min(DIRECTIONS, n * K // 5, half.gradients.D, int((values > floor).sum()))
    return vectors[:, -m:] / values[-m:].sqrt(), effective


def _variances(left: Half, right: Half, directions: Tensor) -> tuple[Tensor, Tensor]:
    """Weighted mean square of the right half's deviations along the left half's directions.

    Its standard error is that of a ratio of sums over examples.
    """
    scaled = left.scaled(products(left, right)).permute(2, 3, 0, 1)
    along = right.scaled(scaled).flatten(2) @ directions
    sums, weights = along.square().sum(1), right.weights.sum(1)
    found = sums.sum(0) / weights.sum()
    spread = (sums - found * weights[:, None]).square().sum(0).sqrt()
    return found, spread / weights.sum()


def sample_means(sample: Sample, weights: Tensor) -> Tensor:
    """Weighted sample means of each logit and class, ``(C², D)`` at ``y·C + k``."""
    C, gradients = sample.C, sample.gradients
    sums = gradients.sums(sample.targets, C, weights.to(gradients.dtype))
    total = weights.new_zeros(C, C).index_add_(0, sample.targets, weights)
    return (sums / total[:, :, None].to(sums.dtype)).flatten(0, 1)


def denoised(means: Tensor, Gamma: Tensor) -> Tensor:
    """The vectors of Gram matrix Γ that are nearest to ``means``, as combinations of these.

    ``B means`` with ``B = M^{-1/2} (M^{1/2} Γ M^{1/2})^{1/2} M^{-1/2}``, M the means' own Gram
    matrix: the optimal transport between the two Gaussians.
    """
    own = (means @ means.T).double()
    root, inverse = _roots(own)
    middle, _ = _roots(root @ Gamma @ root)
    return (inverse @ middle @ inverse).to(means.dtype) @ means


def _roots(gram: Tensor) -> tuple[Tensor, Tensor]:
    """Symmetric square root and its pseudo-inverse."""
    values, vectors = torch.linalg.eigh((gram + gram.T) / 2)
    root = values.clamp_min(0).sqrt()
    inverse = torch.where(values > 1e-10 * values[-1], 1 / root, 0)
    return (vectors * root) @ vectors.T, (vectors * inverse) @ vectors.T


def _across_logits(sample: Sample, weights: Tensor, means: Tensor) -> tuple[Tensor, Tensor, float]:
    """``K_C``, that is ``PKP`` of trace C, its error, and ``√(tr PKP/C)``.

    With ``K_kl = Σ_μ a_kl E_{μk}·E_{μl} / Σ_μ a_kl``, ``a = |A|`` as in G, and ``P = I - 11ᵀ/C``.
    """
    C, y, gradients = sample.C, sample.targets, sample.gradients
    own = (means @ means.T).double().view(C, C, C, C)
    each = torch.arange(C, device=y.device)
    mean_products = own[each, :, each, :][y]
    crossed = gradients.project(means).double().view(len(y), C, C, C)
    crossed = crossed[torch.arange(len(y), device=y.device), :, y]
    deviations = gradients.blocks().double() - crossed - crossed.mT + mean_products
    total = weights.new_zeros(C, C).index_add_(0, y, weights)
    share = weights / total[y]
    squares = weights.new_zeros(C, C, C).index_add_(0, y, share[:, :, None] * share[:, None])
    variance = 1 - share[:, :, None] - share[:, None, :] + squares[y]
    p = sample.p.double()
    a = p[:, :, None] * p[:, None, :]
    a.diagonal(dim1=1, dim2=2).copy_(weights)
    values, norms, block = a * deviations, a * variance, blocks(y)
    left_out = [
        _unit_trace(_seen(values[block != b].sum(0) / norms[block != b].sum(0)))
        for b in range(BLOCKS)
    ]
    found = nearest_gram(_seen(values.sum(0) / norms.sum(0)))
    length = float(found.trace() / C) ** 0.5
    return _unit_trace(found), standard_error(torch.stack(left_out)), length


def _seen(covariance: Tensor) -> Tensor:
    """``PKP``, without what all logits share, which is not in G.

    Each entry of K has weights of its own: along (1, …, 1) it may be far below zero.
    """
    half = covariance - covariance.mean(0)
    return half - half.mean(1, keepdim=True)


def _unit_trace(covariance: Tensor) -> Tensor:
    """Scaled to a mean diagonal of one."""
    return covariance / covariance.diagonal().mean()

"""The model's parameters, estimated from a network's logit gradients without their noise.

Sample means hold noise: the Gram of sample means exceeds that of the true means by the noise's own
inner products over the size of the group. All second moments below are means over pairs of
different examples, which leaves that noise out whatever its covariance between logits or weights.
Standard errors are jackknifes over blocks of examples.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace

import torch
from torch import Tensor

from empirical.capture import Sample
from empirical.estimates.clustering import class_sizes
from empirical.estimates.deviations import halves, mean_squared_product
from empirical.estimates.jackknife import BLOCKS, blocks, standard_error
from empirical.jacobian.gradients import LogitGradients
from empirical.softmax import complements
from theory.checks import InputError

FLOOR = 0.01  # of the mean curvature weight, added to each: a mean needs more than one example


class NoNoiseError(InputError):
    """Logit gradients that are the means of their groups, within rounding."""


@dataclass(frozen=True, eq=False)
class Level:
    """Means and noise of the logit gradients at one level of the model.

    Parameters
    ----------
    Gamma
        Gram matrix of the means, positive semi-definite: ``(C, C)`` of ``c_k`` at level FG;
        ``(C², C²)`` of ``c_{k,y}`` at the others, at index ``y·C + k``.
    sigma_c
        Root-mean-square length of the mean of a random example and logit.
    sigma_E
        Root-mean-square length of the deviation from it.
    effective_dimension
        ``(tr T)²/tr T²`` of the weight covariance T of the deviation.
    error
        The standard error of each.
    """

    Gamma: Tensor
    sigma_c: float
    sigma_E: float
    effective_dimension: float
    error: Level | None = None

    def require_noise(self) -> None:
        """Refuse logit gradients that are the means of their groups, within rounding.

        Raises
        ------
        NoNoiseError
            If they are.
        """
        if self.sigma_E == 0:
            raise NoNoiseError(
                "logit gradients must differ within their groups: the noise around their means is "
                f"zero within rounding, got means of length {self.sigma_c:.1e}"
            )

    def without_noise(self) -> Level:
        """The same means alone."""
        return replace(self, sigma_E=0.0, effective_dimension=math.nan)


@dataclass(frozen=True, eq=False)
class Estimate:
    """The model of one network at one point.

    ``FG`` has one mean a logit, ``cluster`` one for each logit and class of the example.
    ``weighted`` has those of ``cluster``, with examples weighted by their curvature as G does.
    Where logit gradients are the means of their classes, the last two have no noise: ``sigma_E`` is
    0, and ``effective_dimension`` NaN.
    """

    FG: Level
    cluster: Level
    weighted: Level


def curvature_weights(p: Tensor) -> Tensor:
    """Weight ``A_kk = p_k (1 - p_k)`` of each logit gradient in G, and a floor; shape ``(N, C)``.

    G is ``(1/N) Σ J_μᵀ A_μ J_μ``: a confident example hardly enters it, and if its logit gradients
    differ from those of an undecided one, the plain mean is not the mean that G sees. The floor is
    1 % of the mean weight.

    Raises
    ------
    InputError
        If all weights are zero.
    """
    p = p.double()
    weights = p * complements(p)
    if not weights.any():
        raise InputError("logits must leave G above zero, got softmax outputs that are all 0 or 1")
    return weights + FLOOR * weights.mean()


def weighted(sample: Sample) -> Level:
    """The level ``weighted`` of ``estimate`` alone.

    Raises
    ------
    InputError
        If a class has fewer than 4 examples, or all softmax outputs are 0 or 1.
    """
    class_sizes(sample.targets, classes=sample.C, at_least=4)
    weights = curvature_weights(sample.p)
    return _level(sample.gradients, sample.targets, sample.C, weights)


def weighted_means(sample: Sample) -> Tensor:
    """``Gamma`` of the level ``weighted``, at a tenth of the cost of its errors.

    Raises
    ------
    InputError
        If a class has fewer than 4 examples.
    """
    class_sizes(sample.targets, classes=sample.C, at_least=4)
    every = torch.arange(len(sample.targets), device=sample.targets.device)
    weights = curvature_weights(sample.p)
    whole = _moments(sample.gradients, every, sample.targets, sample.C, weights)
    return nearest_gram(whole.level(1.0).Gamma)


def estimate(sample: Sample) -> Estimate:
    """Means, noise and its effective dimension at each level, with standard errors.

    ``Gamma`` is unbiased until its negative eigenvalues, which are noise, are set to zero.
    ``sigma_c²`` (from the unbiased diagonal) and ``sigma_E²`` are unbiased, and their sum is the
    mean squared length of a logit gradient. ``effective_dimension`` is a ratio of unbiased
    estimates, from at most 2560 logit gradients in each half of the examples.

    Raises
    ------
    InputError
        If a class has fewer than 4 examples, or there is no noise around the mean of any logit.
    """
    y, C = sample.targets, sample.C
    class_sizes(y, classes=C, at_least=4)
    equal = torch.ones(y.shape[0], C, dtype=torch.float64, device=y.device)
    FG = _level(sample.gradients, torch.zeros_like(y), 1, equal)
    FG.require_noise()
    return Estimate(
        FG=FG,
        cluster=_level(sample.gradients, y, C, equal),
        weighted=weighted(sample),
    )


def _level(gradients: LogitGradients, groups: Tensor, count: int, weights: Tensor) -> Level:
    block = blocks(groups)

    def of(chosen: Tensor) -> _Moments:
        return _moments(gradients, chosen, groups, count, weights)

    whole = of(torch.arange(len(groups), device=groups.device))
    without = [whole.minus(of((block == b).nonzero()[:, 0])) for b in range(BLOCKS)]
    if whole.noisy(torch.finfo(gradients.dtype).eps):
        pairs = mean_squared_product(*halves(gradients, groups, weights))
        found = whole.level(pairs.mean)
        left = [each.level(pairs.without(b)) for b, each in enumerate(without)]
    else:
        found, *left = (each.level(1.0).without_noise() for each in (whole, *without))
    error = Level(
        standard_error(torch.stack([each.Gamma for each in left])),
        _error([each.sigma_c for each in left]),
        _error([each.sigma_E for each in left]),
        _error([each.effective_dimension for each in left]),
    )
    return replace(found, Gamma=nearest_gram(found.Gamma), error=error)


def _error(left_out: list[float]) -> float:
    return float(standard_error(torch.tensor(left_out, dtype=torch.float64)))


@dataclass(frozen=True, eq=False)
class _Moments:
    """Sums over examples that the parameters are made from; those of disjoint sets add up.

    ``sums (G, K, D)`` of ``w J``, ``own (G, K, K)`` of ``w_k w_l J_k·J_l`` within an example,
    ``weights (G, K)`` of ``w``, ``own_weights (G, K, K)`` of ``w_k w_l``, ``square`` of ``w |J|²``.
    """

    sums: Tensor
    own: Tensor
    weights: Tensor
    own_weights: Tensor
    square: Tensor

    def minus(self, other: _Moments) -> _Moments:
        """Without the examples of ``other``."""
        return _Moments(*(getattr(self, f.name) - getattr(other, f.name) for f in fields(self)))

    def noisy(self, eps: float) -> bool:
        """Whether the gradients differ from the means of their groups by more than rounding."""
        length = float(self.square / self.weights.sum())
        return self.level(1.0).sigma_E ** 2 > 10 * eps * length

    def level(self, mean_squared_product: float) -> Level:
        """The parameters, Γ not yet positive semi-definite."""
        G, K = self.weights.shape
        flat = self.sums.flatten(0, 1)
        products = (flat @ flat.T).double().view(G, K, G, K)
        pairs = torch.outer(self.weights.flatten(), self.weights.flatten()).view(G, K, G, K)
        each = torch.arange(G, device=flat.device)
        products[each, :, each] -= self.own
        pairs[each, :, each] -= self.own_weights
        Gamma = (products / pairs).view(G * K, G * K)
        total = self.weights.sum()
        sigma_c2 = float((self.weights.flatten() * Gamma.diagonal()).sum() / total)
        sigma_E2 = float(self.square / total) - sigma_c2
        return Level(
            Gamma=Gamma,
            sigma_c=max(sigma_c2, 0.0) ** 0.5,
            sigma_E=max(sigma_E2, 0.0) ** 0.5,
            effective_dimension=sigma_E2**2 / mean_squared_product,
        )


def _moments(
    gradients: LogitGradients, chosen: Tensor, groups: Tensor, count: int, weights: Tensor
) -> _Moments:
    """Of the chosen examples; one layer is copied at a time, as all together may be gigabytes."""
    groups, weights = groups[chosen], weights[chosen]
    w = weights.double()
    pairs = w[:, :, None] * w[:, None, :]
    own, sums = [], []
    for layer in gradients.layers:
        part = LogitGradients((layer.take(chosen),))
        own.append(part.blocks())
        sums.append(part.sums(groups, count, weights.to(gradients.dtype)))
        del part
    blocks = torch.stack(own).sum(0).double()

    def total(each: Tensor) -> Tensor:
        return each.new_zeros(count, *each.shape[1:]).index_add_(0, groups, each)

    return _Moments(
        sums=torch.cat(sums, dim=2),
        own=total(pairs * blocks),
        weights=total(w),
        own_weights=total(pairs),
        square=(w * blocks.diagonal(dim1=1, dim2=2)).sum(),
    )


def nearest_gram(Gamma: Tensor) -> Tensor:
    """The nearest positive semi-definite matrix of the same trace, in Frobenius norm.

    Its eigenvalues are ``max(λ - τ, 0)``. Clipping alone would keep the positive half of the
    noise and drop the negative one, and so make means that are not there.
    """
    values, vectors = torch.linalg.eigh((Gamma + Gamma.T) / 2)
    ranked = values.flip(0)
    excess = ranked.cumsum(0) - ranked.sum().clamp_min(0)
    kept = torch.arange(1, len(ranked) + 1, device=ranked.device)
    shift = (excess / kept)[int((ranked > excess / kept).sum()) - 1]
    out = (vectors * (values - shift).clamp_min(0)) @ vectors.T
    return (out + out.T) / 2

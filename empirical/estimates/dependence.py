r"""Whether the outputs are independent of the logit gradients within a class.

``Tr G = (1/N) Σ_μ tr A_μ J_μ J_μᵀ`` pairs each example's softmax block with its own logit
gradients. Where the two are independent within a class, any exchange of the outputs among its n
examples is as likely. Over all exchanges a sum ``Σ_μ a_{μπ(μ)}`` has (Hoeffding 1951)

    mean (1/n) Σ_{μν} a_μν ,    variance 1/(n-1) Σ_{μν} (a_μν - ā_μ. - ā_.ν + ā)² ,

and is normal for large n: a permutation test without a permutation drawn.
"""

from __future__ import annotations

import torch

from empirical.capture import Sample
from empirical.estimates.clustering import class_sizes
from empirical.operators.probes import Estimated


def dependence(sample: Sample) -> Estimated:
    """``Tr G`` over its mean where outputs are exchanged within classes, minus 1.

    ``error`` is its standard deviation over the exchanges.

    Raises
    ------
    InputError
        If a class has fewer than 2 examples.
    """
    class_sizes(sample.targets, classes=sample.C, at_least=2)
    p = sample.p.double()
    A = (p.diag_embed() - p[:, :, None] * p[:, None, :]).flatten(1)
    products = sample.gradients.blocks().double().flatten(1)
    observed = (A * products).sum()
    mean = variance = torch.zeros((), dtype=torch.float64, device=p.device)
    for label in range(sample.C):
        members = (sample.targets == label).nonzero()[:, 0]
        a = A[members] @ products[members].T
        mean = mean + a.sum() / len(a)
        centred = a - a.mean(0) - a.mean(1, keepdim=True) + a.mean()
        variance = variance + centred.square().sum() / (len(a) - 1)
    return Estimated(float(observed / mean) - 1, float(variance.sqrt() / mean))

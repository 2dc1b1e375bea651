r"""Whether the noise is Gaussian: Mardia's kurtosis of it along its leading directions.

The directions are eigenvectors of one half of the examples; the other half is tested along them.
With ``x_i`` the m components of a deviation from the class mean, ``S = Σ_i x_i x_iᵀ`` and ``f_i``
the diagonal of the projection that takes the G class means out, Gaussian noise of whatever
covariance has ``x_iᵀ S⁻¹ x_i ~ f_i Beta(m/2, (ν - m)/2)``, ``ν = n - G``, and so exactly

    E (x_iᵀ S⁻¹ x_i/f_i)² = m (m + 2)/(ν (ν + 2)) .

Lengths that differ from example to example, as where decided examples have shorter gradients, raise
it, in whatever direction; so do heavy tails along one.
"""

from __future__ import annotations

import torch

from empirical.capture import Sample
from empirical.estimates.anisotropy import leading_directions
from empirical.estimates.clustering import class_sizes
from empirical.estimates.deviations import halves, products
from empirical.operators.probes import Estimated

DIRECTIONS = 10


def kurtosis(sample: Sample) -> Estimated:
    """Mean over logits of Mardia's kurtosis of the noise, over that of Gaussian noise, minus 1.

    ``error`` is the standard deviation of one logit's where the noise is Gaussian (Mardia 1974,
    with ν for n - 1): as the logits of an example depend on each other, that of their mean is less,
    and a test with it has less than its nominal error.

    Raises
    ------
    InputError
        If a class has fewer than 4 examples.
    """
    class_sizes(sample.targets, classes=sample.C, at_least=4)
    equal = torch.ones(len(sample.targets), sample.C, dtype=torch.float64)
    left, right = halves(sample.gradients, sample.targets, equal.to(sample.logits.device))
    directions, _ = leading_directions(left)
    directions = directions[:, -DIRECTIONS:]
    components = left.scaled(products(left, right)).permute(2, 3, 0, 1).flatten(2) @ directions
    n, m = len(right.index), directions.shape[1]
    free = n - len(sample.targets[right.index].unique())
    x = components.permute(1, 0, 2)  # (K, n, m)
    own = torch.linalg.solve(x.mT @ x, x.mT).mT
    ratios = (own * x).sum(2) / right.variance.T
    excess = ratios.square().mean(1) * free * (free + 2) / (m * (m + 2)) - 1
    return Estimated(float(excess.mean()), _deviation(free + 1, m))


def _deviation(n: int, m: int) -> float:
    """Of Mardia's kurtosis over its mean, for n Gaussian vectors of m components."""
    above = 8 * (n - 3) * (n - m - 1) * (n - m + 1)
    return (above / (m * (m + 2) * (n - 1) ** 2 * (n + 3) * (n + 5))) ** 0.5

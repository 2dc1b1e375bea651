"""The gradient of the cross-entropy as the prior of the labels changes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
import xarray as xr
from torch import Tensor, nn

from empirical.capture import capture
from empirical.data import Data
from empirical.estimates.clustering import class_sizes
from empirical.recorded import variable
from theory import checks
from theory.checks import InputError


def matched_prior(p: Tensor, targets: Tensor) -> Tensor:
    r"""The prior π of the labels that equals the mean output under it, shape ``(C,)``.

    With ``B_{yk}`` the mean of ``p_k`` over the examples of class y the mean output is ``π B``, so
    π is the stationary distribution of the Markov chain with transitions B.

    Examples
    --------
    >>> p = torch.tensor([[0.8, 0.2], [0.4, 0.6]])
    >>> [round(float(x), 4) for x in matched_prior(p, torch.tensor([0, 1]))]
    [0.6667, 0.3333]

    Raises
    ------
    InputError
        If a class has no example.
    """
    B = _class_means(p.double(), targets)
    C = len(B)
    conditions = torch.cat([B.T - torch.eye(C, dtype=B.dtype), torch.ones(1, C, dtype=B.dtype)])
    wanted = torch.zeros(C + 1, 1, dtype=B.dtype)
    wanted[-1] = 1
    return torch.linalg.lstsq(conditions, wanted).solution[:, 0].clamp(min=0)


def prior_gradient(
    network: nn.Module, data: Data, *, shares: Sequence[float], toward: tuple[int, int] = (0, 1)
) -> xr.Dataset:
    r"""Length of the gradient where the label prior is moved through the mean output.

    The examples of class y get the weight ``π_y / N_y``. The prior is
    ``π(t) = π* + |t| (e_c - π*)``, with π* the matched prior and c the first class of ``toward``
    for ``t < 0``, else the second. The gradient is

        g(π) = Σ_k (p̄_k - π_k) c_k + rest,

    with p̄ the mean output and c_k the mean logit gradients under π; the rest is the covariance of
    residuals and logit gradients. The first part is zero at ``t = 0``, so the gradient almost
    vanishes there if logit gradients cluster (Vysogorets et al. 2024).

    Parameters
    ----------
    shares
        Each t, from -1 to 1.

    Returns
    -------
    ``gradient_norm`` and ``prior_gradient_norm``, the length of the first part, by ``share``, and
    ``prior_distance``, ``|p̄ - π|``.

    Raises
    ------
    InputError
        If a share or a class is out of its bounds, a class has no example, or ``capture`` refuses.
    """
    steps = [checks.real("shares", t, low=-1) for t in shares]
    if not steps or max(steps) > 1:
        raise InputError(f"shares must lie in -1..1 and not be empty, got {list(shares)}")
    for c in toward:
        if checks.integer("toward", c, low=0) >= data.classes:
            raise InputError(f"toward must name classes below {data.classes}, got {c}")
    sample = capture(network, data)
    sizes = class_sizes(sample.targets, classes=sample.C, at_least=1).to(sample.logits.dtype)
    pulled = sample.gradients.scaled(sample.r).sums(sample.targets, sample.C).sum(1)
    gradients = pulled / sizes[:, None]
    means = sample.gradients.sums(sample.targets, sample.C) / sizes[:, None, None]
    B = _class_means(sample.p, sample.targets)
    matched = matched_prior(sample.p, sample.targets)
    corners = torch.eye(sample.C, dtype=matched.dtype)
    found = np.empty((3, len(steps)))
    for i, t in enumerate(steps):
        prior = matched + abs(t) * (corners[toward[t > 0]] - matched)
        surplus = prior @ B - prior
        first = surplus @ torch.einsum("y,ykd->kd", prior, means)
        found[:, i] = (prior @ gradients).norm(), first.norm(), surplus.norm()
    names = ("gradient_norm", "prior_gradient_norm", "prior_distance")
    arrays = {
        name: variable(name, row, dims=("share",)) for name, row in zip(names, found, strict=True)
    }
    return xr.Dataset(arrays, coords={"share": steps})


def _class_means(values: Tensor, targets: Tensor) -> Tensor:
    """Means over the examples of each class, ``(C, C)``."""
    C = values.shape[1]
    sizes = class_sizes(targets, classes=C, at_least=1)
    sums = values.new_zeros(C, C).index_add_(0, targets, values)
    return sums / sizes[:, None]

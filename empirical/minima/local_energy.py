"""The local energy: loss and error of a network around its weights, on average over noise."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from threadpoolctl import threadpool_limits
from torch import Tensor

from empirical.operators.probes import Estimated, mean
from empirical.wedges.losses import Losses
from theory import checks, stream
from theory.checks import InputError

KINDS = ("relative", "additive")


@dataclass(frozen=True)
class LocalEnergy:
    """Means over the noise, with their standard errors.

    Attributes
    ----------
    loss
        Mean cross-entropy, in nats.
    error
        Share of the examples that are misclassified.
    """

    loss: Estimated
    error: Estimated


def local_energy(
    losses: Losses,
    weights: Tensor,
    *,
    noise: float,
    kind: str = "relative",
    draws: int = 100,
    seed: int,
) -> LocalEnergy:
    """``E_z`` of loss and error at ``w + σ z ⊙ w`` (relative) or ``w + σ z`` (additive).

    z is standard normal (Jiang et al., arXiv:1912.02178; Pittorino et al., arXiv:2006.07897). To
    second order in σ the loss rises by ``σ²/2 Σ_i w_i² H_ii`` or ``σ²/2 tr H``. The relative one
    does not see a rescaling of a ReLU network that leaves its function; the additive one does. The
    same seed has the same z for all networks of a size.

    Parameters
    ----------
    weights
        Shape ``(D,)``.
    noise
        ``σ``, at least 0; of relative noise a share of each weight, else in units of weight.
    kind
        ``relative`` or ``additive``.
    draws
        At least 2.
    seed
        Root of z.

    Raises
    ------
    InputError
        If an argument is out of its bounds.

    Examples
    --------
    >>> from empirical.data import digits
    >>> from empirical.networks import mlp
    >>> at = Losses(mlp((64, 10), seed=0), digits(seed=0)[0])
    >>> around = local_energy(at, torch.zeros(at.D), noise=0.1, draws=4, seed=0)
    >>> round(float(around.loss.value), 4), float(around.loss.error) < 1e-6  # relative to 0: ln 10
    (2.3026, True)
    """
    count = checks.count("draws", draws, low=2)
    lengths = scales(losses, weights, noise=noise, kind=kind)
    z = torch.from_numpy(stream(seed, "local energy").standard_normal((count, losses.D)))
    with torch.no_grad(), threadpool_limits(1):
        around = weights + lengths * z.to(weights)
        return LocalEnergy(
            loss=mean(losses.loss(around).double().numpy()),
            error=mean(1 - losses.accuracy(around).double().numpy()),
        )


def scales(losses: Losses, weights: Tensor, *, noise: float, kind: str) -> Tensor:
    """Standard deviation of the noise of each weight, ``(D,)``.

    Raises
    ------
    InputError
        If an argument is out of its bounds.
    """
    checks.choice("kind", kind, KINDS)
    sigma = checks.real("noise", noise, low=0)
    if weights.shape != (losses.D,):
        raise InputError(f"weights must have shape ({losses.D},), got {tuple(weights.shape)}")
    return sigma * (weights.abs() if kind == "relative" else torch.ones_like(weights))

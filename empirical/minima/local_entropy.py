"""The local entropy: how much weight space of low loss lies around a network's weights."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from threadpoolctl import threadpool_limits
from torch import Tensor

from empirical.minima.local_energy import scales
from empirical.operators.probes import Estimated, mean
from empirical.wedges.losses import Losses
from theory import checks, stream
from theory.checks import InputError

WANTED, SLOWEST = 0.6, 1e-6  # acceptance that the step is tuned to; the shortest step
FASTEST = 2.0  # draws anew from the noise
TUNING = 1.0  # change of the step's logarithm per unit of acceptance
LEAST_ACCEPTED = 0.1


@dataclass(frozen=True)
class LocalEntropy:
    """The local entropy of one network.

    Attributes
    ----------
    entropy
        In nats per weight, at most 0, with its standard error over the chains.
    accepted
        The smallest share of Langevin steps accepted at any temperature.
    """

    entropy: Estimated
    accepted: float


def local_entropy(
    losses: Losses,
    weights: Tensor,
    *,
    noise: float,
    kind: str = "relative",
    beta: float,
    temperatures: int = 8,
    steps: int = 100,
    chains: int = 8,
    seed: int,
) -> LocalEntropy:
    r"""``(1/D) ln E_z exp(-β L(w + s ⊙ z))`` with z standard normal and ``s = σ|w|`` or σ.

    For additive noise it is the local entropy of Chaudhari et al. (arXiv:1611.01838) of ``f = β L``
    with ``γ = 1/σ²``, less that of ``f = 0``. By Jensen's inequality it is at least ``-β/D`` times
    the local energy. It is ``-∫_0^β ⟨L⟩_b db / D`` by Gauss-Legendre nodes in ``√b``; at each,
    ``⟨L⟩_b`` is the mean over the second half of Langevin steps, each accepted or not so that they
    are exact at any length (Cotter et al., Stat. Sci. 28, 424 (2013), pCNL). The error is over
    independent chains; the nodes' own, and what is left of the start, are not in it.

    Parameters
    ----------
    weights
        Shape ``(D,)``.
    noise, kind
        As of ``local_energy``.
    beta
        Inverse temperature, above 0; the number of examples makes ``β L`` their log-likelihood.
    temperatures
        Nodes, at least 2.
    steps
        Langevin steps at each, at least 10; the first half tunes their length.
    chains
        At least 2.
    seed
        Root of all draws.

    Raises
    ------
    InputError
        If an argument is out of its bounds, or fewer than a tenth of the steps are accepted.
    """
    checks.real("beta", beta, low=0, strict=True)
    for name, value, low in (("temperatures", temperatures, 2), ("steps", steps, 10)):
        checks.count(name, value, low=low)
    count = checks.count("chains", chains, low=2)
    rng = stream(seed, "local entropy")
    lengths = scales(losses, weights, noise=noise, kind=kind)

    def drawn() -> Tensor:
        return torch.from_numpy(rng.standard_normal((count, losses.D))).to(weights)

    def at(z: Tensor) -> tuple[Tensor, Tensor]:
        point = (weights + lengths * z).requires_grad_()
        loss = losses.loss(point)
        (slope,) = torch.autograd.grad(loss.sum(), point)
        return loss.detach().double(), slope * lengths

    z, length, least = drawn(), FASTEST, 1.0
    nodes, shares = np.polynomial.legendre.leggauss(temperatures)
    roots = math.sqrt(beta) * (nodes + 1) / 2
    found = np.zeros(count)
    with threadpool_limits(1):
        loss, slope = at(z)
        for root, share in zip(roots, shares * math.sqrt(beta) / 2, strict=True):
            b, kept, accepted = float(root) ** 2, [], []
            for step in range(steps):
                tried = (
                    (2 - length) * z - 2 * length * b * slope + math.sqrt(8 * length) * drawn()
                ) / (2 + length)
                new_loss, new_slope = at(tried)
                way = _way(tried, z, b * new_loss, b * new_slope, length)
                way -= _way(z, tried, b * loss, b * slope, length)
                # log of the chance of acceptance is minus what the way back costs less
                chance = (-way).clamp(max=0).exp()
                taken = torch.from_numpy(rng.random(count)) < chance
                z = torch.where(taken[:, None], tried, z)
                slope = torch.where(taken[:, None], new_slope, slope)
                loss = torch.where(taken, new_loss, loss)
                if step < steps // 2:
                    change = math.exp(TUNING * (float(chance.mean()) - WANTED))
                    length = min(max(length * change, SLOWEST), FASTEST)
                else:
                    kept.append(loss.numpy())
                    accepted.append(float(taken.double().mean()))
            found -= share * 2 * root * np.mean(kept, axis=0)
            least = min(least, float(np.mean(accepted)))
    if least < LEAST_ACCEPTED:
        raise InputError(
            f"steps must be more: {least:.2g} of the Langevin steps were accepted, the least is "
            f"{LEAST_ACCEPTED:g}"
        )
    return LocalEntropy(mean(found / losses.D), least)


def _way(z: Tensor, to: Tensor, energy: Tensor, slope: Tensor, length: float) -> Tensor:
    """``ρ(z, to)`` of Cotter et al., for each chain: it costs the way from z to ``to``."""
    z, to, slope = z.double(), to.double(), slope.double()
    along = ((to - z) * slope).sum(1) / 2
    return energy + along + length / 4 * (((z + to) * slope).sum(1) + slope.square().sum(1))

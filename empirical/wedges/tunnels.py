"""The width of a tunnel: how far from an optimum the loss stays low along random directions."""

from __future__ import annotations

import numpy as np
import torch
from threadpoolctl import threadpool_limits
from torch import Tensor

from empirical.settings.wedges import DIRECTIONS
from empirical.wedges.losses import Losses
from theory import checks, stream
from theory.checks import InputError

LEAST, MOST, RADII = 1e-3, 10.0, 40  # shares of the weights' norm that are looked at


def random_directions(
    losses: Losses, weights: Tensor, *, kind: str, count: int, seed: int
) -> Tensor:
    """Random directions of unit length at an optimum, ``(count, D)``.

    ``uniform``: on the sphere. ``filter``: as Li et al. (arXiv:1712.09913) have them, normal
    entries with the norm of each unit's incoming weights (a row, a filter) made that of the
    optimum's, biases zero; then the whole is divided by the norm of the weights, so that a radius
    is a share of the weights where there are no biases.

    Raises
    ------
    InputError
        If the kind is not known or ``count`` is below 1.
    """
    checks.choice("kind", kind, DIRECTIONS)
    rng = stream(seed, "tunnel")
    drawn = rng.standard_normal((checks.count("count", count), losses.D))
    ways = torch.from_numpy(drawn).to(weights)
    if kind == "uniform":
        return ways / ways.norm(dim=1, keepdim=True)
    parts = []
    for way, own in zip(losses.split(ways), losses.split(weights[None]), strict=True):
        if own.ndim <= 2:  # a vector: biases and scales
            parts.append(torch.zeros_like(way).flatten(1))
            continue
        lengths = own.flatten(2).norm(dim=2) / way.flatten(2).norm(dim=2)
        parts.append((way.flatten(2) * lengths[..., None]).flatten(1))
    return torch.cat(parts, dim=1) / weights.norm()


def radii(
    losses: Losses, weights: Tensor, *, rise: float, kind: str, directions: int, seed: int
) -> Tensor:
    """Where along random directions the loss first passes its value at the optimum by ``rise``.

    Interpolated linearly in a grid of radii, in units of weight; for ``filter``, in shares of the
    norm of the weights. Infinite where it never does up to ten times that norm.

    Parameters
    ----------
    weights
        The optimum, shape ``(D,)``.
    rise
        In nats, above 0.
    kind
        Of the directions: ``uniform`` or ``filter``.
    directions
        How many.

    Returns
    -------
    Radii, shape ``(directions,)``.

    Raises
    ------
    InputError
        If an argument is out of its bounds.
    """
    above = checks.real("rise", rise, low=0, strict=True)
    if weights.shape != (losses.D,):
        raise InputError(f"weights must have shape ({losses.D},), got {tuple(weights.shape)}")
    ways = random_directions(losses, weights, kind=kind, count=directions, seed=seed)
    norm = float(weights.norm())
    grid = np.concatenate([[0.0], norm * np.geomspace(LEAST, MOST, RADII)])
    steps = torch.from_numpy(grid).to(weights)
    scale = norm if kind == "filter" else 1.0
    found = []
    with torch.no_grad(), threadpool_limits(1):
        for way in ways:
            excess = losses.loss(weights + steps[:, None] * way)
            found.append(_passage(grid / scale, (excess - excess[0]).double().numpy(), above))
    return torch.tensor(found, dtype=torch.float64)


def _passage(grid: np.ndarray, excess: np.ndarray, rise: float) -> float:
    over = np.flatnonzero(~(excess < rise))
    if not over.size:
        return float("inf")
    at = int(over[0])
    low, high = excess[at - 1], excess[at]
    share = (rise - low) / (high - low) if np.isfinite(high) else 1.0
    return float(grid[at - 1] + share * (grid[at] - grid[at - 1]))

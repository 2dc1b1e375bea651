"""m-connectors of a network: a simplex of optima, relaxed at right angles to itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
import xarray as xr
from numpy.typing import ArrayLike
from threadpoolctl import threadpool_limits
from torch import Tensor

from empirical.wedges.losses import Losses
from theory import checks, stream
from theory.checks import InputError
from theory.wedges import Mesh


@dataclass(frozen=True, eq=False)
class Connector:
    """A piecewise linear surface through m + 1 optima.

    Parameters
    ----------
    optima
        Its corners, shape ``(m + 1, D)``.
    mesh
        How the simplex between them is divided.
    moved
        Of each point of the lattice, from the simplex, ``(points, D)``: at right angles to it,
        and zero at the corners.
    """

    optima: Tensor
    mesh: Mesh
    moved: Tensor

    def at(self, shares: ArrayLike) -> Tensor:
        """Weights ``(s, D)`` of the points above these of the simplex ``(s, m + 1)``."""
        index, weights = self.mesh.cells(shares)
        corners = self.moved[torch.from_numpy(index)]
        lifted = torch.einsum("sk,skd->sd", torch.from_numpy(weights).to(corners), corners)
        return self.flat(shares) + lifted

    def flat(self, shares: ArrayLike) -> Tensor:
        """Weights ``(s, D)`` of points of the simplex itself."""
        return torch.from_numpy(np.asarray(shares, dtype=float)).to(self.optima) @ self.optima


def relax(
    losses: Losses,
    optima: Tensor,
    *,
    divisions: int,
    steps: int,
    learning_rate: float,
    progress: Callable[[int], object] | None = None,
) -> Connector:
    """The connector of ``m + 1`` optima: each point of the divided simplex goes down its loss.

    By Adam on the full loss, in the hyperplane through the point at right angles to the simplex
    (Fort, Jastrzebski, arXiv:1906.04724); the corners stay. Nothing ties neighbours together but
    that they start next to each other. It runs on one thread.

    Parameters
    ----------
    optima
        Shape ``(m + 1, D)``.
    divisions
        Parts of an edge, at least 1.
    steps
        Of Adam, at least 1.
    learning_rate
        Its step, in units of weight, above 0.
    progress
        Called with 1 after each step.

    Raises
    ------
    InputError
        If an argument is out of its bounds or the optima do not span a simplex.
    """
    checks.count("steps", steps)
    rate = checks.real("learning_rate", learning_rate, low=0, strict=True)
    if optima.ndim != 2 or len(optima) < 2 or optima.shape[1] != losses.D:
        raise InputError(f"optima must have shape (m + 1, {losses.D}), got {tuple(optima.shape)}")
    mesh = Mesh(m=len(optima) - 1, divisions=divisions)
    edges, mixing = torch.linalg.qr((optima[1:] - optima[0]).T)
    if not bool((mixing.diagonal().abs() > 1e-6 * optima.norm()).all()):
        raise InputError("optima must be the corners of a simplex, got dependent ones")
    flat = torch.from_numpy(mesh.shares).to(optima) @ optima
    free = torch.ones(len(flat), 1, dtype=optima.dtype)
    free[torch.from_numpy(mesh.corners)] = 0.0

    def normal(move: Tensor) -> Tensor:
        return free * (move - (move @ edges) @ edges.T)

    move = torch.zeros_like(flat, requires_grad=True)
    optimizer = torch.optim.Adam([move], lr=rate)
    with threadpool_limits(1):
        for _ in range(steps):
            optimizer.zero_grad()
            losses.loss(flat + normal(move)).sum().backward()
            optimizer.step()
            if progress is not None:
                progress(1)
    return Connector(optima, mesh, normal(move.detach()))


def measure(connector: Connector, losses: Losses, *, points: int, seed: int) -> xr.Dataset:
    """Losses at uniform random points of a connector, and at those of the simplex below them.

    Parameters
    ----------
    points
        At least 1.
    seed
        Root of the draw.

    Returns
    -------
    ``shares`` (point, corner), ``linear`` and ``connector`` (point), ``lattice`` (node) and
    ``optima`` (corner), losses in nats; ``height`` (point), the distance between the two surfaces.

    Raises
    ------
    InputError
        If ``points`` is below 1.
    """
    corners = len(connector.optima)
    count = checks.count("points", points)
    shares = stream(seed, "points", corners).dirichlet(np.ones(corners), size=count)
    nodes = connector.flat(connector.mesh.shares) + connector.moved
    with torch.no_grad(), threadpool_limits(1):
        below, above = connector.flat(shares), connector.at(shares)
        found = {
            "linear": ("point", losses.loss(below)),
            "connector": ("point", losses.loss(above)),
            "height": ("point", (above - below).norm(dim=1)),
            "lattice": ("node", losses.loss(nodes)),
            "optima": ("corner", losses.loss(connector.optima)),
        }
    arrays = {name: (dim, values.numpy()) for name, (dim, values) in found.items()}
    nodes_at = (("node", "corner"), connector.mesh.shares)
    return xr.Dataset(arrays | {"shares": (("point", "corner"), shares), "node_shares": nodes_at})

"""Random hyperplanes and hyperspheres in weight space, and the curvature of the loss on them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from empirical.operators import Curvature
from empirical.settings.goldilocks import BASES, Basis
from theory import checks, stream
from theory.checks import InputError

SURFACES = ("plane", "sphere")
INDEPENDENT = 1e-6  # least part of a direction that the others do not span


def directions(D: int, *, d: int, basis: Basis = "dense", seed: int) -> Tensor:
    """Rows that span a random d-dimensional subspace of R^D, each of length 1, ``(d, D)``.

    ``dense``: orthonormal, uniform over all subspaces. ``sparse``: a sparse tensor of
    entries ±1 with probability ``1/√D`` before the rows are normalised, about ``d √D`` entries;
    two rows have a cosine of order ``D^{-1/2}``. A row depends on the seed and its index only, so
    the subspace of a smaller d lies in that of a larger one.

    Raises
    ------
    InputError
        If d is not in ``1 … D`` or the basis is not known.
    """
    checks.choice("basis", basis, BASES)
    checks.integer("D", D, low=1)
    if checks.integer("d", d, low=1) > D:
        raise InputError(f"d must be at most {D}, the number of weights, got {d}")
    sources = [stream(seed, "direction", i) for i in range(d)]
    if basis == "dense":
        rows = np.stack([source.standard_normal(D) for source in sources])
        return torch.linalg.qr(torch.from_numpy(rows).T)[0].T.contiguous()
    places, entries = [], []
    for row, source in enumerate(sources):
        columns = np.flatnonzero(source.random(D) < D**-0.5)
        if len(columns) == 0:
            columns = source.integers(D, size=1)
        places.append(np.stack([np.full(len(columns), row), columns]))
        entries.append(source.choice([-1.0, 1.0], size=len(columns)) / len(columns) ** 0.5)
    index = torch.from_numpy(np.concatenate(places, axis=1))
    values = torch.from_numpy(np.concatenate(entries))
    return torch.sparse_coo_tensor(index, values, (d, D), check_invariants=True).coalesce()


@dataclass(frozen=True, eq=False)
class Cut:
    """Second derivatives of the loss on a d-dimensional surface, in orthonormal coordinates.

    Parameters
    ----------
    G, K
        The two terms of the Hessian, ``(d, d)``.
    bend
        What the surface's own curvature adds to the diagonal of H; 0 on a plane.
    """

    G: Tensor
    K: Tensor
    bend: float = 0.0

    @property
    def H(self) -> Tensor:
        """``G + K`` plus ``bend`` on the diagonal."""
        return self.G + self.K + self.bend * torch.eye(len(self.G)).to(self.G)

    @property
    def convexity(self) -> float:
        """``Tr H/‖H‖_F``, from ``-√d`` to ``√d``; nan of a zero matrix."""
        return float(self.H.trace() / torch.linalg.matrix_norm(self.H))

    @property
    def positive(self) -> float:
        """Fraction of the d eigenvalues of H above zero."""
        return float((torch.linalg.eigvalsh(self.H) > 0).double().mean())

    @property
    def dominance(self) -> float:
        """``‖G‖_F/‖K‖_F``: the zone is where it is large (Vysogorets et al. 2024)."""
        return float(torch.linalg.matrix_norm(self.G) / torch.linalg.matrix_norm(self.K))


def cuts(curvature: Curvature, *, weights: Tensor, rows: Tensor) -> dict[str, Cut]:
    r"""The loss' curvature at W on the hyperplane ``W + span(rows)`` and on a sphere.

    On ``plane`` H is ``M H Mᵀ`` for orthonormal M that span the rows. ``sphere`` is the part of
    radius ``r = |W|`` about the origin whose tangent space at W are the rows without their radial
    parts: along its geodesic ``r (cos(t/r) r̂ + sin(t/r) v)`` the second derivative of the loss is
    ``vᵀ H v - (g·r̂)/r``. Both come from the same ``d + 1`` products with G and with K.

    Parameters
    ----------
    weights
        W, shape ``(D,)``, in the order of ``network.parameters()``.
    rows
        As ``directions`` makes them, ``(d, D)`` with d below D.

    Raises
    ------
    InputError
        If W is zero, or W and the rows are linearly dependent.
    """
    r = float(weights.norm())
    if not r > 0:
        raise InputError(f"weights must have a length above 0, got {r}")
    radial = (weights / r).to(curvature.dtype)
    rows = rows.to_dense().to(radial)
    if rows.ndim != 2 or rows.shape[1] != curvature.D:
        raise InputError(f"rows must have shape (d, {curvature.D}), got {tuple(rows.shape)}")
    if len(rows) >= curvature.D:
        raise InputError(f"d must be below {curvature.D}, the number of weights, got {len(rows)}")
    frame, mixing = torch.linalg.qr(torch.cat([radial[None], rows]).T)
    if not bool((mixing.diagonal().abs() > INDEPENDENT).all()):
        raise InputError("rows must be linearly independent of each other and of the weights")
    frame = frame.T.contiguous()
    G, K = (_symmetric(frame @ term(frame).T) for term in (curvature.G, curvature.K))
    own = torch.linalg.qr(mixing[:, 1:])[0].T  # coordinates of the plane in the frame
    bend = -float(curvature.gradient @ radial) / r
    return {
        "plane": Cut(_symmetric(own @ G @ own.T), _symmetric(own @ K @ own.T)),
        "sphere": Cut(G[1:, 1:], K[1:, 1:], bend),
    }


def _symmetric(matrix: Tensor) -> Tensor:
    return (matrix + matrix.T) / 2

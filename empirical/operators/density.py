"""The spectral density of an operator by Lanczos quadrature, with its error over the probes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import ArrayLike
from scipy.linalg import eigh_tridiagonal

from empirical.operators.lanczos import orthogonalise
from empirical.operators.operator import Operator
from empirical.operators.probes import Estimated, mean, normal
from empirical.operators.semiorthogonal import Loss
from theory import checks
from theory.arrays import Array


@dataclass(frozen=True, eq=False)
class LanczosDensity:
    """Gauss quadratures whose mean is the spectral measure ``(1/D) Σ_i δ(λ - λ_i)``.

    Parameters
    ----------
    nodes, weights
        Shape ``(probes, steps)``; the weights of a probe sum to 1. A probe whose Krylov space ends
        early is filled up with weights of 0.
    D
        Dimension of the operator.
    """

    nodes: Array
    weights: Array
    D: int

    def average(self, function: Callable[[Array], Array]) -> Estimated:
        """``(1/D) Σ_i f(λ_i)`` with its standard error.

        Exact along each probe where f is a polynomial of degree below ``2 steps``.

        Parameters
        ----------
        function
            Takes nodes ``(..., steps)``, elementwise; may add axes in front.
        """
        rows = [
            function(nodes) @ weights
            for nodes, weights in zip(self.nodes, self.weights, strict=True)
        ]
        return mean(np.array(rows))

    def density(self, points: ArrayLike, *, width: float) -> Estimated:
        """Eigenvalues per unit of λ, as a share of all D, at ``points (n,)``.

        The measure is smoothed with a Gaussian of standard deviation ``width``; where that is below
        the distance of the nodes, the quadrature shows as ripples.
        """
        at = checks.array("points", points, ndim=1)
        checks.real("width", width, low=0, strict=True)

        def kernel(nodes: Array) -> Array:
            distance = (at[:, None] - nodes) / width
            return np.exp(-(distance**2) / 2) / (width * np.sqrt(2 * np.pi))

        return self.average(kernel)

    def trace(self) -> Estimated:
        """``Σ_i λ_i``."""
        share = self.average(lambda nodes: nodes)
        return Estimated(self.D * share.value, self.D * share.error)


def lanczos_density(
    operator: Operator,
    *,
    steps: int = 80,
    probes: int = 10,
    seed: int = 0,
    progress: Callable[[int], object] | None = None,
) -> LanczosDensity:
    r"""Spectral density of ``operator`` by stochastic Lanczos quadrature.

    For a probe v of random direction, ``E vᵀ f(A) v = (1/D) tr f(A)``; the eigenvalues of the
    tridiagonal matrix of ``steps`` Lanczos steps from v are the nodes of the Gauss quadrature of
    ``vᵀ f(A) v``, the squared first entries of its eigenvectors the weights (Golub and Meurant
    1994; on networks Ghorbani et al. 2019, arXiv:1901.10159). Vectors that are estimated to lose
    their orthogonality to those before them are made orthogonal again (Simon 1984,
    ``semiorthogonal``), so that nodes are right to rounding of the largest, ``eps ‖A‖``;
    the loss is an estimate and no bound. Takes ``probes steps`` products and ``steps D`` numbers of
    memory.

    Parameters
    ----------
    steps
        Nodes of each probe; at most D are made.
    probes
        Independent probes, at least 2; errors fall as their inverse root.
    seed
        Root of the probes; a probe depends on the seed and its position only.
    progress
        Called with 1 after each product.

    Raises
    ------
    InputError
        If ``steps`` is below 1 or ``probes`` below 2.

    Examples
    --------
    >>> half = torch.tensor([1.0, 1.0, 3.0, 3.0], dtype=torch.float64)
    >>> found = lanczos_density(Operator(lambda v: v * half, D=4), steps=2, probes=2)
    >>> [round(x, 9) for x in found.nodes[0].tolist()]
    [1.0, 3.0]
    """
    checks.instance("operator", operator, Operator)
    checks.count("steps", steps)
    checks.count("probes", probes, low=2)
    steps = min(steps, operator.D)
    nodes, weights = np.zeros((2, probes, steps))
    basis = torch.empty(steps, operator.D, dtype=operator.dtype, device=operator.device)
    for probe in range(probes):
        diagonal, off = _tridiagonal(operator, basis, seed, probe, progress)
        n = len(diagonal)
        nodes[probe, :n], vectors = eigh_tridiagonal(diagonal, off[: n - 1])
        weights[probe, :n] = vectors[0] ** 2
    return LanczosDensity(nodes, weights, operator.D)


def _tridiagonal(
    operator: Operator,
    basis: torch.Tensor,
    seed: int,
    probe: int,
    progress: Callable[[int], object] | None,
) -> tuple[Array, Array]:
    """``α`` and ``β`` of the steps that were made; fills ``basis`` with their vectors."""
    diagonal, off = np.zeros((2, len(basis)))
    eps = torch.finfo(basis.dtype).eps
    loss, again = Loss(eps), 0
    row = normal(operator, seed=seed, index=probe)[None]
    length = _length(row)
    for step in range(len(basis)):
        torch.div(row[0], length, out=basis[step])
        row = operator(basis[step : step + 1])
        if step > 0:
            row = torch.sub(row, basis[step - 1], alpha=length)
        diagonal[step] = float(row[0].double() @ basis[step].double())
        row = torch.sub(row, basis[step], alpha=diagonal[step])
        off[step] = length = _length(row)
        lost = loss.after(diagonal[: step + 1], off[: step + 1])
        if first := max(lost, again):
            row, _ = orthogonalise(row, basis[:first])
            off[step] = length = _length(row)
            loss.restored(first)
        again = 0 if again else lost  # the loss follows from that of two vectors
        if progress is not None:
            progress(1)
        if length <= 10 * eps * max(np.abs(diagonal).max(), off[:step].max(initial=0)):
            return diagonal[: step + 1], off[: step + 1]
    return diagonal, off


def _length(row: torch.Tensor) -> float:
    return float(row.double().norm())

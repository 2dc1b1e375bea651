"""Traces and Frobenius norms: exact where an identity gives them, else with a standard error."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from empirical import softmax
from empirical.jacobian.factors import CHUNK
from empirical.operators.curvature import Curvature
from empirical.operators.lanczos import orthogonalise
from empirical.operators.operator import Operator
from empirical.operators.probes import Estimated, mean, normal
from theory import checks
from theory.checks import InputError

if TYPE_CHECKING:
    from empirical.capture import Sample


def trace(operator: Operator, *, sketch: int = 0, probes: int = 30, seed: int = 0) -> Estimated:
    r"""``tr A`` by Hutchinson's estimator, or Hutch++ with a ``sketch``.

    With an orthonormal basis Q of ``A Ω``, Ω random of ``sketch`` columns,
    ``tr A = tr Qᵀ A Q + tr (1-QQᵀ) A (1-QQᵀ)``; the first is computed, the second is the mean of
    ``wᵀ A w``, ``w = (1-QQᵀ) v`` over random v (Meyer et al. 2021, arXiv:2010.09649). It removes
    the variance of the largest eigenvalues. Unbiased; takes ``2 sketch + probes`` products.

    Parameters
    ----------
    sketch
        Directions that are computed exactly.
    probes
        Random vectors for the rest, at least 2.
    seed
        Root of all random vectors.

    Raises
    ------
    InputError
        If ``operator`` is none, ``probes`` is below 2 or ``sketch`` not in ``0 … D``.
    """
    known, images, rest = _split(operator, sketch=sketch, probes=probes, seed=seed)
    samples = torch.stack([row.double() @ operator(row).double() for row in rest])
    found = mean(samples.cpu().numpy())
    inside = float((known.double() * images.double()).sum())
    return (
        _exact(inside) if len(known) == operator.D else Estimated(inside + found.value, found.error)
    )


def frobenius(operator: Operator, *, sketch: int = 0, probes: int = 30, seed: int = 0) -> Estimated:
    r"""``‖A‖_F``, from ``‖A‖_F² = ‖A Q‖_F² + E ‖A w‖²`` as in ``trace``.

    The square is unbiased; the error of the root is that of the square over ``2 ‖A‖_F``.

    Raises
    ------
    InputError
        As ``trace``.
    """
    known, images, rest = _split(operator, sketch=sketch, probes=probes, seed=seed)
    samples = torch.stack([operator(row).double().square().sum() for row in rest])
    found = mean(samples.cpu().numpy())
    inside = float(images.double().square().sum())
    if len(known) == operator.D:
        return _exact(inside**0.5)
    root = (inside + found.value) ** 0.5
    return Estimated(root, found.error / (2 * root) if root else 0.0)


def G_trace(sample: Sample) -> float:
    """``Tr G = (1/N) Σ_μ tr(A_μ J_μ J_μᵀ)``, exact, from the layer factors."""
    p = sample.logits.double().softmax(1)
    few = max(1, CHUNK // sample.C**2)
    found = [
        softmax.block_traces(p[i : i + few], part.blocks().double()).sum()
        for i in range(0, len(p), few)
        for part in [sample.gradients.take(slice(i, i + few))]
    ]
    return float(torch.stack(found).sum()) / len(p)


def H_trace(
    curvature: Curvature,
    *,
    G: float | None = None,
    sketch: int = 0,
    probes: int = 30,
    seed: int = 0,
) -> Estimated:
    r"""``Tr H = Tr G + Tr K``.

    ``Tr K = 0`` exactly where every logit is piecewise linear in each single weight, as in ReLU
    networks (``Curvature.piecewise_linear`` reads it off the graph of the logits); else it is
    estimated as in ``trace``.

    Parameters
    ----------
    G
        ``Tr G`` where it is known exactly, as from ``G_trace``; by default it is estimated with the
        same probes.
    sketch, probes, seed
        As in ``trace``.
    """
    if G is None:
        term = "G" if curvature.piecewise_linear else "H"
        return trace(curvature.term(term), sketch=sketch, probes=probes, seed=seed)
    checks.real("G", G, low=0)
    if curvature.piecewise_linear:
        return _exact(G)
    rest = trace(curvature.K, sketch=sketch, probes=probes, seed=seed)
    return Estimated(G + rest.value, rest.error)


def _exact(value: float) -> Estimated:
    return Estimated(value, 0.0)


def _split(
    operator: Operator, *, sketch: int, probes: int, seed: int
) -> tuple[Tensor, Tensor, Tensor]:
    """An orthonormal basis of the sketch, its images, and probes orthogonal to it.

    Raises
    ------
    InputError
        If probes is below 2, or sketch is not between 0 and the dimension.
    """
    checks.instance("operator", operator, Operator)
    checks.count("probes", probes, low=2)
    if checks.integer("sketch", sketch, low=0) > operator.D:
        raise InputError(f"sketch must be at most {operator.D}, the dimension, got {sketch}")
    rows = torch.stack([normal(operator, seed=seed, index=i) for i in range(probes + sketch)])
    rest, start = rows[:probes], rows[probes:]
    if sketch == 0:
        return start, start, rest
    known = torch.linalg.qr(operator(start).T)[0].T.contiguous()
    return known, operator(known), orthogonalise(rest, known)[0]

r"""Reinforcing gradients, and how far they lie along the Hessian's eigenvectors.

The reinforcing gradient ``g(x) = ∂ℓ(x, ŷ)/∂W`` is that of the loss at x with the label that the
network itself gives, ``ŷ = argmax_k z_k``: ``Jᵀ(p - e_ŷ)``. Across the boundary between two classes
its direction is reversed. Sabanayagam et al. 2023, arXiv:2306.07104.
"""

from __future__ import annotations

import torch
from scipy.stats import beta
from torch import Tensor, nn

from empirical.capture import samples
from empirical.jacobian.gradients import LogitGradients
from empirical.softmax import complements
from theory import checks
from theory.checks import InputError

SHORTEST = 1e-20  # length of a gradient that has a direction
THRESHOLD = 1e-6  # of an alignment, in the generalisation measure
LEVEL = 0.05
BATCH = 2000  # points whose gradients are held at once


def residuals(logits: Tensor) -> Tensor:
    """``p - e_ŷ`` of each point, ``(n, C)``: exact however certain the network is.

    Examples
    --------
    >>> residuals(torch.tensor([[60.0, 0.0]], dtype=torch.float64)).tolist()
    [[-8.75651076269652e-27, 8.75651076269652e-27]]
    """
    p = logits.softmax(1)
    own = logits.argmax(1, keepdim=True)
    return p.scatter(1, own, -complements(p).gather(1, own))


def reinforcing(logits: Tensor, gradients: LogitGradients) -> LogitGradients:
    """``g(x)`` of each point, one gradient for each, from the gradients of its C logits."""
    return gradients.mixed(residuals(logits)[:, :, None])


def alignments(network: nn.Module, inputs: Tensor, vectors: Tensor) -> Tensor:
    """``a_i(x) = v_i·g(x)/‖g(x)‖``, zero where ``‖g‖ ≤ 10⁻²⁰``; shape ``(n, R)``, float64.

    Parameters
    ----------
    network
        As ``empirical.capture`` takes it.
    inputs
        Points, shape ``(n, ...)``.
    vectors
        Unit vectors ``v_i``, shape ``(R, D)``, in the order of ``network.parameters()``.

    Raises
    ------
    InputError
        If the vectors are not of the network's D, or as ``empirical.capture``.

    Examples
    --------
    >>> from empirical.networks import mlp
    >>> network = mlp((2, 3), seed=0)
    >>> found = alignments(network, torch.randn(5, 2), torch.eye(9, dtype=torch.float64))
    >>> bool(torch.allclose(found.square().sum(1), torch.ones(5).double()))
    True
    """
    D = sum(weight.numel() for weight in network.parameters() if weight.requires_grad)
    if vectors.ndim != 2 or vectors.shape[1] != D:
        raise InputError(f"vectors must have shape (R, {D}), got {tuple(vectors.shape)}")
    labels = torch.zeros(len(inputs), dtype=torch.int64)
    found = []
    for batch in zip(inputs.split(BATCH), labels.split(BATCH), strict=True):
        for sample in samples(network, [batch]):
            own = reinforcing(sample.logits, sample.gradients)
            lengths = own.squared_lengths().sqrt()
            along = own.project(vectors.to(own.dtype))[:, 0] / lengths.clamp_min(SHORTEST)
            found.append(along * (lengths > SHORTEST))
    return torch.cat(found)


def generalisation(alignments: Tensor, *, threshold: float = THRESHOLD) -> float:
    """Share of the vectors with ``max_x |a_i(x)| ≥ threshold``.

    Of all D eigenvectors of the Hessian it is the paper's measure of generalisation: the fewer, the
    simpler the boundary.

    Parameters
    ----------
    alignments : shape (n, D)
        As of ``alignments``, at the points trained on.
    threshold
        Above 0. 10⁻⁶ is the paper's, and tells what rounding leaves; ``random_alignment`` is
        another.

    Raises
    ------
    InputError
        If the threshold is not above 0.

    Examples
    --------
    >>> generalisation(torch.tensor([[0.9, 1e-7], [-0.3, -1e-8]]))
    0.5
    """
    checks.real("threshold", threshold, low=0, strict=True)
    return float((alignments.abs().amax(0) >= threshold).double().mean())


def random_alignment(n: int, *, D: int, level: float = LEVEL) -> float:
    r"""The alignment that the largest of n random directions passes with probability ``level``.

    ``cos²`` of a fixed and a uniform unit vector in ``R^D`` is ``Beta(1/2, (D-1)/2)``, so that
    ``t² = F⁻¹((1 - level)^{1/n})`` with F its distribution: of random gradients, a share ``level``
    of the eigenvectors would pass. About ``√(2 ln(n/level)/D)`` for ``D ≫ ln n``; derived.

    Parameters
    ----------
    n
        Points.
    D
        Weights, at least 2.
    level
        In (0, 1).

    Raises
    ------
    InputError
        If an argument is out of its bound.

    Examples
    --------
    >>> round(random_alignment(200, D=10_000), 4)
    0.0365
    """
    checks.integer("n", n, low=1)
    checks.integer("D", D, low=2)
    if checks.real("level", level, low=0, strict=True) >= 1:
        raise InputError(f"level must be below 1, got {level:g}")
    each = 1 - (1 - level) ** (1 / n)
    return float(beta.isf(each, 0.5, (D - 1) / 2) ** 0.5)

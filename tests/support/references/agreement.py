"""Whether a network is measured as brute force has it."""

from __future__ import annotations

import warnings

import torch
from torch import Tensor

from empirical import capture, hessian
from empirical.operators import Curvature, traces
from tests.support.networks.random_networks import Drawn
from tests.support.references.brute_force import brute_force

ROUNDING = 1e-9  # of float64, relative to the largest of its kind
SINGLE = 2e-3  # of float32: rounding grows along recurrent layers and in second derivatives


class Disagreement(AssertionError):
    """A measured value that brute force does not have."""


def agree(network: Drawn, *, dtype: torch.dtype = torch.float64) -> None:
    """See that gradients, G, H, K, traces and the spectrum are right.

    Raises
    ------
    Disagreement
        Naming what differs, and the network.
    """
    true = brute_force(network.network, network.batches)
    tolerance = ROUNDING if dtype == torch.float64 else SINGLE
    gradient, curvature = float(true.gradient.norm()), float(true.G.norm())
    scale = max(curvature, float(true.HV.norm()), 1e-30)

    def same(name: str, found: Tensor | float, expected: Tensor | float, size: float) -> None:
        gap = float((torch.as_tensor(found).double() - torch.as_tensor(expected)).abs().max())
        if not gap <= tolerance * size:
            raise Disagreement(f"{name} differs by {gap:.2e} of {size:.2e} in {network.parts}")

    with warnings.catch_warnings():  # of what explicit gradients cost
        warnings.filterwarnings("ignore", message="the network's layers do not hold")
        sample = capture.capture(network.network, network.batches, dtype=dtype)
    axes = torch.eye(sample.gradients.D, dtype=dtype)
    longest = max(float(true.J.abs().max()), 1e-6)  # by symmetry all may cancel
    same("logits", sample.logits, true.logits, max(float(true.logits.abs().max()), 1.0))
    same("J", sample.gradients.project(axes), true.J, longest)
    found = hessian.spectrum(sample)
    values = torch.linalg.eigvalsh(true.G).flip(0)[: len(found.eigenvalues)]
    same("eigenvalues of G", found.eigenvalues, values, scale)
    same("Tr G", traces.G_trace(sample), float(true.G.trace()), float(true.G.trace()) + 1e-30)
    same("|g|", found.gradient_norm, gradient, longest)

    measured = Curvature(network.network, network.batches, dtype=dtype)
    V = true.V.to(dtype)
    GV = true.V @ true.G
    same("loss", measured.loss, true.loss, max(true.loss, 1.0))
    same("gradient", measured.gradient, true.gradient, longest)
    same("G products", measured.G(V), GV, scale)
    same("H products", measured.H(V), true.HV, scale)
    same("K products", measured.K(V), true.HV - GV, scale)
    if measured.piecewise_linear:
        dense = brute_force(network.network, network.batches, dense=True)
        same("Tr K, said to be 0", 0.0, float((dense.HV - dense.G).trace()), scale)

"""Sharpness of the loss around a network: the largest eigenvalue of its Hessian, and the trace."""

from __future__ import annotations

from torch import nn

from empirical.capture import capture
from empirical.data import Data
from empirical.operators import Curvature, lanczos, traces
from theory.checks import ConvergenceError

TOLERANCE = 0.01  # of the residual: the eigenvalue is then good to about 1e-4
BATCH = 1000  # examples whose graphs are held at once
PROBES = 30


def largest(network: nn.Module, data: Data) -> float:
    """Largest eigenvalue of the Hessian of the mean loss, in nat/weight².

    By Lanczos, in eval mode.

    Raises
    ------
    ConvergenceError
        If it is not found within a thousand products.
    """
    H = Curvature(network, _batches(data)).H
    found = lanczos.eigenpairs(H, top=1, tolerance=TOLERANCE)
    if not bool(found.converged.all()):
        raise ConvergenceError(f"λ_max was not found within {found.products} products")
    return float(found.values[0])


def trace(network: nn.Module, data: Data, *, seed: int = 0) -> float:
    """Trace of the Hessian of the mean loss, in nat/weight², in eval mode.

    Exact where the logits are piecewise linear in each weight, as of ReLU networks; else its part
    beyond the Gauss-Newton term is estimated from 30 random vectors.

    Parameters
    ----------
    seed
        Root of these vectors.
    """
    batches = _batches(data)
    parts = [(traces.G_trace(capture(network, [each])), len(each[1])) for each in batches]
    G = sum(value * count for value, count in parts) / len(data)
    curvature = Curvature(network, batches)
    return float(traces.H_trace(curvature, G=G, probes=PROBES, seed=seed).value)


def _batches(data: Data) -> list[tuple]:
    return list(zip(data.inputs.split(BATCH), data.targets.split(BATCH), strict=True))

r"""Tangent kernel and covariance of the logits of a wide multilayer perceptron, layer by layer.

Derived in docs/theory/ntk.md (Jacot, Gabriel and Hongler 2018; Lee et al. 2019).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from theory import checks
from theory.arrays import Array
from theory.ntk.activations import DUALS

PARAMETRISATIONS = ("standard", "NTK")
GAIN = {"relu": 2.0, "erf": 1.0, "tanh": 1.0, "gelu": 1.0}
"""Variance of an initial weight times the number of its inputs, by activation."""


class Kernels(NamedTuple):
    """Of N inputs, ``(N, N)`` each: what ``kernels`` returns."""

    tangent: Array
    covariance: Array


def kernels(
    x: ArrayLike,
    *,
    hidden: Iterable[int],
    activation: str = "relu",
    parametrisation: str = "standard",
    gain: float | None = None,
    sigma_b: float = 0.0,
    bias: bool = True,
) -> Kernels:
    r"""Tangent kernel ``Θ`` and covariance of the logits, ``E z_k^μ z_l^ν = δ_kl`` times it.

    At initialisation and large width ``J_{μk}·J_{νl} = δ_kl Θ_μν`` with relative errors of order
    ``1/√width``. From the covariance ``Λ`` of a layer's pre-activations, with dual activations
    ``Σ = E φφ'`` and ``Σ̇ = E φ'φ'``,

        Λ ← gain Σ + σ_b² ,   Θ ← gain Σ̇ Θ + α Σ + β ,

    the gain that of the next layer, 1 for the readout. One weight's step changes a logit by its own
    scale: under ``NTK`` ``α = gain, β = σ_b²``; under ``standard``, where weights are
    ``N(0, gain/n)`` and are themselves what is trained, ``α = n``, the number of inputs of the
    layer, and ``β = 1``.

    Parameters
    ----------
    x : shape (N, d)
        Inputs.
    hidden
        Widths of the hidden layers; under ``NTK`` only their number matters.
    activation
        ``relu``, ``erf``, ``tanh`` or ``gelu``.
    parametrisation
        ``standard`` or ``NTK``.
    gain
        Variance of an initial weight of a hidden layer, times the number of its inputs; by default
        2 for ReLU and 1 for the others, as the networks of ``empirical.networks`` have it.
    sigma_b
        Standard deviation of the initial biases.
    bias
        Whether there are biases.

    Raises
    ------
    InputError
        If an argument is out of its bounds.

    Examples
    --------
    Without hidden layers it is the linear model, whose kernel is that of the inputs:

    >>> kernels([[1.0, 2.0], [0.0, 1.0]], hidden=[], bias=False).tangent
    array([[5., 2.],
           [2., 1.]])
    >>> kernels(np.eye(2), hidden=[100], bias=False).tangent.round(3)
    array([[50.5  , 15.915],
           [15.915, 50.5  ]])
    """
    inputs = checks.array("x", x, ndim=2)
    widths = checks.counts("hidden", hidden)
    dual = DUALS[checks.choice("activation", activation, tuple(DUALS))]
    standard = checks.choice("parametrisation", parametrisation, PARAMETRISATIONS) == "standard"
    if gain is None:
        gain = GAIN[activation]
    gain = checks.real("gain", gain, low=0, strict=True)
    sigma_b = checks.real("sigma_b", sigma_b, low=0)
    variance = sigma_b**2 if bias else 0.0
    beta = (1.0 if standard else sigma_b**2) if bias else 0.0

    fan_in = inputs.shape[1]
    tangent = np.zeros((len(inputs), len(inputs)))
    features, slopes = inputs @ inputs.T / fan_in, np.zeros_like(tangent)
    covariance = features
    for depth, width in enumerate((*widths, 0)):
        scale = gain if depth < len(widths) else 1.0
        alpha = fan_in if standard else scale
        tangent = scale * slopes * tangent + alpha * features + beta
        covariance = scale * features + variance
        if depth < len(widths):
            features, slopes = dual(covariance)
            fan_in = width
    return Kernels(tangent, covariance)

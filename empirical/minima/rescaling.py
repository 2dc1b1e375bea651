"""Rescalings that leave a ReLU network's function, and a curvature that does not see them."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn
from torch.nn.utils import parameters_to_vector

from empirical.operators.operator import Operator
from theory import checks
from theory.checks import InputError


def rescaled(network: nn.Sequential, *, factor: float, layer: int = 0) -> nn.Sequential:
    """A copy with one linear layer times ``factor`` and the next over it: the same function.

    ``relu(c x) = c relu(x)`` for c > 0. λ_max, trace and the width along additive noise change
    with it (Dinh et al., arXiv:1703.04933); nothing that the network does.

    Parameters
    ----------
    network
        Linear layers with ReLU between them.
    factor
        Above 0.
    layer
        Which linear layer, from 0; not the last.

    Raises
    ------
    InputError
        If an argument is out of its bounds or the network is not such a one.

    Examples
    --------
    >>> from empirical.networks import mlp
    >>> network, x = mlp((4, 5, 3), seed=0), torch.ones(1, 4)
    >>> bool(torch.allclose(rescaled(network, factor=7.0)(x), network(x), rtol=1e-5))
    True
    """
    checks.instance("network", network, nn.Sequential)
    by = checks.real("factor", factor, low=0, strict=True)
    for each in network:
        if not isinstance(each, nn.Linear | nn.ReLU):
            raise InputError(f"network must have linear layers and ReLU, got {each}")
    found = copy.deepcopy(network)
    linear = [each for each in found if isinstance(each, nn.Linear)]
    place = checks.integer("layer", layer, low=0, high=len(linear) - 2)
    with torch.no_grad():
        for weight in linear[place].parameters():
            weight *= by
        linear[place + 1].weight /= by
    return found


def relative(operator: Operator, network: nn.Module) -> Operator:
    """``diag(w) A diag(w)``: curvature for steps that are shares of the weights.

    If ``w → c ⊙ w`` leaves the function, A becomes ``A_ij/(c_i c_j)``: its eigenvalues change and
    those of this operator do not. Its trace is that of the second order of relative noise:
    ``2/σ²`` times the rise of the local energy.

    Parameters
    ----------
    operator
        Of all weights of the network, such as ``Curvature.H``.
    network
        Its weights are w.

    Raises
    ------
    InputError
        If the network has not as many weights.
    """
    w = parameters_to_vector(network.parameters()).detach()
    if len(w) != operator.D:
        raise InputError(f"network must have {operator.D} weights, got {len(w)}")
    w = w.to(device=operator.device, dtype=operator.dtype)

    def apply(vectors: Tensor) -> Tensor:
        return w * operator(w * vectors)

    return Operator(apply, operator.D, operator.dtype, operator.device)

"""λ_max and the trace of H against the dense Hessian, in float64."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.autograd.functional import hessian, jacobian
from torch.func import functional_call

from empirical.data import digits
from empirical.networks import mlp
from empirical.taxonomy import sharpness

DATA = digits(seed=0)[1].take(np.arange(60))


def dense(network):
    """H, and its Gauss-Newton term G, of the mean loss: by autograd twice."""
    network = network.double()
    named = {name: each.detach() for name, each in network.named_parameters()}
    sizes = [each.numel() for each in named.values()]
    weights = torch.cat([each.flatten() for each in named.values()])
    inputs = DATA.inputs.double()

    def logits(weights):
        parts = zip(named, weights.split(sizes), strict=True)
        own = {name: part.view(named[name].shape) for name, part in parts}
        return functional_call(network, own, (inputs,))

    H = hessian(lambda w: nn.functional.cross_entropy(logits(w), DATA.targets), weights)
    assert isinstance(H, torch.Tensor)
    p, J = logits(weights).softmax(1), jacobian(logits, weights)
    A = torch.diag_embed(p) - p[:, :, None] * p[:, None, :]
    return H, torch.einsum("nki,nkl,nlj->ij", J, A, J) / len(DATA)


@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_they_are_those_of_the_dense_hessian(activation, monkeypatch):
    monkeypatch.setattr(sharpness, "BATCH", 25)  # 60 examples: batches of unequal size
    network = mlp((64, 3, 10), activation=activation, seed=0)
    H, G = dense(mlp((64, 3, 10), activation=activation, seed=0))
    assert sharpness.largest(network, DATA) == pytest.approx(
        float(torch.linalg.eigvalsh(H)[-1]), rel=1e-3
    )
    error = (2 / sharpness.PROBES) ** 0.5 * float((H - G).norm())  # of a mean of quadratic forms
    tolerance = 4 * error if activation == "tanh" else 1e-9
    assert sharpness.trace(network, DATA) == pytest.approx(float(H.trace()), abs=tolerance)

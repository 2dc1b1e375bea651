"""Tasks that one tool beside ours has: products with the Fisher, a layer's GGN, Lanczos in jax.

The empirical Fisher is ``(1/N) Σ g_μ g_μᵀ`` with the labels' own gradients; of it we have the logit
gradients' factors. Laplace forms a GGN whole, which all weights of these networks are too many for:
it is given the last layer's. matfree has a network of the same weights in jax, compiled in the
first of the runs of which the least is taken, and takes a fixed number of steps, as it does not
restart.
"""

from __future__ import annotations

import copy
from functools import lru_cache, partial
from typing import Any

import torch
from torch import Tensor, nn

from empirical.capture import capture
from empirical.data import Data
from empirical.gauss_newton.spectrum import eigenvalues

# pyright: reportMissingImports=false

PRODUCTS = 100
LANCZOS_STEPS = 40
TOP = 10


def fisher_products(network: nn.Module, data: Data) -> None:
    """Ours, from the factors of the logit gradients."""
    sample = capture(network, data, dtype=torch.float32)
    r = sample.logits.softmax(1) - nn.functional.one_hot(sample.targets, sample.logits.shape[1])
    vector = torch.ones(1, sample.gradients.D)
    for _ in range(PRODUCTS):
        along = (r * sample.gradients.project(vector)[:, :, 0]).sum(1, keepdim=True)
        sample.gradients.combined(r * along / len(r))


def eigenthings_fisher_products(network: nn.Module, data: Data) -> None:
    """By vmapped gradients of all examples."""
    import hessian_eigenthings as things

    def loss(model: Any, example: Any) -> Tensor:
        inputs, target = example
        return nn.functional.cross_entropy(model(inputs[None]), target[None])

    pairs = [(data.inputs, data.targets)]
    fisher = things.EmpiricalFisherOperator(network, pairs, loss)
    vector = torch.ones(fisher.size)
    for _ in range(PRODUCTS):
        fisher.matvec(vector)


def nngeometry_products(network: nn.Module, data: Data) -> None:
    """With G, that forms no entry of it."""
    from nngeometry.metrics import FIM
    from nngeometry.object import PMatImplicit
    from nngeometry.object.vector import PVector

    loader = torch.utils.data.DataLoader(
        torch.utils.data.TensorDataset(data.inputs, data.targets), batch_size=len(data)
    )
    matrix = FIM(network, loader, PMatImplicit, "classif_logits")
    vector = PVector.from_model(network)
    for _ in range(PRODUCTS):
        matrix.mv(vector)


def _last_layer(network: nn.Module) -> str:
    return [name for name, layer in network.named_modules() if isinstance(layer, nn.Linear)][-1]


def last_layer(network: nn.Module, data: Data) -> Tensor:
    """All eigenvalues of the last layer's own block of G."""
    own = f"{_last_layer(network)}."
    alone = copy.deepcopy(network)
    for name, weight in alone.named_parameters():
        weight.requires_grad_(name.startswith(own))
    return eigenvalues(capture(alone, data, dtype=torch.float32))[:TOP]


def laplace_last_layer(network: nn.Module, data: Data) -> Tensor:
    """The block whole, of a sum over examples."""
    from laplace.curvature import CurvlinopsGGN
    from laplace.utils import FeatureExtractor

    model = FeatureExtractor(network, last_layer_name=_last_layer(network))
    model(data.inputs)
    found = CurvlinopsGGN(model, "classification", last_layer=True).full(data.inputs, data.targets)
    return torch.linalg.eigvalsh(found[1]).flip(0)[:TOP] / len(data)


def matfree_top(network: nn.Module, data: Data) -> Tensor:
    """Lanczos without restarts on a compiled product with G."""
    import jax
    import jax.numpy as jnp

    weights = tuple(jnp.asarray(w.detach().numpy()) for w in network.parameters())
    images = jnp.asarray(data.inputs.numpy())
    start = jnp.ones(sum(w.size for w in weights))
    values = _jax_eigenvalues(isinstance(network, nn.Sequential))(weights, images, start)
    return torch.tensor(jax.device_get(values)[::-1][:TOP].copy())


@lru_cache(maxsize=2)
def _jax_eigenvalues(perceptron: bool) -> Any:
    """A compiled function of weights, inputs and start."""
    import jax
    from jax.flatten_util import ravel_pytree
    from matfree import decomp, eig

    logits = _jax_perceptron if perceptron else _jax_cnn
    lanczos = eig.eigh_partial(decomp.tridiag_sym(LANCZOS_STEPS, custom_vjp=False))

    def product(vector: Any, weights: Any, images: Any) -> Any:
        run = partial(logits, images=images)
        _, shaped = ravel_pytree(weights)
        z, change = jax.jvp(run, (weights,), (shaped(vector),))
        p = jax.nn.softmax(z)
        pull = (p * change - p * (p * change).sum(1, keepdims=True)) / len(z)
        return ravel_pytree(jax.vjp(run, weights)[1](pull)[0])[0]

    def found(weights: Any, images: Any, start: Any) -> Any:
        return lanczos(lambda vector: product(vector, weights, images), start)[0]

    return jax.jit(found)


def _jax_perceptron(weights: Any, images: Any) -> Any:
    import jax

    h = images
    for layer in range(0, len(weights), 2):
        h = (h if layer == 0 else jax.nn.relu(h)) @ weights[layer].T + weights[layer + 1]
    return h


def _jax_cnn(weights: Any, images: Any) -> Any:
    import jax

    h, stride = images.reshape(len(images), 1, 8, 8), 1
    *convolutions, hidden, hidden_bias, head, head_bias = weights
    for kernel, bias in zip(convolutions[::2], convolutions[1::2], strict=True):
        h = jax.lax.conv_general_dilated(h, kernel, (stride, stride), [(1, 1), (1, 1)])
        h, stride = jax.nn.relu(h + bias[:, None, None]), 2
    h = jax.nn.relu(h.reshape(len(h), -1) @ hidden.T + hidden_bias)
    return h @ head.T + head_bias

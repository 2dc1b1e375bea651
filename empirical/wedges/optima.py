"""Optima of a network: where training with a recipe ends, as a vector of weights."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable

import torch
from threadpoolctl import threadpool_limits
from torch import Tensor, nn
from torch.nn.utils import parameters_to_vector

from empirical.data import Data
from empirical.networks import outputs
from empirical.settings.recipe import Recipe
from theory import checks, stream
from theory.checks import InputError
from theory.streams import derived_seed

HIDDEN = (nn.ReLU, nn.Tanh)


def train(network: nn.Module, data: Data, recipe: Recipe, *, kept: int = 1, seed: int) -> Tensor:
    """Weights of a copy of ``network`` after each of the last ``kept`` epochs, ``(kept, D)``.

    The last is the optimum; the others are what stochastic weight averaging averages. It runs on
    one thread, so that the same arguments give the same bits on any number of cores.

    Parameters
    ----------
    network
        Gives the initial weights, and D; dropout is applied behind its ReLU and tanh layers.
    kept
        1 to the number of epochs.
    seed
        Root of the order of the examples and of dropout.

    Raises
    ------
    InputError
        If ``kept`` is out of its bounds or the loss diverges.
    """
    checks.integer("kept", kept, low=1, high=recipe.epochs)
    trained = copy.deepcopy(network).train()
    if recipe.dropout:
        for layer in trained.modules():
            if isinstance(layer, HIDDEN):
                layer.register_forward_hook(_dropped(recipe.dropout))
    optimizer = torch.optim.SGD(
        trained.parameters(),
        lr=recipe.learning_rate,
        momentum=recipe.momentum,
        weight_decay=recipe.l2,
    )
    points = []
    with threadpool_limits(1), torch.random.fork_rng():
        torch.manual_seed(derived_seed(seed, "dropout"))
        for epoch in range(recipe.epochs):
            order = torch.from_numpy(stream(seed, "order", epoch).permutation(len(data)))
            for batch in order.split(recipe.batch_size):
                optimizer.zero_grad()
                logits = outputs.logits(trained(data.inputs[batch]), n=len(batch))
                loss = nn.functional.cross_entropy(logits, data.targets[batch])
                if not math.isfinite(loss.item()):
                    raise InputError(
                        f"learning_rate {recipe.learning_rate:g} is too large: "
                        f"the loss is {loss.item()} in epoch {epoch + 1}"
                    )
                loss.backward()
                optimizer.step()
            if epoch >= recipe.epochs - kept:
                points.append(parameters_to_vector(trained.parameters()).detach().clone())
    return torch.stack(points)


def several(
    make: Callable[[int], nn.Module],
    data: Data,
    recipe: Recipe,
    *,
    count: int,
    kept: int = 1,
    seed: int,
) -> Tensor:
    """``train`` of ``count`` networks with weights and orders of their own, ``(count, kept, D)``.

    Parameters
    ----------
    make
        Makes the network of a seed.
    kept
        As of ``train``.

    Raises
    ------
    InputError
        As ``train``, or if ``count`` is below 1.
    """
    seeds = [derived_seed(seed, "optimum", i) for i in range(checks.count("count", count))]
    return torch.stack([train(make(own), data, recipe, kept=kept, seed=own) for own in seeds])


def _dropped(share: float) -> Callable[[nn.Module, object, Tensor], Tensor]:
    def hook(layer: nn.Module, inputs: object, output: Tensor) -> Tensor:
        return nn.functional.dropout(output, share, training=layer.training)

    return hook

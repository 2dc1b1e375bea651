"""Observables of the outputs of a trained network: its losses and errors, and its size."""

from __future__ import annotations

from typing import TYPE_CHECKING

from figures.network_studies.observable import Observable
from figures.network_studies.replicate import Replicate

if TYPE_CHECKING:
    from torch import Tensor, nn

    from empirical.data import Data

BATCH = 1000  # examples at a time


def error(network: nn.Module, data: Data) -> float:
    """Share of the examples whose largest logit is not that of their class."""
    return float((_logits(network, data).argmax(1) != data.targets).double().mean())


def loss(network: nn.Module, data: Data) -> float:
    """Mean cross entropy, in nats."""
    from torch.nn.functional import cross_entropy

    return float(cross_entropy(_logits(network, data).double(), data.targets))


def weight_norm(network: nn.Module) -> float:
    """Euclidean norm of all weights."""
    squares = [float(weight.detach().double().square().sum()) for weight in network.parameters()]
    return sum(squares) ** 0.5


def _logits(network: nn.Module, data: Data) -> Tensor:
    import torch

    from empirical.networks import outputs

    with torch.no_grad():
        batches = data.inputs.split(BATCH)
        return torch.cat([outputs.logits(network(each), n=len(each)) for each in batches])


def _train_error(replicate: Replicate) -> float:
    return error(replicate.network, replicate.data)


def _test_error(replicate: Replicate) -> float:
    return error(replicate.network, replicate.test)


def _train_loss(replicate: Replicate) -> float:
    return loss(replicate.network, replicate.data)


def _test_loss(replicate: Replicate) -> float:
    return loss(replicate.network, replicate.test)


def _weights(replicate: Replicate) -> float:
    return sum(weight.numel() for weight in replicate.network.parameters())


def _weight_norm(replicate: Replicate) -> float:
    return weight_norm(replicate.network)


# fmt: off
TRAINED = {
    "train_error": Observable(_train_error, "train error", "1",
                              "share of the training examples that are misclassified"),
    "test_error": Observable(_test_error, "test error", "1",
                             "share of the test examples that are misclassified"),
    "train_loss": Observable(_train_loss, "L_train", "nat",
                             "mean cross entropy of the training examples"),
    "test_loss": Observable(_test_loss, "L_test", "nat",
                            "mean cross entropy of the test examples"),
    "weights": Observable(_weights, "D", "1", "number of weights"),
    "weight_norm": Observable(_weight_norm, "‖W‖", "weight", "Euclidean norm of all weights"),
}
# fmt: on

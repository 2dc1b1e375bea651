"""Observables of the outputs of a trained network: its losses and errors, and its size."""

from __future__ import annotations

from figures.network_studies.observable import Observable
from figures.network_studies.replicate import Replicate


def _train_error(replicate: Replicate) -> float:
    from empirical.classification import error

    return error(replicate.network, replicate.data)


def _test_error(replicate: Replicate) -> float:
    from empirical.classification import error

    return error(replicate.network, replicate.test)


def _train_loss(replicate: Replicate) -> float:
    from empirical.classification import loss

    return loss(replicate.network, replicate.data)


def _test_loss(replicate: Replicate) -> float:
    from empirical.classification import loss

    return loss(replicate.network, replicate.test)


def _weights(replicate: Replicate) -> float:
    return sum(weight.numel() for weight in replicate.network.parameters())


def _weight_norm(replicate: Replicate) -> float:
    weights = replicate.network.parameters()
    return sum(float(each.detach().double().square().sum()) for each in weights) ** 0.5


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

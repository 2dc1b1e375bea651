"""Where training starts, and that it fits other labels where it should."""

from __future__ import annotations

import pytest
import torch
from torch.nn.utils import parameters_to_vector

from empirical.boundary.initialisations import LARGE, initial, trained
from empirical.boundary.sets import points
from empirical.networks import mlp
from empirical.settings import Recipe
from empirical.settings.boundary import INITIALISATIONS
from theory import InputError, stream

DATA, _ = points("gaussians", examples=60, seed=0)
RECIPE = Recipe(epochs=150, learning_rate=0.05, batch_size=30, momentum=0.9)


def start(name, seed=0):
    return initial(name, DATA, RECIPE, hidden=(30,), seed=seed)


def weights(network):
    return parameters_to_vector(network.parameters()).detach()


def test_all_start_from_the_same_weights():
    assert torch.equal(weights(start("normal")), weights(mlp((2, 30, 3), seed=0)))
    assert torch.equal(weights(start("large")), LARGE * weights(start("normal")))
    assert not torch.equal(weights(start("normal", seed=1)), weights(start("normal")))


def test_an_adversarial_start_has_every_class_wrong():
    network = start("adversarial")
    found = network(DATA.inputs).argmax(1)
    assert ((found - DATA.targets) % 3 == 1).double().mean() > 0.95
    fitted = trained(network, DATA, RECIPE, seed=0)
    assert (fitted(DATA.inputs).argmax(1) == DATA.targets).double().mean() > 0.95


def test_random_labels_are_fitted_better_than_chance_and_are_not_the_data_s():
    network = start("random-labels")
    assert torch.equal(weights(network), weights(start("random-labels")))
    own = (network(DATA.inputs).argmax(1) == DATA.targets).double().mean()
    assert own < 0.7
    drawn = torch.from_numpy(stream(0, "labels").integers(3, size=len(DATA)))
    assert (network(DATA.inputs).argmax(1) == drawn).double().mean() > 0.55


def test_there_are_four():
    assert set(INITIALISATIONS) == {"normal", "large", "random-labels", "adversarial"}
    with pytest.raises(InputError, match="name must be one of normal, large, random-labels"):
        start("orthogonal")

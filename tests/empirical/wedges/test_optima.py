"""Training of optima: what each knob does, and that runs repeat."""

import pytest
import torch
from torch.nn.utils import parameters_to_vector

from empirical.data import digits
from empirical.networks import mlp
from empirical.settings.recipe import Recipe
from empirical.wedges import Losses, optima
from theory import InputError


@pytest.fixture(scope="module")
def data():
    return digits(seed=0)[1]


def trained(data, seed=0, kept=1, **changes):
    recipe = Recipe(**{"epochs": 3} | changes)
    return optima.train(mlp((64, 16, 10), seed=0), data, recipe, kept=kept, seed=seed)


def test_training_lowers_the_loss_and_repeats(data):
    network = mlp((64, 16, 10), seed=0)
    start = parameters_to_vector(network.parameters()).detach()[None]
    at = Losses(network, data)
    end = trained(data)
    assert float(at.loss(end)) < 0.9 * float(at.loss(start))
    assert torch.equal(end, trained(data))
    assert not torch.equal(end, trained(data, seed=1))


def test_the_last_epochs_are_kept_in_order(data):
    whole = trained(data, kept=3)
    assert whole.shape == (3, 64 * 16 + 16 + 160 + 10)
    assert torch.equal(whole[:2][-1:], trained(data, epochs=2))


def test_several_are_trained_each_on_its_own(data):
    def make(seed):
        return mlp((64, 16, 10), seed=seed)

    recipe = Recipe(epochs=2)
    both = optima.several(make, data, recipe, count=2, kept=2, seed=0)
    assert both.shape[:2] == (2, 2)
    assert torch.equal(both[:1], optima.several(make, data, recipe, count=1, kept=2, seed=0))
    assert not torch.equal(both[0], both[1])


def test_one_full_batch_is_a_step_of_the_gradient_with_l2(data):
    network = mlp((64, 10), seed=0)
    start = parameters_to_vector(network.parameters()).detach()[None].requires_grad_()
    Losses(network, data).loss(start).sum().backward()
    recipe = Recipe(epochs=1, batch_size=len(data), learning_rate=0.3, l2=0.05)
    assert start.grad is not None
    expected = start - 0.3 * (start.grad + 0.05 * start)
    torch.testing.assert_close(optima.train(network, data, recipe, seed=0), expected.detach())


def test_dropout_acts_on_hidden_layers_and_repeats(data):
    without, dropped = trained(data), trained(data, dropout=0.5)
    assert not torch.equal(without, dropped)
    assert torch.equal(dropped, trained(data, dropout=0.5))
    linear = [
        optima.train(mlp((64, 10), seed=0), data, Recipe(epochs=1, dropout=x), seed=0)
        for x in (0.0, 0.5)
    ]
    assert torch.equal(*linear)  # there is no hidden layer


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda data: trained(data, kept=4), "kept must be at most 3, got 4"),
        (lambda data: trained(data, learning_rate=1e30), "learning_rate 1e\\+30 is too large"),
        (lambda data: Recipe(dropout=1.0), "dropout must be below 1, got 1"),
        (lambda data: Recipe(l2=-1.0), "l2 must be at least 0, got -1"),
    ],
)
def test_bad_input_is_refused(call, message, data):
    with pytest.raises(InputError, match=message):
        call(data)

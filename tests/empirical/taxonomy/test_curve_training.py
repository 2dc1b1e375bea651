"""Training of curves: its gradient, its schedule, and networks that permutation keeps apart."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.func import functional_call, grad
from torch.nn.utils import parameters_to_vector, vector_to_parameters

from empirical.data import digits
from empirical.networks import mlp, resnet20
from empirical.settings.recipe import Recipe
from empirical.taxonomy import Bezier, connectivity, curve_training
from empirical.wedges import optima
from theory import InputError, stream

DATA = digits(seed=0)[0].take(np.arange(300))
SIZES = (64, 32, 10)


def weights_of(network):
    return parameters_to_vector(network.parameters()).detach()


@pytest.fixture(scope="module")
def trained():
    recipe = Recipe(epochs=40, learning_rate=0.3, batch_size=20)
    return optima.train(mlp(SIZES, seed=0), DATA, recipe, seed=0)[-1]


def permuted(weights):
    """The same function: hidden units in another order."""
    network = mlp(SIZES, seed=0)
    vector_to_parameters(weights.clone(), network.parameters())
    order = torch.from_numpy(stream(0, "order").permutation(SIZES[1]))
    first, bias, second, _ = network.parameters()
    with torch.no_grad():
        first.copy_(first[order])
        bias.copy_(bias[order])
        second.copy_(second[:, order])
    return weights_of(network)


@pytest.mark.parametrize("weight_decay", [0.0, 0.3])
def test_the_gradient_is_that_of_autograd_through_the_curve(weight_decay):
    """In float64, by a functional call at ``(1-t)² w_0 + 2t(1-t) b + t² w_1``."""
    network = mlp((64, 5, 10), activation="tanh", seed=0).double()
    inputs = DATA.inputs.double()
    points = torch.from_numpy(stream(0).standard_normal((3, len(weights_of(network)))))
    names = {name: each.shape for name, each in network.named_parameters()}
    t = 0.3

    def loss(bend):
        weights = (1 - t) ** 2 * points[0] + 2 * t * (1 - t) * bend + t**2 * points[2]
        parts = weights.split([shape.numel() for shape in names.values()])
        named = {name: v.view(names[name]) for name, v in zip(names, parts, strict=True)}
        logits = functional_call(network, named, (inputs,))
        own = nn.functional.cross_entropy(logits, DATA.targets)
        return own + weight_decay / 2 * (weights**2).sum()

    expected = grad(loss)(points[1])
    data = type(DATA)(inputs, DATA.targets, 10, "digits")
    _, found = curve_training.bend_gradient(
        network, Bezier(points), data, t=t, weight_decay=weight_decay
    )
    torch.testing.assert_close(found, expected, rtol=1e-12, atol=1e-14)


def test_between_permuted_copies_there_is_a_barrier_on_the_line_and_none_on_the_curve(trained):
    network, other = mlp(SIZES, seed=0), permuted(trained)
    same = connectivity.along(Bezier(torch.stack([trained, other, other])), network, DATA)
    assert same.error[0] == same.error[-1]  # the same function
    line = connectivity.along(curve_training.straight(trained, other), network, DATA)
    curve = curve_training.train(network, trained, other, DATA, batch_size=20, seed=0)
    found = connectivity.along(curve, network, DATA)
    assert connectivity.mode_connectivity(line.error) < -5
    assert abs(connectivity.mode_connectivity(found.error)) < 1
    assert float(found.loss.max()) < float(line.loss.max()) / 10


def test_a_network_without_errors_is_connected_to_itself(trained):
    network = mlp(SIZES, seed=0)
    curve = curve_training.train(network, trained, trained, DATA, epochs=5, seed=0)
    found = connectivity.along(curve, network, DATA)
    assert not torch.equal(curve.points[1], trained)  # the bend has moved
    assert connectivity.mode_connectivity(found.error) == 0


def test_the_ends_stay_and_the_same_seed_gives_the_same_curve(trained):
    how = {"epochs": 2, "batch_size": 100}
    network = mlp(SIZES, seed=0)
    before = weights_of(network).clone()
    curves = [
        curve_training.train(network, trained, permuted(trained), DATA, **how, seed=seed)
        for seed in (3, 3, 4)
    ]
    assert torch.equal(curves[0].points[0], trained)
    assert torch.equal(curves[0].points[2], permuted(trained))
    assert torch.equal(curves[0].points, curves[1].points)
    assert not torch.equal(curves[0].points, curves[2].points)
    assert torch.equal(weights_of(network), before)


def test_networks_with_batch_normalisation_have_curves():
    network, few = resnet20(image=(1, 8, 8), seed=0), DATA.take(np.arange(40))
    start, end = (weights_of(resnet20(image=(1, 8, 8), seed=seed)) for seed in (0, 1))
    before = {name: each.clone() for name, each in network.state_dict().items()}
    curve = curve_training.train(network, start, end, few, epochs=1, batch_size=20, seed=0)
    found = connectivity.along(curve, network, few, points=3)
    assert np.isfinite(found.loss).all()
    for name, each in network.state_dict().items():
        assert torch.equal(each, before[name])


def test_the_rate_is_flat_and_then_falls_to_a_hundredth():
    shares = np.linspace(0, 1, 11)
    rates = [curve_training.rate(share) for share in shares]
    np.testing.assert_allclose(rates[:6], 1.0)
    np.testing.assert_allclose(np.diff(rates[5:10]), -0.99 / 4)
    np.testing.assert_allclose(rates[9:], 0.01)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"epochs": 0}, "epochs must be at least 1, got 0"),
        ({"batch_size": 0}, "batch_size must be at least 1, got 0"),
        ({"learning_rate": 0.0}, "learning_rate must be greater than 0"),
        ({"weight_decay": -1.0}, "weight_decay must be at least 0, got -1"),
        ({"learning_rate": 1e30}, "learning_rate 1e.30 is too large for the curve"),
    ],
)
def test_bad_settings_are_told_by_name(trained, changes, message):
    with pytest.raises(InputError, match=message):
        curve_training.train(mlp(SIZES, seed=0), trained, -trained, DATA, **changes, seed=0)


def test_weights_of_another_network_are_refused(trained):
    with pytest.raises(InputError, match=r"start must have shape \(610,\), got \(2410,\)"):
        curve_training.train(mlp((64, 8, 10), seed=0), trained, trained, DATA, seed=0)

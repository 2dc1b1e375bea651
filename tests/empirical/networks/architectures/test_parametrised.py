"""Parametrised networks: one network at the base width, and powers of the width beside it."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from empirical.capture import capture
from empirical.networks import build, cnn, mlp, transformer
from empirical.networks.architectures.parametrised import BASE_WIDTH, scaling
from empirical.networks.training import load_checkpoint
from empirical.settings import Experiment, Network, Training
from tests.support.networks.training_runs import run
from tests.support.references.explicit_jacobian import random_data
from theory.checks import InputError
from theory.ntk.parametrisation import NAMES, named

WIDE = 4 * BASE_WIDTH


def perceptron(name, *, width=WIDE, depth=2, seed=0):
    widths = (5, *(width,) * depth, 4)
    return mlp(widths, activation="tanh", bias=False, parametrisation=name, seed=seed)


def outputs(network, data):
    return network(data.inputs).detach()


@pytest.mark.parametrize("name", ["standard", "ntk", "mup"])
def test_at_the_base_width_all_are_the_plain_network(name):
    data = random_data(6)
    plain = mlp((5, BASE_WIDTH, BASE_WIDTH, 4), activation="tanh", bias=False, seed=0)
    one = perceptron(name, width=BASE_WIDTH)
    assert torch.equal(outputs(one, data), outputs(plain, data))
    found = scaling(one)
    assert found is not None
    assert found.rate(one) == 1
    assert scaling(plain) is None


@pytest.mark.parametrize("name", NAMES)
def test_weights_multipliers_and_steps_are_those_of_the_table(name, tmp_path):
    """Written out with plain layers, and one step of gradient descent by hand."""
    depth = 1 if name == "mean-field" else 2
    theory, data = named(name, hidden_layers=depth), random_data(30)
    network, ratio = perceptron(name, depth=depth), WIDE / BASE_WIDTH
    sizes = (5, *(BASE_WIDTH,) * depth)  # what flows into the layers of the network at n0
    layers = [layer for layer in network if isinstance(layer, nn.Linear)]
    for layer, inputs, b in zip(layers, sizes, theory.b, strict=True):
        expected = inputs**-0.5 * ratio**-b
        error = 4 * expected / (2 * layer.weight.numel()) ** 0.5
        assert float(layer.weight.detach().std()) == pytest.approx(expected, abs=error)
        assert abs(expected * ratio**0.5 - expected) > error  # another power would be seen

    weights = [layer.weight.detach().double().requires_grad_() for layer in layers]

    def by_hand(x):
        for w, a in zip(weights, theory.a, strict=True):
            x = (ratio**-a) * x @ w.T
            x = x.tanh() if w is not weights[-1] else x
        return x

    x, y = data.inputs.double(), data.targets
    torch.testing.assert_close(by_hand(x).float(), network(data.inputs), rtol=1e-4, atol=1e-5)
    gradients = torch.autograd.grad(nn.functional.cross_entropy(by_hand(x), y), weights)
    with torch.no_grad():
        for w, g in zip(weights, gradients, strict=True):
            w -= 0.1 * ratio**-theory.c * g
    path = run(tmp_path, network=network, epochs=(1,), batch_size=30)[0]
    trained = load_checkpoint(path).network
    torch.testing.assert_close(
        by_hand(x).float(), trained(data.inputs), rtol=1e-3, atol=1e-4
    )  # the checkpoint's network has the multipliers, too


def test_standard_and_ntk_start_as_the_same_function_and_learn_at_other_rates():
    data = random_data(6)
    standard, ntk = (perceptron(name) for name in ("standard", "ntk"))
    torch.testing.assert_close(outputs(standard, data), outputs(ntk, data), rtol=1e-4, atol=1e-5)
    own, other = (capture(each, data).gradients for each in (standard, ntk))
    for name, power in (("0.weight", 0), ("2.weight", 1), ("4.weight", 1)):
        found, expected = (each.part((name,)).blocks() for each in (own, other))
        factor = (WIDE / BASE_WIDTH) ** power
        torch.testing.assert_close(found, factor * expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("name", ["standard", "ntk", "mup"])
def test_convolutions_and_transformers_are_read_by_layers_and_built_again(name):
    images, labels = torch.rand(6, 64), torch.arange(6) % 3
    tokens = torch.arange(48).view(6, 8) % 5
    shapes: dict[str, Any] = {"parametrisation": name, "seed": 0}
    cases = (
        (cnn(image=(1, 8, 8), classes=3, hidden=(16, 16, 16, 16), **shapes), images),
        (transformer(classes=5, context=8, width=16, depth=1, **shapes), tokens),
    )
    for network, inputs in cases:
        capture(network, [(inputs, labels)])  # explicit gradients would warn
        again = build(network.architecture)
        again.load_state_dict(network.state_dict())
        assert torch.equal(again(inputs), network(inputs))
        assert not [n for n, _ in network.named_parameters() if n.endswith("bias")]


def test_attention_of_mup_falls_with_the_inverse_width():
    scales = []
    for width in (BASE_WIDTH, WIDE):
        network = transformer(classes=5, context=8, width=width, parametrisation="mup", seed=0)
        scales.append(network.blocks.get_submodule("0").attention)
    assert scales == [(BASE_WIDTH / 4) ** -0.5, (BASE_WIDTH / 4) ** -0.5 / 4]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Network(hidden=(5, 6), parametrisation="mup"), "hidden must be of one width"),
        (
            lambda: Network(parametrisation="mean-field"),
            "mean-field is of 1 hidden layer, got hidden_layers 2",
        ),
        (
            lambda: Network(name="transformer", parametrisation="mean-field"),
            "mean-field is of 1 hidden layer",
        ),
        (lambda: Network(parametrisation="sp"), "parametrisation must be one of standard, ntk"),
        (
            lambda: Network(name="lenet", parametrisation="ntk"),
            "parametrisation is of network mlp, cnn, transformer, got ntk with network lenet",
        ),
        (lambda: Network(name="cnn", hidden=(5,)), "at least 2 widths of network cnn"),
        (lambda: Network(name="transformer", hidden=(8, 12)), "one width for each block"),
        (lambda: Network(name="transformer", hidden=(6,)), "multiple of 4, got"),
        (
            lambda: Experiment(
                network=Network(parametrisation="mup"), training=Training(optimizer="adam")
            ),
            "parametrisation mup is of optimizer sgd, got adam",
        ),
        (
            lambda: mlp((5, 6, 4), parametrisation="ntk", seed=0),
            "bias must be false with a parametrisation",
        ),
        (
            lambda: cnn(hidden=(4, 5, 6), parametrisation="ntk", seed=0),
            "hidden must name one width for all layers",
        ),
    ],
)
def test_what_has_no_such_powers_is_refused(make, message):
    with pytest.raises(InputError, match=message):
        make()

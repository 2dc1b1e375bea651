"""Training on the next-token loss."""

from __future__ import annotations

import math

import pytest
import torch
from torch.nn.functional import cross_entropy

from empirical import networks
from empirical.language import Windows
from empirical.language.training import trained
from theory.checks import InputError

CYCLE = Windows.of(torch.arange(401) % 5, context=8, classes=5)
HOW = {"batch_size": 10, "learning_rate": 0.01, "seed": 3}


def network():
    return networks.transformer(classes=5, context=8, width=8, depth=1, seed=0)


def test_a_text_that_each_word_tells_is_learnt_far_below_its_unigram_entropy():
    points = dict(trained(network(), CYCLE, steps=(0, 60), **HOW))
    losses = []
    for each in points.values():
        with torch.no_grad():
            z = each.head(each.features(CYCLE.tokens)).flatten(0, 1)
        losses.append(float(cross_entropy(z, CYCLE.targets.flatten())))
    assert losses[0] > math.log(5)
    assert losses[1] < 0.5 * math.log(5)


def test_the_same_arguments_give_the_same_bits_and_leave_the_network():
    start = network()
    first, again = (dict(trained(start, CYCLE, steps=(4, 8), **HOW)) for _ in range(2))
    for step, made in first.items():
        pairs = zip(made.parameters(), again[step].parameters(), strict=True)
        assert all(torch.equal(a, b) for a, b in pairs)
    pairs = zip(start.parameters(), network().parameters(), strict=True)
    assert all(torch.equal(a, b) for a, b in pairs)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"steps": (3, 2)}, r"steps must ascend, got \[3, 2\]"),
        ({"steps": ()}, r"steps must ascend, got \[\]"),
        ({"batch_size": 51}, "batch_size must be at most 50, got 51"),
        ({"learning_rate": 0.0}, "learning_rate must be greater than 0"),
    ],
)
def test_what_cannot_be_trained_is_refused(change, words):
    with pytest.raises(InputError, match=words):
        next(trained(network(), CYCLE, **{"steps": (0, 1), **HOW, **change}))

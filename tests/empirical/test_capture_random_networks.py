"""Networks drawn at random: gradients and curvature against brute-force automatic differentiation.

``tests/verify/test_random_networks.py`` draws hundreds.
"""

from __future__ import annotations

import pytest

from empirical import softmax
from empirical.jacobian import backward, layers
from empirical.operators import passes
from tests.support.networks.random_networks import drawn
from tests.support.references.agreement import Disagreement, agree

FEW = range(30)


@pytest.mark.parametrize("seed", FEW)
def test_a_random_network_is_measured_as_by_brute_force(seed):
    agree(drawn(seed))


def test_the_draws_differ_in_all_that_they_may():
    told = " ".join(drawn(seed).parts for seed in range(300))
    for part in ("lstm", "attention", "convolution", "experts", "views", "time first", "tied head"):
        assert part in told
    for part in ("frozen", "squeezed", "dict", "bfloat16", "float64", "padding 0", "BatchNorm2d"):
        assert part in told


def unseen(use, b):
    """A hook that forgets the biases."""
    return [factor.map(lambda rows: 0 * rows) for factor in biases(use, b)]


biases = layers._bias_rows
products = softmax.block_products
BROKEN = {
    "biases": (layers, "_bias_rows", unseen),
    "softmax block": (softmax, "block_products", lambda p, v: 1.001 * products(p, v)),
    "open gate": (passes.Gate, "__setattr__", lambda self, name, value: None),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_what_is_broken_is_found(monkeypatch, broken):
    monkeypatch.setattr(*BROKEN[broken])
    monkeypatch.setattr(backward, "_compare", lambda *_, **__: None)  # the code's own check
    assert any(disagrees(seed) for seed in FEW)


def disagrees(seed: int) -> bool:
    try:
        agree(drawn(seed))
    except Disagreement:
        return True
    return False

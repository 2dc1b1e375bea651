"""The blocks' coupling: 1/(C - 1) for any exchangeable law, more where two classes are confused."""

import numpy as np
import pytest

from theory import InputError
from theory.rivals.logit_blocks import coupling, exchangeable


@pytest.mark.parametrize("C", [3, 10, 40])
@pytest.mark.parametrize("sigma", [0.5, 3.0])
def test_exchangeable_logits_leave_one_over_C_minus_one(C, sigma):
    z = sigma * np.random.default_rng(0).standard_normal((40_000, C))
    p = np.exp(z - z.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    parts = [coupling(block) for block in np.split(p, 10)]
    found = (10 * coupling(p) - np.mean(parts)) / 9  # without the bias of order 1/N of a square
    error = 4.5 * np.std(parts) / np.sqrt(10) + 1e-4 / C
    assert abs(found - exchangeable(C)) < error
    assert abs(found - 1 / C) > error


def test_two_classes_that_are_confused_are_coupled_more():
    p = np.array([[0.49, 0.49, 0.01, 0.01], [0.01, 0.01, 0.49, 0.49]])
    assert coupling(p) > exchangeable(4)


def test_what_it_refuses():
    with pytest.raises(InputError, match="undecided on each class"):
        coupling([[1.0, 0.0]])

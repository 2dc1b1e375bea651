"""Which true classes have means of their own."""

from __future__ import annotations

import pytest
import torch

from empirical.language import Windows
from empirical.language.levels.true_classes import LEAST, commonest, together
from theory.checks import InputError


def windows(targets):
    """Windows of two places."""
    labels = torch.tensor(targets).view(-1, 2)
    return Windows(labels, labels, 6)


def test_a_class_needs_examples_in_both_halves():
    """Class 0 stands four times in each half, 1 eight times in the first alone."""
    first, second = [0] * LEAST + [1] * 8 + [2] * 4, [0] * LEAST + [3] * 8 + [4] * 4
    found = commonest(windows(first + second), most=5)
    assert found.group.tolist() == [0, 1, 1, 1, 1, 1]
    assert found.of(windows([0, 5])).tolist() == [0, 1]
    assert commonest(windows(first + second), most=0).count == 1
    assert together(windows(first)).count == 1


def test_the_others_have_enough_examples_too():
    """Three classes share all places: the rarest is the others."""
    half = [0] * 8 + [1] * 6 + [2] * 4
    assert commonest(windows(half + half), most=5).group.tolist() == [0, 1, 2, 2, 2, 2]


def test_a_negative_number_is_refused():
    with pytest.raises(InputError, match="true_classes must be at least 0, got -1"):
        commonest(windows([0, 1]), most=-1)

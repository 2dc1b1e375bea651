"""Symbols as tokens and as windows."""

from __future__ import annotations

import pytest
import torch

from empirical.data.sources.sequences import next_symbol, split, tokens
from theory.checks import InputError


def test_the_rarest_symbols_share_the_last_class():
    symbols = ["b"] * 5 + ["c"] * 3 + ["a"] * 2 + ["d"]
    found, names = tokens(symbols, vocabulary=3)
    assert names == ("b", "c", "others")
    assert torch.bincount(found).tolist() == [5, 3, 3]
    assert tokens(symbols, vocabulary=3, others="<rest>")[1] == ("b", "c", "<rest>")
    assert tokens(symbols, vocabulary=4)[1] == tokens(symbols)[1] == ("a", "b", "c", "d")
    with pytest.raises(InputError, match="vocabulary must be at least 2, got 1"):
        tokens(symbols, vocabulary=1)


def test_windows_are_followed_by_their_labels():
    sequence = torch.arange(30) % 7
    train, test = split(sequence)
    assert torch.equal(torch.cat([train, test]), sequence)
    assert len(test) == 3
    data = next_symbol(train, context=4, names=tuple("abcdefg"), name="letters")
    assert len(data) == 27 - 4
    for at in (0, 11, 22):
        assert data.inputs[at].tolist() == sequence[at : at + 4].tolist()
        assert data.targets[at] == sequence[at + 4]

"""Windows of a text."""

from __future__ import annotations

import pytest
import torch

from empirical.language import Windows
from theory.checks import InputError

SEQUENCE = torch.arange(30) % 6


def test_each_place_is_followed_by_its_target():
    found = Windows.of(SEQUENCE, context=4, classes=8)
    assert (len(found), found.N, found.absent) == (7, 28, 2)
    assert torch.equal(found.tokens.flatten(), SEQUENCE[:28])
    assert torch.equal(found.targets.flatten(), SEQUENCE[1:29])
    assert len(Windows.of(SEQUENCE[:29], context=4, classes=8)) == 7
    assert len(Windows.of(SEQUENCE[:28], context=4, classes=8)) == 6


def test_draws_are_of_different_windows_and_follow_the_seed():
    sequence = torch.arange(41)
    whole = Windows.of(sequence, context=4, classes=41)
    first, others = whole.draw(3, 5, seed=1)
    starts = torch.cat([first.tokens[:, 0], others.tokens[:, 0]])
    assert len(torch.unique(starts)) == 8
    again, _ = whole.draw(3, 5, seed=1)
    assert torch.equal(first.tokens, again.tokens)
    assert not torch.equal(first.tokens, whole.draw(3, seed=2)[0].tokens)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (
            lambda: Windows.of(SEQUENCE[:4], context=4, classes=6),
            "context must be at most 3, as the sequence has 4 tokens, got 4",
        ),
        (lambda: Windows.of(SEQUENCE, context=4, classes=5), r"tokens must lie in 0..4, got 0..5"),
        (lambda: Windows.of(SEQUENCE, context=0, classes=6), "context must be at least 1"),
        (lambda: Windows(SEQUENCE, SEQUENCE, 6), r"tokens must have shape \(n, T\)"),
        (
            lambda: Windows(SEQUENCE.view(5, 6), SEQUENCE.view(6, 5), 6),
            r"targets must have the shape of tokens, \(5, 6\), got \(6, 5\)",
        ),
        (
            lambda: Windows.of(SEQUENCE, context=4, classes=6).draw(7, 1, seed=0),
            r"windows must be at most 7 in all, got 7 \+ 1",
        ),
    ],
)
def test_what_is_no_text_is_refused(make, words):
    with pytest.raises(InputError, match=words):
        make()


def test_the_last_place_alone_may_be_the_example():
    words = Windows(torch.tensor([[0, 1], [2, 3]]), torch.tensor([[1, 2], [3, 4]]), 6)
    last = words.at_last()
    assert (words.N, last.N, words.each, last.each) == (4, 2, 2, 1)
    assert words.labels.tolist() == [1, 2, 3, 4]
    assert last.labels.tolist() == [2, 4]
    assert (words.absent, last.absent) == (2, 4)
    assert last.take(slice(1)).last

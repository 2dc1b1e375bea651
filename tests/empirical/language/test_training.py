"""Training on the next-token loss."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pytest
import torch
from torch.nn.functional import cross_entropy

from empirical import networks
from empirical.language import Windows
from empirical.language.training import GoingOn, trained
from theory.checks import InputError
from theory.records.runs import Run
from theory.records.settings import Settings

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


@dataclass(frozen=True)
class Asked(Settings):
    context: int = 8


def going_on(folder, *, before: int, seed: int = 3) -> GoingOn:
    run = Run.of(Asked(), command="language", seed=seed, packages=("theory", "empirical"))
    return GoingOn(folder / "resume.pt", run, run.made_by, before=before)


def test_a_training_that_was_stopped_ends_in_the_same_bits(tmp_path):
    """Stopped between its points; another run's is refused, one that is past is begun anew."""
    how = {**HOW, "steps": (0, 3, 107)}
    whole = dict(trained(network(), CYCLE, **how))
    stopped = trained(network(), CYCLE, going_on=going_on(tmp_path, before=0), **how)
    assert [next(stopped)[0], next(stopped)[0]] == [0, 3]
    taken: list[int] = []

    def killed(count):
        taken.append(count)
        if sum(taken) == 104:
            raise KeyboardInterrupt

    again = trained(network(), CYCLE, going_on=going_on(tmp_path, before=3), progress=killed, **how)
    with pytest.raises(KeyboardInterrupt):
        list(again)
    done: list[int] = []
    after = going_on(tmp_path, before=107)
    rest = dict(trained(network(), CYCLE, going_on=after, progress=done.append, **how))
    assert done[0] == 100
    assert list(rest) == [107]
    pairs = zip(rest[107].parameters(), whole[107].parameters(), strict=True)
    assert all(torch.equal(a, b) for a, b in pairs)
    begun = trained(network(), CYCLE, going_on=going_on(tmp_path, before=3), **how)
    assert [step for step, _ in begun] == [0, 3, 107]
    with pytest.raises(InputError, match="holds another run, its seed is 3, not 4"):
        next(trained(network(), CYCLE, going_on=going_on(tmp_path, before=107, seed=4), **how))


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

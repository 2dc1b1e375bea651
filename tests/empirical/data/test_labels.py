"""Labels however they are written, and what is none."""

from __future__ import annotations

import pytest
import torch

from empirical.capture import capture
from empirical.data.labels import labels
from empirical.networks import mlp
from tests.support.references.explicit_jacobian import random_data
from theory.checks import InputError

CLASSES = torch.tensor([2, 0, 1, 2])
EYE = torch.eye(3)


@pytest.mark.parametrize(
    "written",
    [
        CLASSES,
        CLASSES.to(torch.uint8),
        CLASSES.float(),
        CLASSES[:, None],
        EYE[CLASSES],
        EYE[CLASSES].bool(),
        EYE[CLASSES].long(),
    ],
    ids=lambda written: f"{written.dtype}{tuple(written.shape)}",
)
def test_every_way_means_the_same_classes(written):
    assert torch.equal(labels(written), CLASSES)


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (torch.tensor([0.5, 1.0]), r"whole numbers, got 0\.5"),
        (torch.tensor([float("nan")]), "whole numbers, got nan"),
        (0.9 * EYE + 0.1 / 3, r"soft labels.*got rows as \[0\.933, 0\.033, 0\.033\]"),
        (torch.ones(2, 3), "class indices or one-hot"),
        (torch.zeros(2, 3), "class indices or one-hot"),
        (torch.zeros(2, 3, 4), r"one-hot \(N, C\), got \(2, 3, 4\)"),
        (torch.tensor(3), r"got \(\) of torch\.int64"),
        (torch.ones(3, dtype=torch.complex64), "complex64"),
    ],
)
def test_what_is_no_label_is_refused(written, message):
    with pytest.raises(InputError, match=message):
        labels(written)


def test_batches_of_any_labels_are_captured_alike():
    data, network = random_data(6), mlp((5, 3, 4), seed=0)
    expected = capture(network, data)
    for written in (data.targets.double(), torch.eye(4)[data.targets]):
        found = capture(network, [(data.inputs, written)])
        assert torch.equal(found.targets, expected.targets)
        assert torch.equal(found.logits, expected.logits)

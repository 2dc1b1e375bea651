"""Any iterable of batches becomes data."""

from __future__ import annotations

import pytest
import torch
from torch.utils.data import DataLoader, TensorDataset

from empirical.data import collected
from empirical.data.parts import unpacked
from theory.checks import InputError

X, Y = torch.rand(7, 2, 3), torch.arange(7) % 3


def test_a_loader_is_read_once_in_its_order():
    shuffled = DataLoader(TensorDataset(X, Y), batch_size=3, shuffle=True)
    data = collected(shuffled, name="mine", classes=5)
    assert (len(data), data.classes, data.name, data.parts) == (7, 5, "mine", ())
    order = [int((x == X).flatten(1).all(1).nonzero()[0, 0]) for x in data.inputs]
    assert sorted(order) == list(range(7))
    assert torch.equal(data.targets, Y[order])


def test_mappings_and_sequences_are_several_inputs():
    mappings = [{"ids": X, "mask": Y > 0, "labels": torch.eye(3)[Y]}]
    sequences = [((X, Y > 0), Y.to(torch.uint8))]
    for batches, names in ((mappings, ["ids", "mask"]), (sequences, ["0", "1"])):
        data = collected(iter(batches), name="mine")
        assert torch.equal(data.targets, Y)
        found = unpacked(data.inputs, data.parts)
        assert list(found) == names
        assert torch.equal(found[names[0]], X)
        assert torch.equal(found[names[1]], (Y > 0).long())


@pytest.mark.parametrize(
    ("batches", "message"),
    [
        ([], "batches must hold at least one, got none"),
        ([X], "must be pairs .*, got Tensor"),
        ([{"ids": X}], r"got keys \['ids'\]"),
        ([(X, "label")], "must be tensors, got str"),
        ([(3, Y)], "inputs must be tensors, got int"),
        ([((X, 3), Y)], "must be tensors, got int"),
        ([(X, Y), (X[:, :1], Y)], "same shape in every batch"),
        ([(X, Y), ((X, X), Y)], "alike in every batch"),
        ([(X, torch.full((7, 3), 1 / 3))], "soft labels"),
    ],
)
def test_other_batches_are_refused(batches, message):
    with pytest.raises(InputError, match=message):
        collected(batches, name="mine")

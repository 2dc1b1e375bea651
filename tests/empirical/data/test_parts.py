"""Several inputs in one row come out as they went in."""

from __future__ import annotations

import pytest
import torch

from empirical.data import Data
from empirical.data.parts import EXACT, Part, packed, unpacked
from theory.checks import InputError


def test_what_is_packed_is_unpacked_again():
    inputs = {
        "image": torch.rand(4, 2, 3, 3),
        "tokens": torch.randint(0, EXACT, (4, 5)),
        "flag": torch.tensor([True, False, True, True]),
        "scale": torch.rand(4),
    }
    rows, parts = packed(inputs)
    assert rows.shape == (4, 18 + 5 + 1 + 1)
    found = unpacked(rows, parts)
    assert list(found) == list(inputs)
    for name, value in inputs.items():
        assert found[name].shape == value.shape
        assert torch.equal(found[name], value.long() if name == "flag" else value)
    again = unpacked(rows.double()[[2, 0]], parts)
    assert torch.equal(again["tokens"], inputs["tokens"][[2, 0]])
    assert again["image"].dtype == torch.float64


def test_tokens_alone_stay_whole_numbers():
    rows, parts = packed([torch.tensor([[2**40]]), torch.tensor([[1, 0]])])
    assert rows.dtype == torch.int64
    assert int(unpacked(rows, parts)["0"]) == 2**40


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ([], "at least one array, got none"),
        ([torch.ones(2, 3), torch.ones(3, 3)], "equally many examples, got {'0': 2, '1': 3}"),
        ([torch.ones(1, 1), torch.tensor([[EXACT + 1]])], "tokens of input 1 must be at most"),
    ],
)
def test_what_cannot_be_packed_is_refused(inputs, message):
    with pytest.raises(InputError, match=message):
        packed(inputs)


def test_data_know_their_columns():
    rows, parts = packed([torch.ones(2, 3), torch.ones(2, 4)])
    data = Data(rows, torch.tensor([0, 1]), 2, "own", parts=parts)
    assert data.split(seed=0, test=1)[0].parts == parts
    with pytest.raises(InputError, match="parts must be those of rows of inputs"):
        Data(rows, torch.tensor([0, 1]), 2, "own", parts=(Part("x", (3,), tokens=False),))

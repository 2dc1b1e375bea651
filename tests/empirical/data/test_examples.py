"""Data are checked where they are made."""

from __future__ import annotations

import pytest
import torch

from empirical.data import Data
from theory.checks import InputError


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"targets": torch.tensor([0, 4])}, r"targets must lie in 0..3, got 0..4"),
        ({"targets": torch.tensor([-1, 2])}, r"targets must lie in 0..3, got -1..2"),
        ({"targets": torch.tensor([0, 1, 2])}, r"targets must have shape \(2,\), got \(3,\)"),
        ({"targets": torch.tensor([0.0, 1.0])}, "targets must be int64"),
        ({"inputs": torch.tensor([[1.0], [torch.nan]])}, "inputs of toy must be finite"),
        ({"inputs": torch.ones(2, 1, dtype=torch.int32)}, "inputs must be floating point or int64"),
        ({"inputs": torch.ones(0, 1)}, "inputs must hold at least 1 example"),
        ({"class_names": ("a", "b", "c")}, "class_names must be 4 texts"),
        ({"class_names": ("a", "b", "c", "a")}, "class_names must be all different"),
        ({"classes": 1}, "classes must be at least 2, got 1"),
    ],
)
def test_data_are_checked(change, message):
    good = {"inputs": torch.ones(2, 1), "targets": torch.tensor([0, 3]), "classes": 4}
    with pytest.raises(InputError, match=message):
        Data(**{**good, **change}, name="toy")

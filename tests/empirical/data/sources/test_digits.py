"""The digits' split."""

from __future__ import annotations

import pytest
import torch

from empirical.data import digits
from theory.checks import InputError


def test_digits_are_split_once_and_for_all():
    train_set, test_set = digits(seed=3, test=100)
    again, _ = digits(seed=3, test=100)
    other, _ = digits(seed=4, test=100)
    assert (len(train_set), len(test_set)) == (1697, 100)
    assert test_set.class_names == tuple("0123456789")
    assert torch.equal(train_set.inputs, again.inputs)
    assert not torch.equal(train_set.inputs, other.inputs)
    assert float(train_set.inputs.min()) == 0
    assert float(train_set.inputs.max()) == 1
    rows, rows_other = (
        torch.cat([a.inputs, b.inputs]) for a, b in (digits(seed=3), digits(seed=4))
    )
    assert sorted(map(bytes, rows.numpy())) == sorted(map(bytes, rows_other.numpy()))
    for test in (0, 1797):
        with pytest.raises(InputError, match="test must be at"):
            digits(test=test)

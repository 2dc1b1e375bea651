"""How often a model is drawn: checked once; workers change no number."""

from __future__ import annotations

import pytest

from simulate.settings import Sampling
from theory.checks import InputError


def test_workers_change_no_number():
    assert Sampling(workers=8) == Sampling()
    assert Sampling(replicates=3, workers=8).as_dict() == {"replicates": 3, "seed": 0}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"replicates": 0}, "replicates must be at least 1, got 0"),
        ({"replicates": 2.0}, "replicates must be an integer, got 2.0"),
        ({"seed": -1}, "seed must be at least 0, got -1"),
        ({"workers": 0}, "workers must be at least 1, got 0"),
    ],
)
def test_a_field_out_of_its_bound_is_named(changes, message):
    with pytest.raises(InputError, match=message):
        Sampling(**changes)

"""What a study of searches may be asked for."""

import pytest

from simulate.perceptron import Searches
from theory import InputError


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("N", 10, "N must be odd, got 10"),
        ("hidden", 2, "hidden must be odd, got 2"),
        ("alpha", (), "alpha must have values, and each once"),
        ("alpha", (0.0,), "alpha must be greater than 0"),
        ("alpha", (1e-9,), "alpha must leave a pattern"),
        ("alpha", (0.3, 0.3), r"each once, got \(0.3, 0.3\)"),
        ("alpha", (1e9,), "alpha must leave at most 4294967295 patterns, got 1e"),
        ("algorithms", ("guessing",), "algorithms must be one of focusing, replicated, annealing"),
        ("algorithms", ("focusing", "focusing"), "and each once"),
        ("replicates", 0, "replicates must be at least 1"),
        ("distance", 0.5, "distance must be below 0.5, got 0.5"),
        ("seed", -1, "seed must be at least 0"),
        ("seed", 2**63, "seed must be at most"),
    ],
)
def test_a_field_out_of_its_bound_is_refused(field, value, told):
    with pytest.raises(InputError, match=told):
        Searches(**{field: value})


def test_patterns_are_counted_per_weight():
    assert Searches(N=321, hidden=5).patterns(0.3) == round(0.3 * 321 * 5)
    assert Searches(alpha=(0.1, 0.2), replicates=4).work == 2 * 3 * 4

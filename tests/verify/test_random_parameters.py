"""The larger lane of ``tests/theory/test_params_random.py``: hundreds of points of each kind.

Run with ``pytest tests/verify/test_random_parameters.py -s`` for the table of distances.
"""

import pytest

from tests.support.draws.theory_of_draws import (
    averaged,
    given_outputs,
    largest,
    refusals_and_crashes,
)


@pytest.mark.parametrize("points", [given_outputs, averaged])
def test_theory_is_what_is_sampled(points):
    found = largest([points(index) for index in range(1000, 1300)])
    print(points.__name__, found)
    assert max(found.values()) < 1, found


def test_extremes_are_numbers_or_refused_in_one_line():
    results = [refusals_and_crashes(index) for index in range(1000, 1500)]
    print("refused", sum(refused for refused, _ in results), "of", 11 * len(results))
    assert [line for _, lines in results for line in lines] == []

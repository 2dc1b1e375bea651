"""Settings of the flatness of networks: refusals, and the order of the trainings."""

import pytest

from empirical.settings import Flatness
from theory import InputError


def test_all_trainings_of_a_seed_come_before_the_next():
    settings = Flatness.smallest(replicates=2)
    places = settings.trainings
    assert len(places) == len({*places}) == 2 * 2 * 1 * 2
    assert [place[3] for place in places] == sorted(place[3] for place in places)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"data": "cifar"}, "data must be one of digits, mnist5k"),
        ({"replicates": 1}, "replicates must be at least 2, got 1"),
        ({"hidden": ()}, "hidden must name at least one width, got none"),
        ({"optimizers": ("sgd", "sgd")}, "optimizers must have values, and each once"),
        ({"learning_rates": (0.0,)}, "learning_rates must be greater than 0"),
        ({"batch_sizes": (1000,)}, "batch_sizes must be at most 500, the examples, got 1000"),
        ({"noise": 0}, "noise must be greater than 0"),
    ],
)
def test_bad_input_is_refused(changes, message):
    with pytest.raises(InputError, match=message):
        Flatness(**changes)

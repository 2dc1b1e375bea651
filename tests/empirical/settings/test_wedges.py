"""Settings of the studies of wedges."""

import pytest

from empirical.settings import Recipe, WedgeConnectors, WedgeCuts, WedgeTunnels
from theory import InputError


def test_each_training_is_made_once_and_knows_its_knobs():
    own = WedgeTunnels(
        learning_rate=(0.1, 0.2), batch_size=(32,), l2=(), dropout=(0.0, 0.5), recipe=Recipe()
    )
    trainings = dict(own.trainings)
    assert trainings[Recipe()] == ["learning_rate", "batch_size", "dropout"]
    assert trainings[Recipe(learning_rate=0.2)] == ["learning_rate"]
    assert len(trainings) == 3


def test_smallest_runs_take_changes():
    assert WedgeCuts.smallest(seed=3).seed == 3
    assert WedgeConnectors.smallest(m=(1,)).divisions == (4,)
    assert WedgeTunnels.smallest(rise=0.5).rise == 0.5
    assert WedgeCuts().as_dict() != WedgeCuts(seed=1).as_dict()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: WedgeCuts(D=(30,)), "D must be above codimension = 40, got 30"),
        (lambda: WedgeCuts(D=(100, 90)), "D must be ascending"),
        (lambda: WedgeCuts(D=(100, 10**18)), "D must be at most 100000000, got 10"),
        (lambda: WedgeCuts(scales=(1.0, 1.0)), "scales must have values, and each once"),
        (lambda: WedgeCuts(dimensions=()), "dimensions must be ascending, at least one"),
        (lambda: WedgeCuts(scales=(0.0,)), "scales must be greater than 0"),
        (lambda: WedgeCuts(target=1.0), "target must be above 0 and below 1, got 1"),
        (lambda: WedgeConnectors(m=(0,)), "m must be at least 1, got 0"),
        (lambda: WedgeConnectors(m=(2, 5)), "m must be ascending from 1 to 4"),
        (lambda: WedgeConnectors(divisions=(3,)), "divisions must be 3, one for each m, got 1"),
        (lambda: WedgeConnectors(bound=0.0), "bound must be greater than 0"),
        (lambda: WedgeTunnels(dropout=(1.0,)), "dropout must be below 1, got 1"),
        (lambda: WedgeTunnels(l2=(0.1, 0.1)), "l2 must have each value once, got"),
        (lambda: WedgeTunnels(rise=-1.0), "rise must be greater than 0, got -1"),
        (
            lambda: WedgeTunnels(learning_rate=(), batch_size=(), l2=(), dropout=()),
            "one of learning_rate, batch_size, l2, dropout must have a value",
        ),
    ],
)
def test_bad_input_is_refused(make, message):
    with pytest.raises(InputError, match=message):
        make()

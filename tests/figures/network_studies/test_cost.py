"""What a study will cost, before it starts."""

import pytest

from figures.network_studies import cost
from figures.network_studies.registry import OBSERVABLES
from tests.support.studies.network_studies import small
from theory import InputError


def test_it_grows_with_the_steps_and_with_what_is_asked(monkeypatch):
    clock = iter(range(10**6))
    monkeypatch.setattr(cost, "perf_counter", lambda: float(next(clock)))  # each trial takes 1 s
    grid = {"width": [4]}
    short, long = (
        cost.seconds(
            small(training={"epochs": e}, grid=grid, observables=["test_error"]), "network"
        )
        for e in (10, 30)
    )
    assert long == 3 * short
    steps = 10 * -(-120 // 32)
    assert short == pytest.approx(steps / cost.STEPS)
    one = OBSERVABLES["test_error"]
    paired = type(one)(one.value, "x", "1", "two trainings", partner=True)
    monkeypatch.setitem(OBSERVABLES, "test_error", paired)
    study = small(training={"epochs": 10}, grid=grid, observables=["test_error"])
    assert cost.seconds(study, "network") == 2 * short
    slow = type(one)(one.value, "x", "1", "slow", seconds=lambda replicate, training: 5 * training)
    monkeypatch.setitem(OBSERVABLES, "test_error", slow)
    assert cost.seconds(study, "network") == 6 * short


def test_few_points_are_tried(monkeypatch):
    tried = []
    monkeypatch.setattr(cost, "_of", lambda replicate, names: tried.append(replicate) or 1.0)
    study = small(grid={"width": list(range(1, 51)), "batch_size": [8, 16]})
    assert cost.seconds(study, "network") == 1.0
    assert 1 < len(tried) <= cost.TIMED


def test_a_training_that_will_diverge_is_no_reason_not_to_start():
    study = small(grid={"learning_rate": [0.1, 1e30]}, observables=["test_error"])
    assert study.seconds("network") > 0


def test_what_cannot_be_measured_is_refused_before_the_start():
    with pytest.raises(InputError, match=r"examples \+ held_out must be at most 120"):
        small(measurement={"examples": 100, "held_out": 40}).seconds("network")

"""Observables of the taxonomy: those of a network and its partner, and their known limits."""

import pytest
import torch

from empirical.taxonomy import sharpness, similarity
from figures.network_studies import taxonomy
from figures.network_studies.registry import OBSERVABLES
from figures.network_studies.replicate import Replicate
from figures.network_studies.settings import experiment

SETTINGS = {"width": 8, "depth": 1, "epochs": 2.0, "batch_size": 64, "learning_rate": 0.3}


@pytest.fixture(scope="module")
def replicate():
    return Replicate(experiment(SETTINGS, seed=0))


def value(name, replicate):
    return OBSERVABLES[name].value(replicate)


def test_a_network_beside_itself_is_alike(replicate):
    alone = Replicate(replicate.experiment)
    vars(alone).update(network=replicate.network, partner=replicate.network)
    assert value("cka", alone) == pytest.approx(1, abs=1e-12)
    assert value("cka", replicate) < 0.999


def test_networks_are_joined_by_a_curve_that_depends_on_the_seed_alone(replicate, monkeypatch):
    monkeypatch.setattr(taxonomy, "CURVE_EPOCHS", 1)
    before = [each.clone() for each in replicate.network.parameters()]
    found = value("mode_connectivity", replicate)
    assert found == value("mode_connectivity", Replicate(replicate.experiment))
    for now, then in zip(replicate.network.parameters(), before, strict=True):
        assert torch.equal(now, then)


def test_they_are_of_the_training_examples(replicate):
    network, data = replicate.network, replicate.data
    seed = replicate.seed
    expected = similarity.cka(network, replicate.partner, data, seed=seed)
    assert value("cka", replicate) == expected
    assert value("hessian_lambda_max", replicate) == sharpness.largest(network, data)
    assert value("hessian_trace", replicate) == sharpness.trace(network, data)
    assert value("hessian_trace", replicate) > value("hessian_lambda_max", replicate)


def test_costs_count_the_curve_and_its_second_network(replicate):
    observable = OBSERVABLES["mode_connectivity"]
    assert observable.partner
    assert observable.seconds is not None
    few = observable.seconds(replicate, 2.0)  # a second for each epoch of batches of 64
    assert few == pytest.approx(50 * min(1.0, 64 / taxonomy.CURVE_BATCH))


@pytest.mark.slow
def test_wide_networks_are_connected_and_random_labels_part_them():
    """As docs/theory/taxonomy.md has it, at one seed that its studies have not."""
    settings = {"width": 64, "depth": 2, "epochs": 100.0, "batch_size": 64, "momentum": 0.9}
    clean, noisy = (
        Replicate(experiment(settings | {"learning_rate": 0.05, "label_noise": share}, seed=7))
        for share in (0.0, 0.3)
    )
    assert abs(value("mode_connectivity", clean)) < 0.5
    assert value("mode_connectivity", noisy) < -5
    assert value("cka", clean) > 0.8 > 0.5 > value("cka", noisy)
    assert value("hessian_lambda_max", clean) < 1 < value("hessian_lambda_max", noisy)

"""Each observable of the registry is a number of a trained network, and what it says it reads."""

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure

from empirical.groups.observable_groups import GROUPS
from figures.network_studies import registry, settings
from figures.network_studies.observable import Observable
from figures.network_studies.registry import OBSERVABLES
from figures.network_studies.replicate import Replicate
from figures.pictures import symbols
from theory.levels import LEVELS

GIVEN = {"data": "iris", "width": 6, "depth": 1, "epochs": 3.0, "examples": 30, "held_out": 40}
RESERVED = {"status", "error", "seed"}  # arrays that every source has


@pytest.fixture(scope="module")
def replicate() -> Replicate:
    observe = registry.groups(OBSERVABLES)
    return Replicate(settings.experiment(GIVEN, seed=5, observe=observe))


@pytest.mark.parametrize("name", OBSERVABLES)
def test_it_is_a_finite_number(replicate, name):
    assert np.isfinite(OBSERVABLES[name].value(replicate))


@pytest.mark.parametrize("name", OBSERVABLES)
def test_its_symbol_can_be_set(name):
    assert name not in RESERVED
    figure = Figure()
    figure.add_subplot(xlabel=symbols.mathematics(OBSERVABLES[name].symbol))
    figure.draw_without_rendering()


def only(replicate: Replicate, one: Observable) -> Replicate:
    """A replicate whose record lacks the groups that an observable does not name."""
    others = [group.mark for name, group in GROUPS.items() if name not in one.groups]
    made = Replicate(replicate.experiment)
    made.__dict__["network"] = replicate.network
    made.__dict__["record"] = replicate.record.drop_vars(others, errors="ignore")
    return made


@pytest.mark.parametrize("name", OBSERVABLES)
def test_it_reads_the_groups_that_it_names(replicate, name):
    one = OBSERVABLES[name]
    assert one.value(only(replicate, one)) == one.value(replicate)


def test_errors_and_losses_are_those_of_the_outputs(replicate):
    network, data = replicate.network, replicate.data
    with torch.no_grad():
        logits = network(data.inputs).double()
    wrong = [int(row.argmax()) != int(y) for row, y in zip(logits, data.targets, strict=True)]
    assert OBSERVABLES["train_error"].value(replicate) == sum(wrong) / len(wrong)
    p = torch.exp(logits) / torch.exp(logits).sum(1, keepdim=True)
    by_hand = -np.mean([float(torch.log(p[i, int(y)])) for i, y in enumerate(data.targets)])
    np.testing.assert_allclose(OBSERVABLES["train_loss"].value(replicate), by_hand, rtol=1e-12)
    assert OBSERVABLES["weights"].value(replicate) == 4 * 6 + 6 + 6 * 3 + 3
    flat = np.concatenate([w.detach().numpy().ravel() for w in network.parameters()])
    np.testing.assert_allclose(
        OBSERVABLES["weight_norm"].value(replicate), np.linalg.norm(flat), rtol=1e-6
    )


def test_an_error_is_that_of_its_prediction(replicate):
    for level in LEVELS:
        predicted = OBSERVABLES[f"lambda_max_{level}"].value(replicate)
        first = predicted / OBSERVABLES["lambda_max"].value(replicate) - 1
        worst = OBSERVABLES[f"worst_error_{level}"].value(replicate)
        mean = OBSERVABLES[f"outlier_error_{level}"].value(replicate)
        errors = replicate.judged(level).outlier_error.values
        np.testing.assert_allclose([first, worst], [errors[0], np.abs(errors).max()], rtol=1e-12)
        assert mean <= worst


def test_a_partner_has_the_data_and_other_weights(replicate):
    assert replicate.partner is replicate.partner
    pairs = zip(replicate.network.parameters(), replicate.partner.parameters(), strict=True)
    assert all(a.shape == b.shape and not torch.equal(a, b) for a, b in pairs)
    again = replicate.trained(replicate.seed)
    pairs = zip(replicate.network.parameters(), again.parameters(), strict=True)
    assert all(torch.equal(a, b) for a, b in pairs)

"""The definition of a study of networks."""

import pytest

from figures.network_studies.network_cells import TrainedNetwork
from figures.network_studies.study import network_study
from tests.support.studies.network_studies import SMALL, small
from theory import InputError


def cell(study, index, replicate) -> TrainedNetwork:
    found = study.work("network", index, replicate=replicate)
    assert isinstance(found, TrainedNetwork)
    return found


def test_a_point_is_an_experiment():
    found = cell(small(), (1, 1), 0).experiment
    network, training = found.trained
    assert (network.hidden, network.activation) == ((8,), "tanh")
    assert (found.data.name, training.epochs) == ("iris", (1.0,))
    assert found.measurement.observe == ("logits", "spectrum", "model")


def test_a_replicate_has_one_seed_at_all_points():
    study = small(replicates=3)
    seeds = [[cell(study, i, r).seed for i in ((0, 0), (1, 1))] for r in range(3)]
    assert all(here == there for here, there in seeds)
    assert len({here for here, _ in seeds}) == 3
    assert cell(small(seed=4), (0, 0), 0).seed != seeds[0][0]


def test_what_is_not_asked_is_not_measured():
    assert cell(small(observables=["lambda_max"]), (0, 0), 0).experiment.measurement.observe == (
        "spectrum",
    )


def test_a_study_is_restored_from_its_definition():
    study = small()
    assert type(study).restored(study.as_dict()) == study
    assert study.as_dict()["kind"] == "network"


def test_ranges_of_whole_numbers_and_lists_of_widths():
    grid = {
        "batch_size": {"start": 1, "stop": 100, "num": 3, "spacing": "log"},
        "hidden": [[8], [8, 4]],
    }
    study = small(network={}, grid=grid)
    assert study.axes == {"batch_size": (1, 10, 100), "hidden": ("8", "8 4")}
    network, _ = cell(study, (0, 1), 0).experiment.trained
    assert network.hidden == (8, 4)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"grid": {"widht": [4]}}, "setting must be one of network, width"),
        ({"grid": {"widht": [4]}}, "did you mean 'width'"),
        ({"network": {"epochs": 3}}, r"setting of \[network\] must be one of network, width"),
        ({"training": {"optimiser": "sgd"}}, "did you mean 'optimizer'"),
        ({"observables": ["lamda_max"]}, "did you mean 'lambda_max'"),
        ({"grid": {"width": [4, 0]}}, "width must be at least 1, got 0"),
        ({"grid": {"width": [1e300]}}, "width must be at most 9007199254740992, got an integer of"),
        ({"replicates": 10**12}, "replicates must be at most 10000000, got 1000000000000"),
        ({"grid": {"activation": ["relu", "sine"]}}, "activation must be one of relu, tanh"),
        ({"grid": {"depth": [1, 2]}}, "depth is set twice, as fixed and as an axis"),
        ({"grid": {"width": [4, 4]}}, "width must not hold a value twice, got 4"),
        (
            {"network": {}, "grid": {"network": ["mine.nets:make"]}},
            "network of a study must be one of mlp, cnn",
        ),
        ({"seed": None}, "seed must be set where network is a source"),
        ({"seed": 2**63}, "seed must be at most 9223372036854775807"),
        ({"training": {"epochs": 2}, "grid": {"epochs": [1, 2]}}, "epochs is set twice"),
        ({"sources": ["theory"]}, "key must be one of network, data, training"),
        ({"training": 3}, "training must be a table, got 3"),
    ],
)
def test_bad_definitions_are_one_line(changes, message):
    with pytest.raises(InputError, match=message) as error:
        network_study(SMALL | changes)
    assert "\n" not in str(error.value)

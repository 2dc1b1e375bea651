"""The settings of a study are those of measure, by the same names."""

from dataclasses import fields

import pytest
from matplotlib.figure import Figure

from empirical.settings import DataSource, Measurement, Network, Training
from figures import cli
from figures.network_studies import settings
from figures.options import experiment as options
from figures.pictures import symbols
from theory import InputError

PARTS = {"network": Network, "data": DataSource, "training": Training, "measurement": Measurement}
NOT_SET = {"seed", "observe", "memory"}  # by replicates and observables; changes no number


@pytest.mark.parametrize("table", settings.TABLES)
def test_every_field_of_the_settings_of_measure_may_be_set(table):
    own = {settings.SETTINGS[name].field for name in settings.of(table)} - {""}
    assert own == {each.name for each in fields(PARTS[table])} - NOT_SET


def test_the_names_are_those_of_the_options():
    given = {
        "network": "mlp", "hidden": "8 8", "activation": "tanh", "data": "digits",
        "label_noise": 0.1, "epochs": 2.0, "learning_rate": 0.5, "batch_size": 16, "momentum": 0.9,
        "optimizer": "sgd", "weight_decay": 0.01, "schedule": "cosine", "examples": 50,
        "held_out": 60, "dtype": "float32", "device": "cpu",
    }  # fmt: skip
    words = [
        word
        for name, one in given.items()
        for word in (f"--{name.replace('_', '-')}", *str(one).split())
    ]
    arguments = cli.parser().parse_args(["measure", "--seed", "7", *words])
    observe = ("logits", "spectrum")
    by_options = options.experiment(arguments, observe=observe)
    assert settings.experiment(given, seed=7, observe=observe) == by_options
    left_out = {*settings.SETTINGS} - {*given}
    assert left_out == {"width", "depth", "parametrisation", "vocabulary"}


@pytest.mark.parametrize(
    ("given", "hidden"),
    [
        ({"width": 32, "depth": 3}, (32, 32, 32)),
        ({"width": 32}, (32, 32)),
        ({"depth": 3}, (100, 100, 100)),
        ({"depth": 0}, ()),
        ({"network": "transformer", "width": 8}, (8, 8)),
        ({"hidden": "8 4"}, (8, 4)),
        ({}, (100, 100)),
    ],
)
def test_width_and_depth_are_hidden_layers(given, hidden):
    network = settings.experiment(given, seed=0).network
    assert network is not None
    assert network.hidden == hidden


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"hidden": "8", "width": 4}, "hidden is set twice, by hidden and width"),
        ({"network": "lenet", "width": 4}, "hidden is of network mlp, cnn, transformer"),
        ({"batch_size": 0}, "batch_size must be at least 1, got 0"),
        ({"label_noise": 2.0}, "label_noise must be at most 1, got 2"),
    ],
)
def test_settings_that_do_not_go_together(given, message):
    with pytest.raises(InputError, match=message):
        settings.experiment(given, seed=0)


@pytest.mark.parametrize(
    ("name", "raw", "message"),
    [
        ("batch_size", 1.5, r"batch_size must be an integer, got 1\.5"),
        ("learning_rate", "fast", "learning_rate must be a real number"),
        ("activation", 3, "activation must be a name, got 3"),
        ("hidden", [8, 1.5], r"hidden must be an integer, got 1\.5"),
        ("hidden", "8 4", "hidden must be a sequence, got '8 4'"),
    ],
)
def test_values_of_another_kind(name, raw, message):
    with pytest.raises(InputError, match=message):
        settings.value(name, raw)


@pytest.mark.parametrize("name", settings.SETTINGS)
def test_every_symbol_can_be_set(name):
    what = settings.described(name)
    figure = Figure()
    figure.add_subplot(xlabel=symbols.mathematics(what.symbol))
    figure.draw_without_rendering()


def test_seeds_are_all_that_replicates_differ_in():
    a, b = (settings.experiment({"width": 8}, seed=seed) for seed in (1, 2))
    told = [each.as_dict() for each in (a, b)]
    assert told[0] != told[1]
    for each in told:
        for part in ("data", "training", "measurement"):
            del each[part]["seed"]
    assert told[0] == told[1]

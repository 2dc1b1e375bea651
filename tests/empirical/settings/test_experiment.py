"""Settings are checked once, are their own provenance, and load nothing heavy."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import FrozenInstanceError

import pytest

from empirical.networks import by_name
from empirical.settings import (
    DataSource,
    Experiment,
    Goldilocks,
    Measurement,
    Network,
    OwnTraining,
    Training,
)
from empirical.settings.network import ACTIVATIONS, NETWORKS
from theory.checks import InputError

EACH = (
    Network(),
    Network(name="mine:make"),
    Network(name="transformer", hidden=(16, 16, 16), parametrisation="mup"),
    DataSource(name="play.txt", vocabulary=4),
    Training(epochs=(2, 0, 0.5)),
    Training(optimizer="adam", schedule="cosine", weight_decay=0.1),
    OwnTraining(loop="mine.loops:train", seed=3),
    Measurement(observe=("spectrum", "logits"), device="cuda:1"),
    Goldilocks(),
    Goldilocks.smallest(d=9),
)


@pytest.mark.parametrize("settings", EACH, ids=repr)
def test_what_provenance_keeps_makes_the_same_settings(settings):
    kept = json.loads(json.dumps(settings.as_dict()))
    assert type(settings)(**kept) == settings
    with pytest.raises(FrozenInstanceError):
        settings.seed = 1


def test_an_experiment_holds_what_was_used_and_no_more():
    own = Experiment(network=Network(name="mine:make"))
    assert set(own.as_dict()["network"]) == {"name"}
    assert own.training == Training()
    opened = Experiment(checkpoints=("a.pt",))
    assert set(opened.as_dict()) == {"data", "measurement", "checkpoints"}
    assert Experiment().as_dict()["network"]["hidden"] == [100, 100]


def test_order_and_memory_change_no_number():
    assert Training(epochs=(1, 0)) == Training(epochs=(0.0, 1.0))
    assert Measurement(observe=("spectrum", "logits")) == Measurement(
        observe=("logits", "spectrum"), memory=10**9
    )
    assert "memory" not in Measurement(memory=10**9).as_dict()
    assert Measurement(seed=1) != Measurement()


def test_names_are_those_of_what_is_there():
    assert set(NETWORKS) == {"mlp", "transformer", *by_name.IMAGE_KINDS}
    assert set(ACTIVATIONS) == set(by_name.ACTIVATIONS)


@pytest.mark.parametrize(
    ("settings", "changes", "message"),
    [
        (Network, {"name": "vgg"}, r"network must be one of mlp, cnn, .*:factory, got 'vgg'"),
        (Network, {"name": 3}, "network must be one of mlp"),
        (Network, {"hidden": (5, 0)}, "hidden must be at least 1, got 0"),
        (Network, {"hidden": "55"}, "hidden must be a sequence, got '55'"),
        (Network, {"activation": "gelu"}, "activation must be one of relu, tanh, got 'gelu'"),
        (Network, {"name": "m:f", "activation": "relu"}, "activation is of network mlp, got relu"),
        (Network, {"name": "lenet", "hidden": (5,)}, "hidden is of network mlp, cnn, transformer"),
        (
            DataSource,
            {"name": "imagenet"},
            r"data must be one of digits, mnist5k, iris, .*'imagenet'",
        ),
        (
            DataSource,
            {"vocabulary": 3},
            "vocabulary is for a text file or docstrings, got data digits",
        ),
        (DataSource, {"name": "a.txt", "vocabulary": 1}, "vocabulary must be at least 2, got 1"),
        (DataSource, {"seed": -1}, "seed must be at least 0, got -1"),
        (Training, {"epochs": ()}, "epochs must name at least one, got none"),
        (Training, {"epochs": (-1,)}, "epochs must be at least 0, got -1"),
        (Training, {"epochs": (float("nan"),)}, "epochs must be finite, got nan"),
        (Training, {"epochs": 3}, "epochs must be a sequence, got 3"),
        (Training, {"learning_rate": 0.0}, "learning_rate must be greater than 0, got 0"),
        (Training, {"batch_size": 0}, "batch_size must be at least 1, got 0"),
        (Training, {"weight_decay": 1e300}, r"weight_decay must be at most 1e\+38, got 1e\+300"),
        (Training, {"learning_rate": 1e300}, r"learning_rate must be at most 1e\+38"),
        (Training, {"momentum": 1.0}, "momentum must be below 1, got 1"),
        (Training, {"seed": 0.5}, "seed must be an integer, got 0.5"),
        (OwnTraining, {"loop": "mine"}, "train must be package.module:function, got 'mine'"),
        (OwnTraining, {"loop": "a:b", "seed": -1}, "seed must be at least 0, got -1"),
        (Training, {"optimizer": "lion"}, "optimizer must be one of sgd, adam, adamw, got 'lion'"),
        (Training, {"schedule": "warm"}, "schedule must be one of constant, cosine, .*'warm'"),
        (Training, {"weight_decay": -1}, "weight_decay must be at least 0, got -1"),
        (
            Training,
            {"optimizer": "adam", "momentum": 0.9},
            "momentum is of optimizer sgd, got 0.9 with adam",
        ),
        (Measurement, {"observe": ["bulk"]}, "observe must be one of logits, .*, got 'bulk'"),
        (Measurement, {"observe": []}, "observe must name at least one of logits, .*, got none"),
        (Measurement, {"examples": 0}, "examples must be at least 1, got 0"),
        (Measurement, {"held_out": -1}, "held_out must be at least 0, got -1"),
        (Measurement, {"held_out": 9}, "held_out must be at least 400, the examples, to observe"),
        (Measurement, {"dtype": "float16"}, "dtype must be one of float64, float32"),
        (Measurement, {"device": "abacus"}, "device must be cpu, cuda or cuda:<n>, got 'abacus'"),
        (Measurement, {"memory": 0}, "memory must be at least 1, got 0"),
        (Experiment, {"checkpoints": ()}, "checkpoints must name at least one file, got none"),
        (
            Experiment,
            {"checkpoints": ("a.pt",), "training": Training()},
            "training must not be set with checkpoints",
        ),
        (Experiment, {"weights": ()}, "weights must name at least one file, got none"),
        (
            Experiment,
            {"weights": ("a.pt",), "training": Training()},
            "training must not be set with weights",
        ),
        (
            Experiment,
            {"weights": ("a.pt",), "checkpoints": ("a.pt",)},
            "checkpoints must not be set with weights",
        ),
        (
            Experiment,
            {"checkpoints": ("a.pt",), "network": Network()},
            "network is that of the checkpoints: only one of your own",
        ),
        (Goldilocks, {"candidates": 5}, "candidates must be at least 12, got 5"),
        (Goldilocks, {"dimensions": (8, 4)}, "dimensions must be ascending, at least one"),
        (Goldilocks, {"scales": ()}, "scales must hold at least one factor, got none"),
        (Goldilocks, {"trained_scales": (0.0,)}, "trained_scales must be greater than 0, got 0"),
        (Goldilocks, {"candidate_scales": (1.0,)}, "candidate_scales must be two"),
        (Goldilocks, {"target": 1.0}, "target must be above 0 and below 1, got 1"),
        (Goldilocks, {"basis": "odd"}, "basis must be one of dense, sparse, got 'odd'"),
    ],
)
def test_a_field_out_of_its_bound_is_named(settings, changes, message):
    with pytest.raises(InputError, match=message):
        settings(**changes)


def test_settings_load_nothing_heavy():
    code = "import sys, empirical.settings; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"torch", "xarray", "numba", "scipy", "sklearn"} & set(done.stdout.split())

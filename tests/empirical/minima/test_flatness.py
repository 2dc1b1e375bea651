"""The study of flatness: what it measures, how it goes on, what the trap leaves alone."""

import numpy as np
import pytest
import torch
import xarray as xr

from empirical.minima import flatness
from empirical.minima.training import train
from empirical.networks import mlp
from empirical.settings import Flatness
from theory import InputError

SMALL = Flatness.smallest(
    batch_sizes=(10,), replicates=2, hidden=(6,), draws=4, epochs=10, examples=100
)


@pytest.fixture(scope="module")
def record():
    saved = []
    found = flatness.flatness(SMALL, kept=lambda so_far: saved.append(so_far.copy(deep=True)))
    return found, saved


def test_what_it_goes_on_from_is_kept_after_each_seed_and_gives_the_same(record):
    whole, saved = record
    assert [int(np.isfinite(each.test_error).sum()) for each in saved] == [2, 4]
    xr.testing.assert_identical(flatness.flatness(SMALL, begun=saved[0]), whole)


def test_the_trap_moves_additive_measures_alone(record):
    whole, _ = record
    for name in ("relative_largest", "relative_trace", "energy"):
        values = whole[f"trap_{name}"].values
        np.testing.assert_allclose(values, values[0], rtol=0.03)  # tolerance of λ_max and probes
    for name in ("largest", "trace", "additive_energy"):
        values = whole[f"trap_{name}"].values
        assert values.max() > 3 * values.min()


def test_small_noise_raises_the_loss_by_half_the_relative_trace():
    settings = Flatness.smallest(noise=0.02, draws=1500, hidden=(8,))
    data, test = flatness.split(settings)

    network = train(
        mlp((64, 8, 10), seed=0),
        data,
        optimizer="sgd",
        learning_rate=0.3,
        batch_size=10,
        epochs=30,
        seed=0,
    )
    found = flatness.measured(network, data, test, settings)
    expected = 0.02**2 / 2 * found["relative_trace"]
    assert abs(found["energy"] - expected) < 4 * found["energy_error"] + 0.1 * expected
    other = 0.02**2 / 2 * found["trace"]
    assert abs(found["energy"] - other) > 4 * found["energy_error"]
    assert found["trace"] == pytest.approx(found["weighted_trace"], rel=0.3)


def test_more_examples_than_there_are_are_refused():
    with pytest.raises(InputError, match="examples must be at most 1796, got 5000"):
        flatness.split(Flatness(examples=5000))


def test_of_a_dead_network_the_model_says_nothing():
    data, test = flatness.split(SMALL)
    network = mlp((64, 6, 10), seed=0)
    with torch.no_grad():
        network.get_parameter("0.bias").sub_(1e3)  # no unit is ever above zero
    found = flatness.measured(network, data, test, SMALL)
    assert found["test_error"] > 0.5
    missing = {name for name, value in found.items() if np.isnan(value)}
    assert missing == {
        f"{level}_{of}" for level in ("FG", "weighted") for of in ("largest", "trace")
    }

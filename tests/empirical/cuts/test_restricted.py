"""Training inside random hyperplanes and on spheres, and the choice of the initial point."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
import xarray as xr
from torch.nn.utils import parameters_to_vector

from empirical.cuts.hyperplane import directions
from empirical.cuts.restricted import Schedule, intrinsic, needed_dimension, train
from empirical.cuts.selection import candidates, gain
from empirical.data import Data, digits
from empirical.networks import mlp
from theory import InputError


@pytest.fixture(scope="module")
def split():
    return digits(seed=0)


def make(seed):
    return mlp((64, 30, 30, 10), seed=seed)


def linear_problem() -> Data:
    """Two classes that one direction of a linear network separates."""
    inputs = torch.tensor([[1.0, 0.0], [-1.0, 0.0]]).repeat(8, 1)
    return Data(inputs, torch.tensor([0, 1]).repeat(8), 2, "two points")


@pytest.mark.parametrize(("direction", "reached"), [([1.0, 0, -1, 0], 1.0), ([0, 1.0, 0, -1], 0.5)])
def test_training_moves_along_its_directions_only(direction, reached):
    network = mlp((2, 2), bias=False, seed=0)
    with torch.no_grad():
        network.get_parameter("0.weight").copy_(torch.tensor([[0.0, 0.3], [0.0, 0.3]]))
    rows = torch.tensor([direction]) / 2**0.5
    data = linear_problem()
    outcome = train(
        network, data, test=data, rows=rows, schedule=Schedule(steps=20, batch_size=8), seed=0
    )
    assert outcome.accuracy == outcome.test_accuracy == reached
    assert outcome.steps == math.inf
    assert torch.equal(
        network.get_parameter("0.weight").detach(), torch.tensor([[0.0, 0.3], [0.0, 0.3]])
    )


def test_steps_to_the_target_are_counted():
    network = mlp((2, 2), bias=False, seed=0)
    with torch.no_grad():
        network.get_parameter("0.weight").copy_(torch.tensor([[-0.2, 0.0], [0.2, 0.0]]))
    rows = torch.tensor([[1.0, 0, -1, 0]]) / 2**0.5
    data = linear_problem()
    schedule = Schedule(steps=60, batch_size=8, learning_rate=0.05)
    outcome = train(network, data, test=data, rows=rows, schedule=schedule, target=0.9, seed=0)
    rate = 0.05 * 0.2 * 2**0.5  # Adam's steps are of this length while the gradient keeps its sign
    assert outcome.steps == pytest.approx(0.2 * 2**0.5 / rate, abs=1)
    assert outcome.accuracy == 1.0


def test_the_sphere_keeps_the_radius(split, monkeypatch):
    train_data, test = split
    network = mlp((64, 12, 10), bias=False, seed=0)
    start = parameters_to_vector(network.parameters()).detach()
    seen = []

    def spy(module, weights, inputs):
        seen.append(torch.cat([w.flatten() for w in weights.values()]).norm().item())
        return torch.func.functional_call(module, weights, inputs)

    monkeypatch.setattr("empirical.cuts.restricted.functional_call", spy)
    rows = directions(len(start), d=30, seed=0)
    for surface in ("sphere", "plane"):
        seen.clear()
        schedule = Schedule(steps=20, surface=surface)
        train(network, train_data, test=test, rows=rows, schedule=schedule, seed=0)
        spread = np.ptp(seen) / float(start.norm())
        assert (spread < 1e-5) == (surface == "sphere")


def test_sparse_and_dense_storage_of_the_same_rows_train_alike(split):
    train_data, test = split
    network = mlp((64, 12, 10), seed=0).double()
    data, held = (Data(x.inputs.double(), x.targets, 10, "digits") for x in (train_data, test))
    D = sum(w.numel() for w in network.parameters())
    rows = directions(D, d=20, basis="sparse", seed=0)
    schedule = Schedule(steps=60)
    found = [
        train(network, data, test=held, rows=r, schedule=schedule, seed=0)
        for r in (rows, rows.to_dense())
    ]
    assert found[0] == found[1]
    assert found[0].accuracy > 0.15


def test_restricted_training_needs_enough_dimensions_and_more_at_a_small_radius(split):
    """Succeeds above some d and fails below; the d that it needs depends on the radius."""
    train_data, test = split
    dimensions = [4, 32, 128, 400]
    found = intrinsic(
        make,
        train_data,
        test=test,
        dimensions=dimensions,
        scales=[0.1, 1.0],
        schedule=Schedule(steps=150),
        seed=0,
    )
    accuracy = found.test_accuracy.isel(replicate=0)
    initial = accuracy.sel(scale=1.0).values
    assert initial[0] < 0.3
    assert initial[-1] > 0.85
    assert np.all(np.diff(initial) > 0)
    small, standard = (
        needed_dimension(accuracy.sel(scale=s), dimensions=dimensions, target=0.7)
        for s in (0.1, 1.0)
    )
    assert small > 1.5 * standard
    assert found.weight_norm.values[0, 1] == pytest.approx(10 * found.weight_norm.values[0, 0])


def test_replicates_and_candidates_of_one_seed_are_none_of_another(split):
    """With ``seed + replicate`` replicate 1 of seed 0 would be replicate 0 of seed 1."""
    data, test = (part.take(np.arange(60)) for part in split)
    common = {"test": test, "schedule": Schedule(steps=2), "scales": [1.0]}
    trained = [
        intrinsic(make, data, dimensions=[3], replicates=2, seed=seed, **common) for seed in (0, 1)
    ]
    assert len({float(x) for each in trained for x in each.weight_norm.values.ravel()}) == 4
    racing = common | {"scales": [1.0, 1.0], "d": 3, "target": 0.5, "examples": 60}
    pools = [candidates(make, data, seed=seed, **racing) for seed in (0, 1)]
    for name in ("weight_norm", "loss", "convexity"):
        assert len({float(x) for pool in pools for x in pool[name].values}) == 4


def test_needed_dimension_is_nan_where_it_was_not_bracketed():
    assert math.isnan(needed_dimension([0.1, 0.2], dimensions=[1, 2], target=0.5))
    assert math.isnan(needed_dimension([0.6, 0.7], dimensions=[1, 2], target=0.5))


def made_up(steps, **criteria) -> xr.Dataset:
    columns = {"steps": steps} | criteria
    return xr.Dataset({name: ("candidate", np.asarray(c, float)) for name, c in columns.items()})


NAMES = ("convexity", "positive", "loss")


def test_equal_candidates_have_no_correlation():
    found = gain(made_up(np.full(12, np.inf), **{name: np.ones(12) for name in NAMES}))
    assert np.isnan(found.rank_correlation).all()
    assert (found.faster_p > 0.5).all()


def test_candidates_are_measured_and_trained(split):
    train_data, test = split
    arguments = {
        "test": test,
        "d": 100,
        "schedule": Schedule(steps=60),
        "target": 0.4,
        "examples": 100,
        "seed": 0,
    }
    found = candidates(make, train_data, scales=[0.1, 1.0, 1.0], **arguments)
    again = candidates(make, train_data, scales=[0.1, 1.0], **arguments)
    xr.testing.assert_equal(found.isel(candidate=slice(2)), again)
    assert found.steps.values[0] > found.steps.values[1:].max()
    assert np.isfinite(found.convexity).all()


def test_bad_input_is_refused(split):
    train_data, test = split
    settings = {"test": test, "schedule": Schedule(), "seed": 0}
    for wrong, message in (
        ({"dimensions": [4, 2], "scales": [1.0]}, "dimensions must be ascending"),
        ({"dimensions": [], "scales": [1.0]}, "dimensions must be ascending"),
        ({"dimensions": [2], "scales": [0.0]}, "scales must be greater than 0"),
        ({"dimensions": [10**6], "scales": [1.0]}, "d must be at most 3190"),
    ):
        with pytest.raises(InputError, match=message):
            intrinsic(make, train_data, **settings, **wrong)
    for wrong, message in (
        ({"target": 1.0, "scales": [1.0], "examples": 9}, "target must be above 0 and below 1"),
        ({"target": 0.5, "scales": [], "examples": 9}, "scales must hold one factor"),
        ({"target": 0.5, "scales": [1.0], "examples": 10**4}, "examples must be at most 1437"),
    ):
        with pytest.raises(InputError, match=message):
            candidates(make, train_data, d=2, **settings, **wrong)
    with pytest.raises(InputError, match="rows must have shape"):
        train(make(0), train_data, rows=torch.ones(2, 3), **settings)
    with pytest.raises(InputError, match="surface must be one of"):
        Schedule(surface="torus")  # pyright: ignore
    with pytest.raises(InputError, match="share must choose at least 3"):
        gain(made_up(np.arange(8), **{name: np.arange(8) for name in NAMES}))

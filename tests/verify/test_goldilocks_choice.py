"""Which criterion tells a good initial point, over radii and at one radius."""

from __future__ import annotations

import numpy as np
import pytest

from empirical.cuts.restricted import Schedule, intrinsic, needed_dimension
from empirical.cuts.selection import candidates, gain
from empirical.data import digits
from empirical.networks import mlp


@pytest.fixture(scope="module")
def split():
    return digits(seed=0)


def make(seed):
    return mlp((64, 50, 50, 10), bias=False, seed=seed)


def chosen(split, scales):
    data, test = split
    found = candidates(
        make,
        data,
        test=test,
        scales=scales,
        d=100,
        schedule=Schedule(steps=250),
        target=0.7,
        examples=150,
        seed=0,
    )
    return gain(found)


def test_convexity_tells_over_radii_and_low_loss_misleads(split):
    found = chosen(split, np.geomspace(0.1, 8, 40).tolist())
    assert found.faster_p.sel(criterion="convexity") < 0.01
    assert found.rank_correlation.sel(criterion="convexity") > 0.4
    assert found.faster_p.sel(criterion="loss") > 0.5


@pytest.mark.parametrize("surface", ["plane", "sphere"])
def test_needed_dimension_depends_on_the_radius(split, surface):
    data, test = split
    dimensions = [16, 64, 128, 256, 512]
    found = intrinsic(
        make,
        data,
        test=test,
        dimensions=dimensions,
        scales=[0.1, 1.0],
        schedule=Schedule(steps=250, surface=surface),
        replicates=2,
        seed=0,
    )
    mean = found.test_accuracy.mean("replicate")
    small, initial = (
        needed_dimension(mean.sel(scale=s), dimensions=dimensions, target=0.8) for s in (0.1, 1.0)
    )
    assert 16 < initial < 512
    if surface == "plane":
        assert small > 1.3 * initial
    else:
        assert mean.sel(scale=0.1).max() < 0.6

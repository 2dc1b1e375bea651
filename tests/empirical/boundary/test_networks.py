"""One network of the study, measured: its numbers against what they are made of."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from empirical.boundary import networks, reinforcing
from empirical.settings import Boundary

SETTINGS = Boundary.smallest(sets=("islands",), initialisations=("normal",), steps=20)


@pytest.fixture(scope="module")
def one():
    return networks.made(SETTINGS, (0, 0, 1))


def test_all_quantities_are_measured(one):
    found = networks.measured(one, SETTINGS, seed=0)
    assert set(found) == set(networks.NAMES)
    assert all(math.isfinite(value) for value in found.values())
    classify = networks.classifier(one.network)
    wrong = classify(one.test.inputs.double().numpy()) != one.test.targets.numpy()
    assert found["test_error"] == pytest.approx(wrong.mean())
    assert found["regions"] == one.grid.regions > 1
    assert 0 < found["margin"] < found["distance"] < 1
    k = int(found["gap_outliers"])
    along = reinforcing.alignments(one.network, one.train.inputs, one.vectors[:k])
    assert found["captured_points"] == pytest.approx(float(along.square().sum(1).mean()))


def test_the_same_place_gives_the_same_bits(one):
    again = networks.made(SETTINGS, (0, 0, 1))
    assert torch.equal(again.values, one.values)
    assert torch.equal(again.vectors, one.vectors)


def test_lanczos_finds_the_first_of_all_eigenpairs(one, monkeypatch):
    monkeypatch.setattr(networks, "WHOLE", 0)
    values, vectors = networks.eigenpairs(one.network, one.train)
    assert values.shape == (networks.TOP,)
    torch.testing.assert_close(values[:5], one.values[:5], rtol=1e-6, atol=0)
    overlap = (vectors[:3] * one.vectors[:3]).sum(1).abs()
    torch.testing.assert_close(overlap, torch.ones(3).double(), atol=1e-6, rtol=0)
    found = networks.measured(
        networks.Trained(one.network, one.train, one.test, one.grid, values, vectors),
        SETTINGS,
        seed=0,
    )
    assert math.isnan(found["generalisation"])


def test_the_largest_gap_tells_the_outliers():
    bulk = np.linspace(1, 0.5, 30)
    assert networks.gap_outliers(np.r_[30, 20, 12, bulk]) == 3
    assert networks.gap_outliers(np.r_[30, 20, 12, bulk, 1e-9]) == 3  # beyond the first 20
    assert networks.gap_outliers(np.array([2.0, 1.0, -1.0])) == 1
    assert networks.gap_outliers(np.array([1.0])) == 0

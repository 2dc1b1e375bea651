"""The tables that scikit-learn ships."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn import datasets

from empirical.data.by_name import load
from empirical.data.sources.tables import TABLES, table
from empirical.measure import require_enough
from empirical.settings import DataSource, Measurement
from theory.checks import InputError


@pytest.mark.parametrize("name", TABLES)
def test_tables_are_whole_and_scaled_by_their_training_set(name):
    train, test = load(DataSource(name=name, seed=3))
    raw = getattr(datasets, f"load_{name}")()
    assert len(train) + len(test) == len(raw.target)
    assert train.class_names == tuple(raw.target_names)
    counts = np.bincount(torch.cat([train.targets, test.targets]).numpy())
    np.testing.assert_array_equal(counts, np.bincount(raw.target))
    np.testing.assert_allclose(train.inputs.double().mean(0), 0, atol=1e-6)
    np.testing.assert_allclose(train.inputs.double().std(0, correction=0), 1, rtol=1e-6)
    assert float(test.inputs.mean(0).abs().max()) > 1e-3  # by its own mean it would be zero
    # the same map for every row: z = (x - m)/s leaves the differences of rows in proportion
    found = torch.cat([test.inputs, train.inputs]).double().numpy()
    np.testing.assert_allclose(
        np.sort(np.ptp(found, 0) / np.ptp(raw.data, 0)),
        np.sort(found.std(0) / raw.data.std(0)),
        rtol=1e-5,
    )


def test_the_seed_splits_and_a_name_must_be_known():
    first, again, other = (table("iris", seed=seed)[1] for seed in (0, 0, 1))
    assert torch.equal(first.inputs, again.inputs)
    assert not torch.equal(first.inputs, other.inputs)
    with pytest.raises(InputError, match="name must be one of iris, wine"):
        table("boston")


def test_more_examples_than_there_are_is_said_with_their_number():
    train, _ = table("wine")
    with pytest.raises(
        InputError, match="must be at most 143, the training examples of wine, got 400 \\+ 1000"
    ):
        require_enough(train, Measurement())

"""λ_max of batches: the model's draws on its line, the network's beside its prediction."""

import numpy as np
import pytest

pytestmark = pytest.mark.slow

Z = 4.5


def test_draws_lie_on_theory_where_there_are_outliers(fast):
    data = fast("batch")
    own = data.sel(noise_ratio=0.7)
    line = np.interp(data.N_sampled.values, data.N.values, own["mean"].values)
    std = np.interp(data.N_sampled.values, data.N.values, own["std"].values)
    mean = own.sampled.mean("replicate").values
    error = np.maximum(std, own.sampled.std("replicate", ddof=1).values)
    allowed = Z * error / np.sqrt(data.sizes["replicate"]) + line * 2 / data.N_sampled.values
    assert np.all(np.abs(mean - line) < allowed)
    assert np.any(np.abs(mean - 1.15 * line) > allowed)


def test_smaller_batches_are_sharper_where_noise_is_strong(fast):
    data = fast("batch")
    assert np.all(np.diff(data["mean"].sel(noise_ratio=4.0)) < 0)
    assert np.all(np.diff(data.sampled.mean("replicate").sel(noise_ratio=4.0)) < 0)


def test_a_network_is_predicted_batch_by_batch(fast):
    data = fast("batch")
    errors = data.predicted.sel(level="cluster").mean("batch") / data.measured.mean("batch") - 1
    assert float(np.abs(errors.isel(epoch=0)).max()) < 0.15


def test_batches_hold_no_example_that_the_model_is_estimated_on(networks):
    data, _ = networks.data()
    own = networks.experiment("relu").measurement
    assert len(networks.unseen()) == len(data) - own.held_out

"""The random energy model: exact values, draws, the limit, and a network's outputs."""

import numpy as np
import pytest

from figures.gallery.logits.rem import NAMES
from theory import rem

Z = 4.5


@pytest.mark.parametrize("name", NAMES)
def test_draws_lie_on_the_exact_values(fast, name):
    data = fast("rem")
    neighbour = []
    for C in data.C_sampled.values.tolist():
        own = data.sel(C_sampled=C)
        sigma = own.x_sampled.values * rem.freezing(C)
        scale = 1 if name == "participation" else np.log(C)
        mean, error = own[f"sampled_{name}"].values, own[f"sampled_{name}_error"].values
        exact, other = (getattr(rem, name)(sigma * by, C=C) / scale for by in (1, 1.1))
        assert np.all(np.abs(mean - exact) < Z * error)
        neighbour += (np.abs(mean - other) / error).tolist()
    assert max(neighbour) > Z


def test_more_classes_come_nearer_to_the_limit(fast):
    data = fast("rem")
    inside = np.abs(data.x.values - 1) > 0.15
    for name in NAMES:
        away = np.abs(data[name] - data[f"limit_{name}"])[:, inside].max("x").values
        assert np.all(np.diff(away) < 0), name


def test_a_network_freezes_within_the_bounds_of_any_outputs(fast):
    data = fast("rem")
    assert np.all(np.diff(data.measured_x) > 0)
    assert np.all(np.diff(data.measured_participation) > 0)
    assert np.all((data.measured_participation > 0.1) & (data.measured_participation < 1))
    assert np.all(data.measured_log_partition >= 1)  # Jensen, with logits of mean zero

"""Nothing is converted to an array that was not moved to the host, in any group of observables."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from empirical.data import digits
from empirical.groups.observable_groups import GROUPS
from empirical.measure import measure
from empirical.networks import mlp
from empirical.recorded import on_host, variable
from empirical.settings import Measurement


def test_tensors_alone_and_in_lists():
    tensor = torch.arange(3.0, requires_grad=True)
    np.testing.assert_array_equal(on_host(tensor), [0, 1, 2])
    found = variable("outliers", [tensor, tensor], dims=("replicate",))
    np.testing.assert_array_equal(found, [[0, 1, 2], [0, 1, 2]])
    assert on_host(2.5) == 2.5


@pytest.fixture
def on_a_device(monkeypatch):
    """Tensors refuse what they would refuse on a GPU: to become an array by themselves."""

    def refuse(self, *_, **__):
        raise TypeError("can't convert device type tensor to numpy")

    monkeypatch.setattr(torch.Tensor, "__array__", refuse)


def test_the_double_refuses(on_a_device):
    with pytest.raises(TypeError, match="can't convert"):
        np.asarray([torch.ones(2)])


@pytest.mark.parametrize("group", list(GROUPS))
def test_every_group_moves_what_it_records(group, on_a_device):
    train, _ = digits(seed=0)
    network = mlp((64, 8, 10), seed=0)
    how = Measurement(observe=(group,), examples=60, held_out=120, seed=0)
    found = measure(network, train, how)
    assert len(found.data_vars) > 3


def test_signs_of_mean_components_are_fixed():
    train, _ = digits(seed=0)
    how = Measurement(observe=("noise",), examples=60, held_out=120, seed=0)
    along = measure(mlp((64, 8, 10), seed=0), train, how).mean_components.values
    longest = np.abs(along).argmax(axis=0)
    assert np.all(along[longest, np.arange(along.shape[1])] > 0)

"""Averages of weights and of outputs, by hand."""

import pytest
import torch
from torch import nn

from empirical.data import digits
from empirical.networks import mlp
from empirical.wedges import Losses, averages
from theory import InputError, stream


@pytest.fixture(scope="module")
def losses():
    return Losses(mlp((64, 12, 10), seed=0), digits(seed=0)[1])


def test_averages_are_those_by_hand(losses):
    weights = torch.from_numpy(stream(0).standard_normal((4, losses.D))).float()
    found = averages.compare(losses, weights)
    p = losses.logits(weights).softmax(-1).mean(0)
    loss = nn.functional.nll_loss(p.log(), losses.data.targets)
    accuracy = (p.argmax(-1) == losses.data.targets).double().mean()
    assert float(found.loss.sel(of="outputs")) == pytest.approx(float(loss), rel=1e-4)
    assert float(found.accuracy.sel(of="outputs")) == float(accuracy)
    middle = losses.loss(weights.mean(0, keepdim=True))
    assert float(found.loss.sel(of="weights")) == pytest.approx(float(middle))
    assert float(found.loss.sel(of="outputs")) < float(found.loss.sel(of="each"))


def test_one_network_is_its_own_average(losses):
    found = averages.compare(losses, torch.ones(1, losses.D))
    for name in ("loss", "accuracy"):
        assert float(found[name].max() - found[name].min()) < 1e-6


def test_bad_input_is_refused(losses):
    with pytest.raises(InputError, match="weights must have shape"):
        averages.compare(losses, torch.ones(2, 3))

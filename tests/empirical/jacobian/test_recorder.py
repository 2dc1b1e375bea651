"""Which uses of weights are recorded, and which are told to be others."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from empirical.jacobian.recorder import Recorder
from theory.checks import InputError

X = torch.linspace(-1, 1, 10).reshape(2, 5)


def recorded(network: nn.Module, inputs: torch.Tensor = X, frozen: tuple[str, ...] = ()):
    parameters = {n: w for n, w in network.named_parameters() if n not in frozen}
    with Recorder(parameters) as recorder:
        outputs = network(inputs)
    return recorder, outputs


def test_uses_are_in_the_order_of_the_calls():
    network = nn.Sequential(
        nn.Linear(5, 4), nn.Tanh(), nn.LayerNorm(4), nn.Linear(4, 3, bias=False)
    )
    recorder, outputs = recorded(network)
    assert [use.signature for use in recorder.uses] == [
        ("linear", "0.weight", "0.bias"),
        ("norm", "2.weight", "2.bias"),
        ("linear", "3.weight", None),
    ]
    assert not recorder.others
    assert torch.equal(outputs, network(X))
    assert torch.equal(recorder.uses[0].input, X)


def test_a_frozen_weight_has_no_name():
    recorder, _ = recorded(nn.Linear(5, 3), frozen=("weight",))
    assert [use.signature for use in recorder.uses] == [("linear", None, "bias")]


def test_a_layer_used_twice_is_recorded_twice():
    layer = nn.Linear(5, 5)
    recorder, _ = recorded(nn.Sequential(layer, nn.Tanh(), layer))
    assert [use.weight for use in recorder.uses] == ["0.weight"] * 2


def test_a_weight_in_another_function_is_one_of_the_others():
    class ByHand(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(5, 3)

        def forward(self, x):
            return F.linear(x, 2 * self.layer.weight, self.layer.bias)

    recorder, _ = recorded(ByHand())
    assert recorder.others == {"layer.weight"}
    assert [use.signature for use in recorder.uses] == [("linear", None, "layer.bias")]


def test_what_a_network_does_to_an_output_in_place_does_not_change_the_record():
    recorder, outputs = recorded(nn.Sequential(nn.Linear(5, 4), nn.ReLU(inplace=True)))
    assert recorder.uses[0].output.min() < 0
    assert outputs.min() >= 0


def test_a_norm_over_the_batch_is_refused():
    network = nn.Sequential(nn.Linear(5, 4), nn.BatchNorm1d(4))
    with pytest.raises(InputError, match="normalises over the batch"):
        recorded(network)
    recorder, _ = recorded(network.eval())
    assert [use.kind for use in recorder.uses] == ["linear", "norm"]

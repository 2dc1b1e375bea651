"""Logits in the outputs of networks, trained and measured alike."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch
from torch import nn

from empirical import networks
from empirical.classification import accuracy
from empirical.networks import outputs
from empirical.networks.training import load_checkpoint
from tests.support.networks.training_runs import run
from tests.support.references.explicit_jacobian import random_data
from theory.checks import InputError

Z = torch.arange(6.0).view(2, 3)


@pytest.mark.parametrize(
    "output", [Z, {"logits": Z, "loss": 1.0}, SimpleNamespace(logits=Z)], ids=["z", "dict", "named"]
)
def test_logits_are_found(output):
    assert outputs.logits(output, n=2) is Z


def test_a_single_example_may_be_squeezed():
    assert outputs.logits(Z[0], n=1).shape == (1, 3)


@pytest.mark.parametrize("output", [None, (Z, Z), Z[0], Z.sum(), {"scores": Z}, Z[None]])
def test_what_holds_none_is_refused(output):
    with pytest.raises(InputError, match=r"network must return logits of shape \(2, C\)"):
        outputs.logits(output, n=2)


def test_sparse_logits_are_refused():
    with pytest.raises(InputError, match=r"must return dense logits, got torch.sparse_coo"):
        outputs.logits(Z.to_sparse(), n=2)


class Wrapped(nn.Module):
    """The same network whose output is a dict."""

    def __init__(self):
        super().__init__()
        self.inner = networks.mlp((5, 6, 4), seed=1)

    def forward(self, x):
        return {"logits": self.inner(x)}


def test_a_dict_is_trained_and_tested_as_its_logits(tmp_path):
    wrapped = networks.own(f"{__name__}:Wrapped", seed=0)
    paths = run(tmp_path / "dict", network=wrapped)
    plain = run(tmp_path / "plain")
    found = load_checkpoint(paths[-1], factory=f"{__name__}:Wrapped").network
    expected = load_checkpoint(plain[-1]).network
    for a, b in zip(found.parameters(), expected.parameters(), strict=True):
        assert torch.equal(a, b)
    data = random_data(30)
    assert accuracy(found, data) == accuracy(expected, data)

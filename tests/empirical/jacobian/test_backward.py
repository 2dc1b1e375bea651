"""How a network's weights are used, found from two runs, and what a later run may not change."""

import pytest
import torch
from torch import nn

from empirical.jacobian import backward, plan
from theory.checks import InputError

X = torch.linspace(-1, 1, 24, dtype=torch.float64).reshape(4, 6)


class Partly(nn.Module):
    """A known layer, a scale by hand, and a layer that no logit depends on."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(6, 3)
        self.scale = nn.Parameter(torch.ones(3))
        self.idle = nn.Linear(6, 2)
        self.double()

    def forward(self, x):
        return self.layer(x) * self.scale


def test_weights_are_merged_explicit_or_unused():
    found = plan.make_plan(Partly(), X)
    assert found.parameters == tuple(name for name, _ in Partly().named_parameters())
    assert found.explicit == ("scale",)
    assert set(found.unused) == {"idle.weight", "idle.bias"}
    assert found.merged == {"layer.weight"}
    assert found.axes == (0,)


def test_a_run_gives_the_logits_and_the_gradients_of_every_weight():
    network = Partly()
    logits, gradients = backward.run(network, X, plan.make_plan(network, X))
    assert torch.equal(logits, network(X))
    assert sum(w.numel() for w in network.parameters()) == gradients.D
    v = torch.linspace(0, 1, gradients.D, dtype=torch.float64)
    for n, k in ((0, 0), (3, 2)):
        rows = torch.autograd.grad(
            network(X)[n, k], list(network.parameters()), materialize_grads=True, allow_unused=True
        )
        expected = torch.cat([row.flatten() for row in rows]) @ v
        torch.testing.assert_close(gradients.project(v[None])[n, k, 0], expected)


def test_storage_grows_with_the_layers():
    small, large = (
        plan.make_plan(nn.Sequential(nn.Linear(6, n), nn.Linear(n, 3)).double(), X) for n in (4, 40)
    )
    assert large.storage > small.storage > 0
    assert large.work > small.work > 0


def test_frozen_networks_and_changing_ones_are_refused():
    network = nn.Linear(6, 3).double()
    for weight in network.parameters():
        weight.requires_grad_(False)
    with pytest.raises(InputError, match="weights that require gradients, got none"):
        plan.make_plan(network, X)

    class Changing(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layers = nn.ModuleList([nn.Linear(6, 3), nn.Linear(6, 3)]).double()
            self.runs = 0

        def forward(self, x):
            self.runs += 1
            return self.layers[self.runs % 2](x)

    with pytest.raises(InputError, match="must not be random"):
        plan.make_plan(Changing(), X)

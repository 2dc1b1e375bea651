"""One batch of a linear network, of which every derivative has a closed form."""

import pytest
import torch
from torch import nn

from empirical.operators.passes import held_bytes, record, twice_differentiable
from theory.checks import InputError

CPU = torch.device("cpu")
X = torch.linspace(-1, 1, 20, dtype=torch.float64).reshape(5, 4)
Y = torch.tensor([0, 1, 2, 0, 1])
N = 9  # of which five are in the batch


def linear(classes: int = 3) -> nn.Linear:
    torch.manual_seed(0)
    return nn.Linear(4, classes, bias=False, dtype=torch.float64)


def made(network: nn.Module, targets: torch.Tensor = Y):
    with twice_differentiable(CPU):
        return record(network, X, targets, list(network.parameters()), N=N)


def test_loss_and_gradient():
    network = linear()
    found = made(network)
    p = (X @ network.weight.T).softmax(1).detach()
    assert found.loss == pytest.approx(float(-p[range(5), Y].log().sum()) / N, rel=1e-13)
    r = p - nn.functional.one_hot(Y, 3)
    torch.testing.assert_close(found.gradient[0].detach(), r.T @ X / N)


def test_the_products_of_G_are_those_of_H_and_K_vanishes():
    network = linear()
    found = made(network)
    V = torch.linspace(1, -2, 12, dtype=torch.float64).reshape(3, 4)
    p = (X @ network.weight.T).softmax(1).detach()
    change = p * (X @ V.T)
    expected = (change - p * change.sum(1, keepdim=True)).T @ X / N
    weights = list(network.parameters())
    for term in ("G", "H"):
        torch.testing.assert_close(found.product(term, [V], weights, [0])[0], expected)
    assert not found.product("K", [V], weights, [0])[0].any()
    assert found.gate.open


def test_a_graph_holds_its_inputs_and_no_pass_outlives_the_count():
    few = held_bytes(lambda: made(linear()))
    assert few >= X.numel() * 8
    wider = held_bytes(lambda: made(linear(30)))
    assert wider > few


class Viewed(nn.Module):
    """A convolution whose images are read as they lie in memory."""

    def __init__(self) -> None:
        super().__init__()
        self.convolution, self.head = nn.Conv2d(1, 2, 2), nn.Linear(18, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.convolution(x).view(len(x), -1))


def test_a_network_that_reads_the_memory_of_its_images_finds_them_as_torch_lays_them_out():
    network = Viewed()
    images = torch.linspace(-1, 1, 80).reshape(5, 1, 4, 4)
    with twice_differentiable(CPU):
        found = record(network, images, Y, list(network.parameters()), N=N)
    torch.testing.assert_close(found.logits, network(images))


@pytest.mark.parametrize(
    ("network", "targets", "message"),
    [
        (linear(1), Y, r"shape \(5, C\) with C at least 2, got \(5, 1\)"),
        (linear(), Y + 1, "targets must lie in 0..2, got 3"),
        (nn.Sequential(linear(), nn.Flatten(0)), Y, r"got \(15,\)"),
    ],
)
def test_what_is_no_classifier_of_the_targets_is_refused(network, targets, message):
    with pytest.raises(InputError, match=message):
        made(network, targets)


def test_a_loss_that_is_not_finite_is_refused():
    network = linear()
    with torch.no_grad():
        network.weight.fill_(torch.nan)
    with pytest.raises(InputError, match="loss must be finite, got nan"):
        made(network)

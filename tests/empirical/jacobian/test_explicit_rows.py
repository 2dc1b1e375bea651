"""Rows of the Jacobian one example at a time, in all ways of making them."""

import pytest
import torch
from torch import nn

from empirical.jacobian import explicit_rows

X = torch.linspace(-1, 1, 12, dtype=torch.float64).reshape(3, 4)


class Tied(nn.Module):
    """One weight under two names: ``z = W tanh(W x)``."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.first = nn.Linear(4, 4, bias=False, dtype=torch.float64)
        self.second = nn.Linear(4, 4, bias=False, dtype=torch.float64)
        self.second.weight = self.first.weight

    def forward(self, x):
        return self.second(torch.tanh(self.first(x)))


class Recurrent(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.cell = nn.LSTM(2, 3, batch_first=True, dtype=torch.float64)

    def forward(self, x):
        return self.cell(x.reshape(len(x), 2, 2))[0][:, -1]


def test_tied_weights_have_the_sum_of_both_uses():
    network = Tied()
    (found,) = explicit_rows.rows(network, X, ["first.weight"])
    W = network.first.weight.detach()
    h = torch.tanh(X @ W.T)
    outer = torch.einsum("kl,nj->nklj", torch.eye(4, dtype=torch.float64), h)
    inner = torch.einsum("kl,nl,nj->nklj", W, 1 - h**2, X)
    torch.testing.assert_close(found.linear_part, (outer + inner).flatten(2))


def test_all_at_once_and_one_by_one_are_the_same():
    network = nn.Sequential(nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 3)).double()
    names = ["2.weight", "0.bias"]
    at_once = explicit_rows._at_once(network, X, names)
    one_by_one = explicit_rows._one_by_one(network, X, names)
    for a, b in zip(at_once, one_by_one, strict=True):
        assert a.names == b.names
        torch.testing.assert_close(a.linear_part, b.linear_part)


def test_where_torch_cannot_do_all_at_once_it_is_done_one_by_one(monkeypatch):
    network = Recurrent()
    names = [name for name, _ in network.named_parameters()]
    expected = explicit_rows._one_by_one(network, X, names)

    def cannot(*_):
        raise NotImplementedError

    monkeypatch.setattr(explicit_rows, "_at_once", cannot)
    for a, b in zip(explicit_rows.rows(network, X, names), expected, strict=True):
        assert torch.equal(a.linear_part, b.linear_part)


def test_a_weight_that_no_logit_depends_on_has_rows_of_zeros():
    network = nn.Sequential(nn.Linear(4, 3, dtype=torch.float64))
    network.register_parameter("idle", nn.Parameter(torch.ones(2, dtype=torch.float64)))
    for rows in (explicit_rows._at_once, explicit_rows._one_by_one):
        (found,) = rows(network, X, ["idle"])
        assert found.shape == (3, 3, 2)
        assert not found.linear_part.any()


@pytest.mark.parametrize("names", [["0.weight"], ["0.bias", "0.weight"]])
def test_only_the_named_weights_have_rows(names):
    network = nn.Sequential(nn.Linear(4, 3)).double()
    assert [row.names for row in explicit_rows.rows(network, X, names)] == [(n,) for n in names]


class ByName(nn.Module):
    """A network that asks for its parameter, which torch.func replaces by a tensor."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(4, 2)

    def forward(self, x):
        return torch.einsum("ni,oi->no", x, self.layer.get_parameter("weight")).sin()


@pytest.mark.parametrize("n", [2, 3])  # with as many examples as logits vmap's PReLU is wrong
@pytest.mark.parametrize("kind", ["prelu", "by name"])
def test_what_torch_func_gets_wrong_is_taken_one_by_one(n, kind):
    torch.manual_seed(0)
    prelu = nn.Sequential(nn.PReLU(4), nn.Linear(4, 2))
    network = (prelu if kind == "prelu" else ByName()).double()
    x = torch.randn(n, 4, dtype=torch.float64)
    names = [name for name, _ in network.named_parameters()]
    found = explicit_rows.rows(network, x, names)
    for each, weight in zip(found, network.parameters(), strict=True):
        for example, row in zip(x, each.rows, strict=True):
            for z, gradient in zip(network(example[None])[0], row, strict=True):
                (expected,) = torch.autograd.grad(
                    z, weight, retain_graph=True, allow_unused=True, materialize_grads=True
                )
                torch.testing.assert_close(gradient, expected.flatten(), rtol=1e-12, atol=1e-14)

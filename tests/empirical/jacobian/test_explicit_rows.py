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

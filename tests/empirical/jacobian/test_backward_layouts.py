"""Networks whose examples do not lie one after the other: right all the same, with a note."""

import pytest
import torch
from torch import nn

from empirical.capture import capture, samples
from empirical.jacobian.gradients import LogitGradients

X = torch.randn(9, 5, generator=torch.Generator().manual_seed(1))
Y = torch.arange(9) % 3
NOTE = "layers do not hold one example after the other: .* formed in full, {} numbers for each"


class Experts(nn.Module):
    """Each example goes to one of three experts."""

    def __init__(self) -> None:
        super().__init__()
        self.gate, self.head = nn.Linear(5, 3), nn.Linear(6, 3)
        self.experts = nn.ModuleList(nn.Linear(5, 6) for _ in range(3))

    def forward(self, x):
        weight, chosen = self.gate(x).softmax(-1).max(-1)
        out = x.new_zeros(len(x), 6)
        for k, expert in enumerate(self.experts):
            at = (chosen == k).nonzero()[:, 0]
            out = out.index_add(0, at, expert(x[at]) * weight[at, None])
        return self.head(out.tanh())


class Views(nn.Module):
    """Two views of each example, one after the other along the batch."""

    def __init__(self) -> None:
        super().__init__()
        self.body, self.head = nn.Linear(5, 4), nn.Linear(4, 3)

    def forward(self, x):
        a, b = self.body(torch.cat([x, x.flip(1)])).tanh().chunk(2)
        return self.head(a * b)


class TimeFirst(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.body, self.head = nn.Linear(1, 4), nn.Linear(4, 3)

    def forward(self, x):
        return self.head(self.body(x.T.reshape(-1, 1)).tanh().view(5, -1, 4).mean(0))


class Squeezed(nn.Module):
    """Loses the axis of a single example."""

    def __init__(self) -> None:
        super().__init__()
        self.body, self.head = nn.Conv1d(1, 4, 3), nn.Linear(4, 3)

    def forward(self, x):
        return self.head(self.body(x[:, None]).tanh().mean(-1, keepdim=True).squeeze())


class Tied(nn.Module):
    """One table: input embedding and, projected, output weights."""

    def __init__(self) -> None:
        super().__init__()
        self.table, self.out, self.mix = nn.Embedding(3, 4), nn.Linear(4, 5), nn.Linear(4, 5)

    def forward(self, x):
        h = self.mix(self.table((x > 0).long().sum(1) % 3)).tanh()
        return h @ self.out(self.table.weight).T


class Recurrent(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.memory, self.head = nn.GRU(1, 80, batch_first=True), nn.Linear(80, 3)

    def forward(self, x):
        return self.head(self.memory(x[:, :, None])[0][:, -1])


def made(kind: type[nn.Module]) -> nn.Module:
    torch.manual_seed(0)
    return kind()


def jacobian(network: nn.Module) -> torch.Tensor:
    """One backward pass for each logit of each example, in its batch, in float64."""
    network = network.double()
    weights = list(network.parameters())
    logits = network(X.double())
    rows = [
        torch.autograd.grad(z, weights, retain_graph=True, materialize_grads=True)
        for z in logits.flatten()
    ]
    flat = [torch.cat([part.flatten() for part in row]) for row in rows]
    return torch.stack(flat).view(*logits.shape, -1)


@pytest.mark.parametrize("kind", [Squeezed, Tied, Recurrent])
def test_what_can_be_read_is(kind):
    found = capture(made(kind), [(X, Y)]).gradients
    basis = torch.eye(found.D, dtype=torch.float64) if found.D < 1000 else _some(found)
    want = jacobian(made(kind)) @ basis.T
    torch.testing.assert_close(found.project(basis), want, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("kind", [Experts, Views, TimeFirst])
@pytest.mark.parametrize("batch", [1, 4, 9])
def test_what_cannot_be_read_is_formed_in_full_and_says_so(kind, batch):
    network, want = made(kind), jacobian(made(kind))
    with pytest.warns(UserWarning, match=NOTE.format(3 * want.shape[2])):
        found = capture(network, list(zip(X.split(batch), Y.split(batch), strict=True)))
    basis = torch.eye(found.gradients.D, dtype=torch.float64)
    torch.testing.assert_close(found.gradients.project(basis), want, rtol=1e-11, atol=1e-13)


def test_a_stream_goes_on_where_reading_ends():
    network, want = made(Experts), jacobian(made(Experts))
    singles = list(zip(X.split(3), Y.split(3), strict=True))
    with pytest.warns(UserWarning, match="formed in full"):
        pieces = list(samples(network, singles))
    basis = torch.eye(want.shape[2], dtype=torch.float64)
    found = torch.cat([piece.gradients.project(basis) for piece in pieces])
    torch.testing.assert_close(found, want, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("kind", [Recurrent, Squeezed])
def test_samples_of_unequal_size_have_inner_products(kind):
    """Explicit rows are cut to the size of the sample: two samples must be cut alike."""
    network, few = made(kind), 2
    whole = capture(network, [(X.repeat(40, 1), Y.repeat(40))]).gradients
    part = whole.take(slice(0, few))
    found = whole.cross_gram(part)
    J = jacobian(made(kind))
    want = torch.einsum("nkd,mld->nkml", J.repeat(40, 1, 1), J[:few])
    torch.testing.assert_close(found, want, rtol=1e-11, atol=1e-13)


def test_gradients_that_were_read_and_formed_have_inner_products():
    read = capture(made(Squeezed), [(X, Y)]).gradients
    formed = read._explicit()
    assert isinstance(formed, LogitGradients)
    assert len(formed.layers) == 1 < len(read.layers)
    torch.testing.assert_close(read.cross_gram(formed), read.cross_gram(read))


def _some(gradients: LogitGradients) -> torch.Tensor:
    generator = torch.Generator().manual_seed(3)
    return torch.randn(4, gradients.D, generator=generator, dtype=torch.float64)

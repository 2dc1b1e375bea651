"""Replicated SGD on quadratics, with batches that part the copies, and its resumption."""

import itertools

import numpy as np
import pytest
import torch
from torch import nn

from empirical.minima import ReplicatedSGD
from theory import InputError

H = 3.0


def weight(size=1):
    return nn.Parameter(torch.zeros(size, dtype=torch.float64))


def batches(w, optimizer, places):
    """Loss ``H (w - a)²/2``, with the next a of ``places`` at each call."""
    endless = itertools.cycle(places)

    def closure():
        optimizer.zero_grad()
        loss = H * ((w - next(endless)) ** 2).sum() / 2
        loss.backward()
        return loss

    return closure


def test_copies_rest_where_pull_and_descent_balance():
    """Copy a sees its own minimum m_a: it rests at m̄ + H/(H+2g) (m_a - m̄), the centre at m̄."""
    places, g = [0.0, 1.0, 5.0], 0.7
    w = weight()
    optimizer = ReplicatedSGD([w], lr=0.1, replicas=3, coupling=g)
    closure = batches(w, optimizer, places)
    for _ in range(200):
        optimizer.step(closure)
    copies = optimizer.state[w]["replicas"][:, 0].numpy()
    expected = 2.0 + H / (H + 2 * g) * (np.array(places) - 2.0)
    np.testing.assert_allclose(copies, expected, rtol=1e-9)
    assert w.item() == pytest.approx(2.0)
    wrong = 2.0 + H / (H + g) * (np.array(places) - 2.0)
    assert np.abs(copies - wrong).max() > 0.1


def test_without_coupling_each_copy_is_sgd():
    w, alone = weight(), weight()
    optimizer = ReplicatedSGD([w], lr=0.1, replicas=2, coupling=0.0)
    plain = torch.optim.SGD([alone], lr=0.1)
    closure, other = batches(w, optimizer, [1.0, 4.0]), batches(alone, plain, [4.0])
    for _ in range(5):
        optimizer.step(closure)
        plain.step(other)
    assert torch.equal(optimizer.state[w]["replicas"][1], alone.data)


def test_the_coupling_grows_and_schedules_set_the_rate():
    w = weight()
    optimizer = ReplicatedSGD([w], lr=0.1, replicas=2, coupling=0.2, growth=0.1)
    schedule = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
    closure = batches(w, optimizer, [1.0])
    for _ in range(2):
        optimizer.step(closure)
        schedule.step()
    first = 0.1 * H
    assert w.item() == pytest.approx(first + 0.05 * H * (1 - first))
    assert optimizer.param_groups[0]["coupling"] == pytest.approx(0.2 * 1.1**2)


def normalised(seed=0):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 2)).double()


def descended(network, optimizer, *, steps, first=0):
    draws = [
        torch.randn(8, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(i))
        for i in range(first * optimizer.replicas, (first + steps) * optimizer.replicas)
    ]
    examples = iter(draws)

    def closure():
        optimizer.zero_grad()
        loss = network(next(examples)).square().mean()
        loss.backward()
        return loss

    for _ in range(steps):
        optimizer.step(closure)


def test_running_statistics_of_the_centre_are_the_mean_of_those_of_the_copies():
    with torch.random.fork_rng():
        network, alone = normalised(), normalised()
    optimizer = ReplicatedSGD(
        network.parameters(), lr=1e-12, replicas=2, coupling=0.0, buffers=network.buffers()
    )
    descended(network, optimizer, steps=1)
    own = []
    for i in range(2):
        x = torch.randn(8, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(i))
        own.append(0.1 * alone[0](x).detach().mean(0))
    torch.testing.assert_close(network[1].running_mean, (own[0] + own[1]) / 2)
    assert network[1].num_batches_tracked == 2


def test_what_goes_on_from_the_state_has_the_same_bits(tmp_path):
    def begun():
        with torch.random.fork_rng():
            network = normalised()
        return network, ReplicatedSGD(
            network.parameters(), lr=0.1, growth=0.1, buffers=network.buffers()
        )

    whole, first = begun()
    descended(whole, first, steps=4)
    saved, half = begun()
    descended(saved, half, steps=2)
    torch.save([saved.state_dict(), half.state_dict()], tmp_path / "state.pt")
    weights, state = torch.load(tmp_path / "state.pt", weights_only=True)
    later, second = begun()
    later.load_state_dict(weights)
    second.load_state_dict(state)
    descended(later, second, steps=2, first=2)
    for name, value in whole.state_dict().items():
        assert torch.equal(later.state_dict()[name], value), name


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"lr": -0.1}, "lr must be greater than 0"),
        ({"replicas": 1}, "replicas must be at least 2, got 1"),
        ({"coupling": -1.0}, "coupling must be at least 0"),
    ],
)
def test_bad_input_is_refused(changes, message):
    with pytest.raises(InputError, match=message):
        ReplicatedSGD([weight()], **{"lr": 0.1} | changes)
    with pytest.raises(InputError, match="closure must be given"):
        ReplicatedSGD([weight()], lr=0.1).step()


def test_a_state_of_other_copies_is_refused():
    w, other = weight(), weight()
    two, three = ReplicatedSGD([w], lr=0.1, replicas=2), ReplicatedSGD([other], lr=0.1)
    two.step(batches(w, two, [1.0]))
    with pytest.raises(InputError, match="replicas must be 2, as in the state, got 3"):
        three.load_state_dict(two.state_dict())

"""Entropy-SGD on quadratics, whose local entropy is a Gaussian integral, and its resumption."""

import copy
import math

import pytest
import torch
from torch import nn

from empirical.minima import EntropySGD
from theory import InputError

H, A = 3.0, 1.5  # curvature and place of the quadratic's minimum


def quadratic(w, optimizer):
    def closure():
        optimizer.zero_grad()
        loss = H * ((w - A) ** 2).sum() / 2
        loss.backward()
        return loss

    return closure


def weight(value=0.0, size=1):
    return nn.Parameter(torch.full((size,), value, dtype=torch.float64))


def test_a_step_goes_by_the_gradient_of_the_local_entropy():
    """∫ exp(-h(w'-a)²/2 - γ(w'-w)²/2) dw' is Gaussian: its gradient is -hγ/(h+γ) (w - a)."""
    w, gamma, lr = weight(), 0.8, 0.2
    optimizer = EntropySGD([w], lr=lr, gamma=gamma, steps=80, noise=0.0, seed=0)
    optimizer.step(quadratic(w, optimizer))
    slope = -H * gamma / (H + gamma) * (0.0 - A)
    assert w.item() == pytest.approx(slope / gamma, rel=1e-9)
    assert abs(w.item() / (-H * (0.0 - A) / gamma) - 1) > 0.1  # the gradient of f itself


@pytest.mark.parametrize("steps", [1, 2, 5])
def test_few_langevin_steps_are_a_running_mean_of_a_geometric_approach(steps):
    w, gamma, lr = weight(), 0.8, 0.1
    optimizer = EntropySGD([w], lr=lr, gamma=gamma, steps=steps, noise=0.0, seed=0)
    optimizer.step(quadratic(w, optimizer))
    end, factor = H * A / (H + gamma), 1 - lr * (H + gamma)
    path = [end + (0.0 - end) * factor**k for k in range(1, steps + 1)]
    expected = sum(0.25 * 0.75 ** (steps - k) * x for k, x in enumerate(path, start=1))
    assert w.item() == pytest.approx(expected, rel=1e-12)


def test_the_noise_has_the_variance_of_its_autoregression():
    """The mean μ of an AR(1) process x: Var μ = Σ weights² and covariances, in closed form."""
    size, gamma, lr, noise = 40_000, 0.5, 0.2, 0.3
    w = weight(A, size)  # starts at the minimum: the mean stays there
    optimizer = EntropySGD([w], lr=lr, gamma=gamma, steps=60, noise=noise, seed=1)
    optimizer.step(quadratic(w, optimizer))
    phi, rho = 1 - lr * (H + gamma), 0.75
    single = lr * noise**2 / (1 - phi**2)
    expected = single * (1 - rho) / (1 + rho) * (1 + rho * phi) / (1 - rho * phi)
    drift = w.detach() - A
    found = float((drift**2).mean())
    assert abs(found / expected - 1) < 4 * math.sqrt(2 / size)
    assert abs(found / single - 1) > 0.2
    assert abs(float(drift.mean())) < 4 * math.sqrt(expected / size)


def test_gamma_grows_with_each_step():
    w = weight()
    optimizer = EntropySGD([w], lr=0.1, gamma=0.2, growth=0.1, seed=0)
    for _ in range(3):
        optimizer.step(quadratic(w, optimizer))
    assert optimizer.param_groups[0]["gamma"] == pytest.approx(0.2 * 1.1**3)


def test_schedules_of_torch_set_the_rate_and_frozen_weights_stay():
    w, frozen = weight(), weight(7.0)
    optimizer = EntropySGD([w, frozen], lr=0.1, steps=1, gamma=0.0, noise=0.0, seed=0)
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.5)
    places = [w.item()]
    for _ in range(2):
        optimizer.step(quadratic(w, optimizer))
        schedule.step()
        places.append(w.item())
    assert places[1] == pytest.approx(0.25 * 0.1 * H * A)
    assert places[2] - places[1] == pytest.approx(0.25 * 0.05 * H * (A - places[1]))
    assert frozen.item() == 7.0


def test_what_goes_on_from_the_state_has_the_same_bits(tmp_path):
    def begun(seed):
        w = weight(0.0, 5)
        return w, EntropySGD([w], lr=0.1, growth=0.01, noise=0.1, seed=seed)

    whole, first = begun(3)
    for _ in range(4):
        first.step(quadratic(whole, first))
    saved, half = begun(3)
    for _ in range(2):
        half.step(quadratic(saved, half))
    torch.save(half.state_dict(), tmp_path / "state.pt")
    later, second = begun(99)
    later.data = saved.data.clone()
    second.load_state_dict(torch.load(tmp_path / "state.pt", weights_only=True))
    for _ in range(2):
        second.step(quadratic(later, second))
    assert torch.equal(later, whole)
    other = copy.deepcopy(saved)
    lost = EntropySGD([other], lr=0.1, growth=0.01, noise=0.1, seed=99)
    for _ in range(2):
        lost.step(quadratic(other, lost))
    assert not torch.equal(other, whole)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"lr": 0.0}, "lr must be greater than 0"),
        ({"gamma": -1.0}, "gamma must be at least 0"),
        ({"steps": 0}, "steps must be at least 1, got 0"),
        ({"noise": math.nan}, "noise must be finite"),
    ],
)
def test_bad_input_is_refused(changes, message):
    with pytest.raises(InputError, match=message):
        EntropySGD([weight()], **{"lr": 0.1, "seed": 0} | changes)
    with pytest.raises(InputError, match="closure must be given"):
        EntropySGD([weight()], lr=0.1, seed=0).step()

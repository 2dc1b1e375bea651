"""Radius of tunnels and the noise floor, against direct sampling of the toy."""

import numpy as np
import pytest

from theory import InputError, stream
from theory.wedges import tunnels

D, n = 400, 300


def loss(P):
    return np.sqrt(np.sort(P**2, axis=-1)[..., : D - n].sum(axis=-1))


def test_loss_along_random_directions_passes_the_bound_at_the_radius():
    rng = stream(0)
    P = np.where(np.arange(D) < n, 50.0, 0.0)  # far from all other planes
    steps = rng.standard_normal((500, D))
    steps /= np.linalg.norm(steps, axis=1, keepdims=True)
    r = tunnels.radius(0.3, D=D, n=n)
    reached = loss(P + r * steps)
    error = 4 * reached.std() / np.sqrt(500)
    assert abs((reached**2).mean() ** 0.5 - 0.3) < error
    assert abs((reached**2).mean() ** 0.5 - 0.3 * np.sqrt(n / (D - n))) > error


def test_noise_lifts_the_loss_to_its_floor():
    rng, eta, s = stream(1), 0.4, 0.2
    P = np.where(np.arange(D) < n, 50.0, 0.0)
    squares = []
    for step in range(3000):
        g = np.where(np.arange(D) < n, 0.0, P)
        P = P - eta * (g + s * rng.standard_normal(D))
        if step >= 100:
            squares.append(loss(P) ** 2)
    floor = tunnels.noise_floor(eta, D=D, n=n, noise=s)
    correlation = (1 + (1 - eta) ** 2) / (1 - (1 - eta) ** 2)  # of a square, over steps
    error = 4 * np.std(squares) * np.sqrt(correlation / len(squares))
    assert abs(np.mean(squares) - floor**2) < error
    small_rate = (D - n) * eta * s**2 / 2  # without the discreteness of steps
    assert abs(np.mean(squares) - small_rate) > error


def test_limits():
    assert tunnels.radius(0.5, D=10, n=3, loss=0.5) == 0
    assert tunnels.noise_floor(0.1, D=10, n=3, noise=0) == 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: tunnels.radius(0.1, D=10, n=3, loss=0.2), "bound must be at least 0.2, got 0.1"),
        (lambda: tunnels.noise_floor(2.0, D=10, n=3, noise=1), "learning_rate must be below 2"),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(InputError, match=message):
        call()

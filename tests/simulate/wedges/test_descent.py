"""Noisy descent on the toy and the width of its tunnels against theory."""

import numpy as np
import pytest

from simulate.wedges import descent, landscape
from theory import InputError, stream
from theory.checks import ConvergenceError
from theory.wedges import tunnels

D, n = 400, 300


@pytest.fixture
def inside():
    return np.where(np.arange(D) < n, 30.0, 0.0)  # on a plane, far from all others


def test_without_noise_the_loss_falls_by_the_same_factor_each_step():
    start = stream(0).standard_normal(D)
    path = descent.descend(start, n=n, learning_rate=0.25, steps=30, rng=stream(1))
    np.testing.assert_allclose(path.losses[1:] / path.losses[:-1], 0.75, rtol=1e-9)
    _, off = landscape.off_plane(start, n=n)
    np.testing.assert_allclose(path.end[off], start[off] * 0.75**30)


@pytest.mark.parametrize("eta", [0.1, 0.5, 1.5])
def test_noise_lifts_the_loss_to_the_floor_of_its_learning_rate(inside, eta):
    steps, s = 4000, 0.1
    path = descent.descend(inside, n=n, learning_rate=eta, noise=s, steps=steps, rng=stream(2))
    squares = path.losses[200:] ** 2
    floor = tunnels.noise_floor(eta, D=D, n=n, noise=s)
    decay = (1 - eta) ** 2
    error = 4 * squares.std() * np.sqrt((1 + decay) / (1 - decay) / len(squares))
    assert abs(squares.mean() - floor**2) < error
    assert abs(squares.mean() - tunnels.noise_floor(0.9 * eta, D=D, n=n, noise=s) ** 2) > error


def test_blocks_of_noise_change_nothing(inside, monkeypatch):
    settings = {"n": n, "learning_rate": 0.3, "noise": 0.2, "steps": 7}
    whole = descent.descend(inside, rng=stream(3), **settings)
    monkeypatch.setattr(descent, "BLOCK", 2 * D)
    parts = descent.descend(inside, rng=stream(3), **settings)
    np.testing.assert_array_equal(whole.end, parts.end)
    np.testing.assert_array_equal(whole.losses, parts.losses)


def test_the_tunnel_is_as_wide_as_theory_has_it(inside):
    radii = descent.tunnel_radius(inside, n=n, bound=0.2, directions=200, rng=stream(4))
    theory = tunnels.radius(0.2, D=D, n=n)
    bias = theory / (D - n)  # of the mean of 1/√χ²
    error = 4 * radii.std() / np.sqrt(200) + bias
    assert abs(radii.mean() - theory) < error
    assert abs(radii.mean() - tunnels.radius(0.2, D=D, n=n - 20)) > error
    assert np.all(
        descent.tunnel_radius(inside + 1, n=n, bound=0.2, directions=2, rng=stream(4)) == 0
    )


def test_a_tunnel_is_wider_where_other_planes_are_near(inside):
    """Where coordinates of the plane are small, another plane is nearer at the end of a step."""
    crossing = np.where(np.arange(D) < n // 2, 0.0, inside)
    radii = [
        descent.tunnel_radius(P, n=n, bound=0.2, directions=50, rng=stream(5)).mean()
        for P in (inside, crossing)
    ]
    assert radii[1] > 1.5 * radii[0]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"learning_rate": 2.0}, "learning_rate must be below 2, got 2"),
        ({"noise": -1.0}, "noise must be at least 0, got -1"),
        ({"steps": 0}, "steps must be at least 1, got 0"),
        ({"n": 400}, "n must be at most 399, got 400"),
    ],
)
def test_bad_input_is_refused(changes, message, inside):
    settings = {"n": n, "learning_rate": 0.1, "steps": 3, "rng": stream(0)}
    with pytest.raises(InputError, match=message):
        descent.descend(inside, **settings | changes)
    with pytest.raises(InputError, match="bound must be greater than 0"):
        descent.tunnel_radius(inside, n=n, bound=0.0, directions=1, rng=stream(0))


def test_a_tunnel_without_end_is_told(inside, monkeypatch):
    monkeypatch.setattr(descent, "DOUBLINGS", 1)
    with pytest.raises(ConvergenceError, match=r"stays below 0\.01"):
        descent.tunnel_radius(inside, n=n, bound=0.01, directions=1, rng=stream(0))

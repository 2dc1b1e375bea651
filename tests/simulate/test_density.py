"""The density of one draw's spectrum by Lanczos steps."""

import numpy as np
import pytest

from simulate.density import Density, density
from simulate.ensemble import ensemble
from simulate.top import explore
from theory import InputError, stream


def inputs(N=200, C=5, *, sigma_z=1.0):
    rng = stream(30, "density")
    z = sigma_z * rng.standard_normal((N, C))
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    return p, p - np.eye(C)[rng.integers(C, size=N)]


def run(*, k=4, steps=40, seed=31, sigma_z=1.0, D=2000, **model):
    return density(
        *inputs(sigma_z=sigma_z),
        k=k,
        steps=steps,
        rng=stream(seed),
        **({"Gamma": np.eye(5), "sigma_E": 0.7, "D": D} | model),
    )


def test_moments_are_those_of_the_same_draw():
    """tr Kⁿ below the top against the quadrature, by the error of a random vector."""
    t, q = run()
    e = ensemble(*inputs(), Gamma=np.eye(5), sigma_E=0.7, D=2000)
    _, known, _ = explore(e, k=4, tolerance=1e-8, directions=1000, rng=stream(31))
    known.wander(1000)
    rest = np.linalg.eigvalsh(known.H)[::-1][4:800]
    assert q.weights.sum() == pytest.approx(1)
    assert t.eigenvalues[-1] > q.nodes[-1]
    for n in range(1, 6):
        error = np.sqrt(2 * (rest ** (2 * n)).mean() / 796)
        assert abs((q.weights * q.nodes**n).sum() - (rest**n).mean()) < 4 * error
        with_top = (t.eigenvalues**n).sum() / 796
        assert abs((q.weights * q.nodes**n).sum() - (rest**n).mean() - with_top) > 6 * error


def marchenko_pastur(x, ratio):
    """Density of the eigenvalues of a unit Wishart matrix with ``ratio`` rows per weight."""
    low, high = (1 - ratio**0.5) ** 2, (1 + ratio**0.5) ** 2
    return np.sqrt(((x - low) * (high - x)).clip(0)) / (2 * np.pi * ratio * x)


def test_values_are_the_marchenko_pastur_density_at_equal_probabilities():
    N, C, D = 2000, 4, 3 * 6000
    p, draws = np.full((N, C), 1 / C), []
    for i in range(4):
        _, q = density(
            p,
            p - np.eye(C)[np.arange(N) % C],
            k=3,
            steps=12,
            Gamma=np.eye(C),
            sigma_E=1.0,
            D=D,
            rng=stream(32, i),
        )
        x = q.nodes[1:-1] * N * C
        draws.append(q.values / N / C / np.array([marchenko_pastur(x, g) for g in (1 / 3, 1 / 2)]))
    inner = np.mean(draws, axis=0)[:, 2:-2]  # the differences are rough beside the edges
    assert np.abs(inner[0] - 1).max() < 0.06
    assert np.abs(inner[1] - 1).max() > 0.12


def test_values_need_neighbours():
    q = Density(nodes=np.array([0.0, 1, 3]), weights=np.array([0.2, 0.6, 0.2]))
    np.testing.assert_allclose(q.values, [0.4])


@pytest.mark.parametrize("D", [30, 400])
def test_zeros_are_counted_where_weights_are_few(D):
    _, q = run(D=D, steps=60)
    zeros = q.weights[q.nodes < 1e-10 * q.nodes[-1]].sum()
    expected = (800 - D) / 796
    assert zeros == pytest.approx(expected, abs=4 * np.sqrt(expected * (1 - expected) * 2 / 796))


def test_steps_end_where_nothing_is_left():
    _, q = run(sigma_E=0.0, k=4, steps=20)
    assert len(q.nodes) == 1
    assert np.abs(q.nodes).max() < 1e-12


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"steps": 0}, "steps must be at least 1"),
        ({"steps": 797}, r"steps must be at most N\(C-1\) - k = 796"),
        ({"sigma_H": 0.1}, "sigma_H must be 0"),
    ],
)
def test_bad_input_is_named(changes, message):
    with pytest.raises(InputError, match=message):
        run(**changes)

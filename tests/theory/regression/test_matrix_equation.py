"""The matrix equation: Marchenko and Pastur's law, laws that part, a resolvent that is drawn."""

import numpy as np
import pytest

from theory import ConvergenceError
from theory.regression import matrix_equation
from theory.regression.matrix_equation import above, blocks, derivative, inside

A_SMALL = np.array([[[0.3, 0.1], [0.1, 0.2]], [[0.1, -0.05], [-0.05, 0.4]], [[0.2, 0], [0, 0.01]]])


def scalar(a, z, c):
    """``M = (mean a/(1 + c M a) - z)⁻¹`` by its own damped steps."""
    M = -1 / z
    for _ in range(4000):
        M = (M + 1 / (np.mean(a / (1 + c * M * a)) - z)) / 2
    return M


@pytest.mark.parametrize("c", [0.2, 1.0, 3.0])
def test_the_edge_of_equal_blocks_is_that_of_marchenko_and_pastur(c):
    A = np.full((5, 1, 1), 0.7)
    edge = 0.7 * (1 + np.sqrt(c)) ** 2
    assert above(A, edge * (1 + 1e-6), c=c) is not None
    assert above(A, edge * (1 - 1e-6), c=c) is None


@pytest.mark.parametrize("z", [1.7, 0.3 + 0.05j])
def test_diagonal_blocks_are_laws_apart(z):
    rows = np.random.default_rng(0).uniform(0.1, 0.5, (7, 2))
    A = rows[:, :, None] * np.eye(2)
    found = above(A, z, c=0.5) if isinstance(z, float) else inside(A, z, c=0.5)
    assert found is not None
    assert np.diag(found) == pytest.approx([scalar(a, z, 0.5) for a in rows.T], rel=1e-9)
    assert abs(found[0, 1]) < 1e-12


def test_it_turns_with_the_blocks():
    turn = np.linalg.qr(np.random.default_rng(1).standard_normal((2, 2)))[0]
    z, c = 0.2 + 0.02j, 0.8
    turned = inside(turn @ A_SMALL @ turn.T, z, c=c)
    assert turned == pytest.approx(turn @ inside(A_SMALL, z, c=c) @ turn.T, rel=1e-9)


def test_the_derivative_is_that_of_the_image():
    M, z, c = -np.array([[0.5, 0.1], [0.1, 0.4]]), 2.0, 0.7

    def image(M):
        return np.linalg.inv(blocks(A_SMALL, M, c=c).mean(0) - z * np.eye(2))

    X, h = np.array([[0.3, -0.2], [-0.2, 0.1]]), 1e-5
    slope = (image(M + h * X) - image(M - h * X)) / (2 * h)
    at = derivative(image(M), blocks(A_SMALL, M, c=c), c=c)
    assert (at @ X.ravel()).reshape(2, 2) == pytest.approx(slope, rel=1e-7)


def test_both_solutions_are_one_function():
    z = 1.5
    near = inside(A_SMALL, z + 1e-7j, c=0.5)
    assert np.real(near) == pytest.approx(above(A_SMALL, z, c=0.5), rel=1e-6)


def test_the_resolvent_of_draws():
    rng, N, n, z = np.random.default_rng(2), 240, 80, 0.15 + 0.05j
    A = np.tile(A_SMALL, (N // 3, 1, 1))
    M = inside(A_SMALL, z, c=n / N)
    found = []
    for _ in range(20):
        v = rng.standard_normal((N, n))
        G = np.einsum("aij,ak,al->ikjl", A, v, v, optimize=True).reshape(2 * n, 2 * n) / N
        Q = np.linalg.inv(G - z * np.eye(2 * n)).reshape(2, n, 2, n)
        found.append(np.trace(Q, axis1=1, axis2=3) / n)
    error = 4.5 * np.std(found, axis=0) / np.sqrt(20) + 2 / n**2 * np.abs(M).max()
    assert np.all(np.abs(np.mean(found, axis=0) - M) < error)
    neighbour = inside(np.tile(A_SMALL.mean(0), (3, 1, 1)), z, c=n / N)  # all blocks their mean
    assert np.any(np.abs(np.mean(found, axis=0) - neighbour) > 3 * error)


def test_what_does_not_settle_is_refused(monkeypatch):
    monkeypatch.setattr(matrix_equation, "MAX_STEPS", 1)
    with pytest.raises(ConvergenceError, match="did not settle at 2 in 1 steps"):
        above(A_SMALL, 2.0, c=0.5)
    monkeypatch.setattr(matrix_equation, "MAX_ROUNDS", 0)
    with pytest.raises(ConvergenceError, match="did not settle"):
        inside(A_SMALL, 0.2 + 0.1j, c=0.5)

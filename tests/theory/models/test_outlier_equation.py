"""The outlier equation at sizes where only parts of the rows give first guesses."""

import numpy as np
import pytest

from tests.support.draws.sampling import blocks, outputs
from theory.models import Isotropic
from theory.models.curved_noise import CurvedNoise
from theory.models.noise import SUBSAMPLE, Noise


@pytest.fixture(scope="module")
def many_rows():
    p = outputs(np.random.default_rng(0), N=3 * SUBSAMPLE, C=4, sigma_z=2.0)
    p[7] = [0.5, 0.5, 0, 0]  # the largest block is in none of the even parts
    return p


@pytest.mark.parametrize("D", [10, 10**5, 10**9])
def test_the_edge_is_a_zero_of_the_slope(many_rows, D):
    noise = Noise(p=many_rows, sigma_E=1.0, D=D, N=len(many_rows))
    curved = CurvedNoise(p=many_rows, sigma_E=1.0, D=D, N=len(many_rows), sigma_W=1e-5)
    for each in (noise, curved):
        _, slope, curvature = each.map(each.edge)
        assert each.edge > each.top
        assert abs(slope) < 1e-7 * curvature * (each.edge - each.top)
        assert each.map(each.edge + 0.1 * (each.edge - each.top))[1] > 0


@pytest.mark.parametrize("sigma_E", [0.3, 20.0])
def test_roots_solve_the_outlier_equation(many_rows, sigma_E):
    """``det(I + m Γ T(m)) = 0`` with dense resolvents, and positions by the map itself."""
    p, Gamma = many_rows[:500], np.diag([1.0, 2.0, 3.0, 4.0])
    model = Isotropic(p, Gamma=Gamma, sigma_E=sigma_E, D=10**4)
    noise, found = model.noise, model.solution
    assert len(found.u) == 3
    for u, position in zip(found.u, found.position, strict=True):
        A = blocks(p)
        T = np.linalg.solve(np.eye(4) - noise.s / u * A, A).mean(axis=0)
        values = np.linalg.eigvals(Gamma @ T).real
        assert np.abs(values / u - 1).min() < 1e-11
        assert position == pytest.approx(noise.map(u)[0], rel=1e-12)


def test_shares_of_a_direction_by_difference_quotients(many_rows):
    """``transfer = 1/(d(u - λ_j)/dz)``: by moving u and solving for λ_j with dense matrices."""
    p, Gamma = many_rows[:300], np.diag([1.0, 2.0, 3.0, 4.0])
    model = Isotropic(p, Gamma=Gamma, sigma_E=5.0, D=2000)
    noise, found = model.noise, model.solution
    A = blocks(p)

    def gap(u, j):
        T = np.linalg.solve(np.eye(4) - noise.s / u * A, A).mean(axis=0)
        return u - np.sort(np.linalg.eigvals(Gamma @ T).real)[::-1][j]

    for j, u in enumerate(found.u):
        h = 1e-5 * u
        quotient = (gap(u + h, j) - gap(u - h, j)) / (noise.map(u + h)[0] - noise.map(u - h)[0])
        assert found.transfer[j] == pytest.approx(1 / quotient, rel=1e-6)

"""The curve of noise and curvature: its limits, its slopes, and the separable law's edges."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import optimize

from tests.support.draws.sampling import outputs
from theory import separable, softmax
from theory.bulk.power_law import Eigenspaces, eigenspaces
from theory.models import Separable
from theory.models.curved_noise import CurvedNoise
from theory.models.spectral_map import SpectralMap

N, C, D, SIGMA_E = 60, 4, 200, 0.7


@pytest.fixture(scope="module")
def p():
    return outputs(np.random.default_rng(0), N=N, C=C, sigma_z=1.5)


def curve(p, *, T=None, exponent=0.0, sigma_W=0.0):
    def traces(kappa):
        return tuple(softmax.resolvent_trace_means(p, kappa=kappa)[:2])

    T = T or eigenspaces(D, exponent=exponent, trace=SIGMA_E**2)
    return SpectralMap(traces, softmax.largest_eigenvalue(p), len(p), T, sigma_W)


@pytest.mark.parametrize("sigma_W", [0.0, 0.01])
def test_isotropic_noise_is_silversteins_map(p, sigma_W):
    known = CurvedNoise(p=p, sigma_E=SIGMA_E, D=D, N=N, sigma_W=sigma_W)
    equal = Eigenspaces(np.full(4, SIGMA_E**2 / D), np.full(4, D / 4))
    for found in (curve(p, sigma_W=sigma_W), curve(p, T=equal, sigma_W=sigma_W)):
        assert found.edge == pytest.approx(known.edge, rel=1e-10)
        assert found.upper_edge() == pytest.approx(known.map(known.edge)[0], rel=1e-12)
        for w in (1.1 * known.edge, 0.1, 3.0):
            point, (z, slope, _) = found.at(w), known.map(w)
            np.testing.assert_allclose([point.u, point.z, point.z_slope], [w, z, slope], rtol=1e-12)
            assert found.width(point, slope=-0.4) == pytest.approx(w * slope**0.5, rel=1e-11)
        if sigma_W:
            assert found.lower_edge() == pytest.approx(known.map(known.lower_edge())[0], rel=1e-10)


@pytest.mark.parametrize("w", [0.2, -0.05])
def test_slopes_are_derivatives(p, w):
    found, h = curve(p, exponent=0.7, sigma_W=0.05), 1e-6
    here, below, above = (found.at(w + x) for x in (0, -h, h))
    for name in ("a", "u", "omega", "z"):
        numerical = (getattr(above, name) - getattr(below, name)) / (2 * h)
        assert numerical == pytest.approx(getattr(here, f"{name}_slope"), rel=1e-6)


def test_the_rise_is_a_derivative(p):
    found, h = curve(p, exponent=0.7, sigma_W=0.05), 1e-6

    def z(more):
        def traces(kappa):
            first, second = found.traces(kappa)
            return first + more, second

        return replace(found, traces=traces).at(0.2).z

    by_a = (z(h) - z(-h)) / (2 * h) * D / SIGMA_E**2
    assert found.rise(found.at(0.2)) == pytest.approx(by_a, rel=1e-6)
    assert curve(p).rise(curve(p).at(0.2)) == pytest.approx(1, rel=1e-12)


def test_edges_are_those_of_the_separable_law(p):
    T = eigenspaces(D, exponent=0.6, trace=SIGMA_E**2)
    t = np.repeat(T.values, T.sizes.astype(int))
    atoms = np.sort(softmax.eigenvalues(p), axis=None) / N
    np.testing.assert_allclose(
        curve(p, T=T).interval(atoms, np.ones(atoms.size)),
        separable.edges(p, sigma_E=SIGMA_E, T=t),
        rtol=1e-9,
    )


def test_the_width_given_the_means_is_that_of_the_separable_level(p):
    """Less the means' own part, for a mean along all of T; there T off the span counts: 1/D_eff."""
    exponent, wide = 0.3, 4000
    T = eigenspaces(wide, exponent=exponent, trace=SIGMA_E**2)
    t = np.repeat(T.values, T.sizes.astype(int))
    one = np.eye(C)[:1].T @ np.ones((1, wide)) / wide**0.5  # one mean, along all directions
    known = Separable(p, means=one, sigma_E=SIGMA_E, T=t)
    found = curve(p, T=T)
    zero = np.zeros(N, dtype=np.int64)

    def strength(w):
        return softmax.resolvent_mean(p, kappa=-found.s / w, groups=zero, G=1)[0, 0, 0]

    bracket = (found.edge, 10.0)
    w = optimize.root_scalar(lambda w: strength(w) - found.at(w).u, bracket=bracket).root
    point, h = found.at(w), 1e-6 * w
    slope = (strength(w + h) - strength(w - h)) / (2 * h)
    assert point.z == pytest.approx(known.outliers[0], rel=1e-6)
    phi = (point.u_slope - slope) / point.omega_slope
    of_means = point.u**4 * point.powers[0] / phi**2
    noise = (2 * (found.width(point, slope=slope) ** 2 - of_means) / wide) ** 0.5
    assert noise == pytest.approx(known.spread.std[0], rel=5e-3)

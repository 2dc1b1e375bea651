"""The largest eigenvalue of the bulk over the model."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import fminbound
from scipy.special import expit

from tests.support.draws.sampling import dual, outputs
from theory import Params, averages, sharpness
from theory.averaged import bulk_edge
from theory.checks import ConvergenceError
from theory.spread import tracy_widom


def test_white_edge_is_johnstones():
    """All eigenvalues of the blocks 1/C: centre and scale of a white Wishart matrix (Ma 2012)."""
    rows, cols = 50 * 3 - 0.5, 200 - 0.5
    law = bulk_edge.given(np.full((50, 4), 0.25), sigma_E=1.0, D=200)
    size = 0.25 / 50 / 200
    root = np.sqrt(rows) + np.sqrt(cols)
    assert law.centre == pytest.approx(size * root**2, rel=1e-12)
    scale = size * root * (1 / np.sqrt(rows) + 1 / np.sqrt(cols)) ** (1 / 3)
    assert law.scale == pytest.approx(scale, rel=1e-9)
    assert law.mean == pytest.approx(law.centre + law.scale * tracy_widom.MEAN)


def test_average_edge_is_the_edge_of_its_law():
    params = Params(N=2000, C=5, D=4000, sigma_z=1.0, sigma_c=1.0, sigma_E=0.7)
    p = outputs(np.random.default_rng(0), N=2000, C=5, sigma_z=1.0)
    given = bulk_edge.given(p, sigma_E=0.7, D=4000, Gamma=np.eye(5))
    averaged = bulk_edge.averaged(params)
    assert averaged.centre == pytest.approx(given.centre, rel=0.02)
    assert averaged.scale == pytest.approx(given.scale, rel=0.05)


LOGITS = Params(N=2000, C=2, D=150, sigma_z=2.0, sigma_c=0.0, sigma_E=0.7)


def undecided(rng, size):
    """The eigenvalue ``2p(1-p)`` of a block of two classes, σ_z = 2."""
    x = np.sqrt(2) * LOGITS.sigma_z * rng.standard_normal(size)
    return 2 * expit(x) * expit(-x)


@pytest.mark.slow
def test_logits_move_the_edge():
    """Spread and 95 % band over 300 draws of two classes; Tracy-Widom alone is refused."""
    rng, top, draws = np.random.default_rng(4), [], 300
    for _ in range(draws):
        rows = np.sqrt(undecided(rng, LOGITS.N))[:, None] * rng.standard_normal((LOGITS.N, 150))
        top.append(np.linalg.eigvalsh(rows.T @ rows)[-1])
    top = np.array(top) * LOGITS.sigma_E**2 / (LOGITS.N * LOGITS.D)
    law = bulk_edge.averaged(LOGITS)
    assert law.mean == pytest.approx(top.mean(), abs=4 * top.std() / np.sqrt(draws))
    assert law.std == pytest.approx(top.std(), rel=4 / np.sqrt(2 * draws))
    low, high = law.quantile([0.025, 0.975])
    assert 0.92 <= np.mean((top > low) & (top < high)) <= 0.98
    fixed = replace(law, logits=0.0)
    low, high = fixed.quantile([0.025, 0.975])
    assert np.mean((top > low) & (top < high)) < 0.90
    assert top.std() > 1.25 * fixed.std


def test_the_centre_has_no_error_of_its_rows():
    """A million examples: the minimum of z by quadrature over the logits, to a tenth of the spread.

    4096 random rows in place of the law shift it by more than the spread.
    """
    params = replace(LOGITS, N=10**6, D=1000)
    law, s = bulk_edge.averaged(params), params.sigma_E**2 / params.N
    x, weights = np.polynomial.hermite_e.hermegauss(300)
    a = 2 * expit(np.sqrt(8) * x) * expit(-np.sqrt(8) * x)

    def edge(a, weights):
        def z(log_u):
            u = s * np.exp(log_u)
            return u + params.sigma_E**2 / params.D * float(weights @ (a / (1 - s * a / u)))

        return fminbound(z, np.log(0.51), np.log(1e4), xtol=1e-9, full_output=True)[1]

    exact = edge(a, weights / weights.sum())
    assert law.centre == pytest.approx(exact, abs=0.1 * law.std)
    shifts = [
        edge(undecided(np.random.default_rng(seed), 4096), np.full(4096, 1 / 4096)) - exact
        for seed in range(5)
    ]
    assert np.sqrt(np.mean(np.square(shifts))) > law.std


def test_means_below_the_threshold_move_it_as_given():
    """The average over logits and the mean over given outputs; without means it is lower."""
    params = Params(N=400, C=4, D=300, sigma_z=1.0, sigma_c=0.065, sigma_E=1.0)
    law = bulk_edge.averaged(params)
    rng, given = np.random.default_rng(2), []
    for _ in range(40):
        p = outputs(rng, N=400, C=4, sigma_z=1.0)
        given.append(bulk_edge.given(p, sigma_E=1.0, D=300, Gamma=0.065**2 * np.eye(4)).centre)
    given = np.array(given)
    error = given.std() / np.sqrt(len(given))
    assert law.centre == pytest.approx(given.mean(), abs=4 * error)
    assert law.logits == pytest.approx(given.std(), rel=4 / np.sqrt(2 * len(given)))
    bare = bulk_edge.averaged(replace(params, sigma_c=0.0))
    assert law.centre - bare.centre > 8 * error


@pytest.mark.parametrize(("N", "C", "D", "sigma_z"), [(5, 12, 300, 1.0), (20, 4, 10**5, 1.0)])
def test_where_no_tracy_widom_law_holds_it_says_so(N, C, D, sigma_z):
    """Few examples of many classes, or weights far beyond N C, with means."""
    rng = np.random.default_rng(0)
    p, c = outputs(rng, N=N, C=C, sigma_z=sigma_z), rng.standard_normal((C, 50)) / np.sqrt(50)
    with pytest.raises(ConvergenceError, match="no Tracy-Widom law at the bulk's edge"):
        bulk_edge.given(p, sigma_E=0.7, D=D, Gamma=c @ c.T)


@pytest.mark.parametrize(("N", "C", "D", "sigma_z"), [(24, 12, 2000, 1.0), (60, 4, 4000, 2.0)])
def test_a_few_examples_hold_the_edge(N, C, D, sigma_z):
    """λ_max within 4 %, and with its spread; the edge of the logits' law is above it.

    The standard error of 64 drawn sets of examples counts beside that of the draws.
    """
    params = Params(N=N, C=C, D=D, sigma_z=sigma_z, sigma_c=0.0, sigma_E=1.0)
    mean, std = sharpness.largest(params)
    rng, drawn = np.random.default_rng(4), []
    for _ in range(40):
        p = outputs(rng, N=N, C=C, sigma_z=sigma_z)
        L = np.tril(rng.standard_normal((N * C, N * C)), -1)  # Bartlett's: D columns cost nothing
        L[np.diag_indices(N * C)] = np.sqrt(rng.chisquare(D - np.arange(N * C)))
        J = L.reshape(N, C, N * C) / np.sqrt(D)
        drawn.append(dual(J, p, p - np.eye(C)[np.arange(N) % C])[0][0])
    error = np.std(drawn) * np.sqrt(1 / len(drawn) + 1 / 64)
    assert abs(np.mean(drawn) - mean) < 4 * error + 0.04 * mean
    assert std == pytest.approx(np.std(drawn), rel=0.4)
    edge = averages.edges(params)[0, 1]
    assert edge > mean
    if N == 24:
        assert edge - np.mean(drawn) > 4 * error + 0.04 * mean

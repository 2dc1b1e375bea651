"""Spread of outliers, of the bulk's edge and of the gradient share, against sampled draws."""

import numpy as np
import pytest

from tests.support.draws.sampling import dual, labels, logit_gradients, means, outputs
from theory import InputError, Params, averages
from theory import gradient as given_gradient
from theory.across_levels import fluctuations
from theory.averaged import bulk_edge

N, C, D, SIGMA_E, DRAWS = 60, 4, 300, 0.7, 200


def coverage(values, low, high):
    return np.mean((values > low) & (values < high), axis=0)


@pytest.fixture(scope="module")
def fixed():
    """200 draws of the noise at fixed outputs, means and labels."""
    rng = np.random.default_rng(3)
    p = outputs(rng, N=N, C=C, sigma_z=2.0)
    c = means(rng, R=C, D=D) * np.array([[1.6], [1.2], [0.9], [0.7]])
    r = p - np.eye(C)[rng.integers(C, size=N)]
    spectra = [
        dual(logit_gradients(rng, c, sigma_E=SIGMA_E, N=N), p, r)[0][: C + 1] for _ in range(DRAWS)
    ]
    return p, c @ c.T, np.array(spectra)


def test_outliers_given_the_means(fixed):
    """95 % bands hold 90 to 99 % of the draws; ``2α²ψ'/D``, of drawn means, is too wide."""
    p, Gamma, spectra = fixed
    found = fluctuations.outliers(p, Gamma=Gamma, sigma_E=SIGMA_E, D=D)
    values = spectra[:, : C - 1]
    held = coverage(values, found.mean - 1.96 * found.std, found.mean + 1.96 * found.std)
    assert np.all((held >= 0.90) & (held <= 0.99))
    np.testing.assert_allclose(found.std, values.std(axis=0), rtol=4 / np.sqrt(2 * DRAWS))
    params = Params(N=N, C=C, D=D, sigma_z=2.0, sigma_c=1.0, sigma_E=SIGMA_E)
    drawn = averages.outliers(params, p=p).std
    assert np.any(np.abs(drawn / values.std(axis=0) - 1) > 6 / np.sqrt(2 * DRAWS))


def test_edge_of_the_bulk_given_the_means(fixed):
    """Tracy-Widom bands; without the means' repulsion, or with a Gaussian at z(u₊), they miss."""
    p, Gamma, spectra = fixed
    top = spectra[:, C - 1]
    law = bulk_edge.given(p, sigma_E=SIGMA_E, D=D, Gamma=Gamma)
    assert 0.90 <= coverage(top, *law.quantile([0.025, 0.975])) <= 0.99
    assert abs(top.mean() - law.mean) < 0.35 * law.std
    bare = bulk_edge.given(p, sigma_E=SIGMA_E, D=D)
    assert coverage(top, *bare.quantile([0.025, 0.975])) < 0.85
    assert coverage(top, law.centre - 1.96 * law.std, law.centre + 1.96 * law.std) < 0.90


def test_outliers_without_noise_do_not_fluctuate():
    p = outputs(np.random.default_rng(0), N=N, C=C, sigma_z=1.0)
    found = fluctuations.outliers(p, Gamma=np.eye(C), sigma_E=0.0, D=D)
    assert np.all(found.std < 1e-12 * found.mean)
    assert fluctuations.outliers(p, Gamma=np.zeros((C, C)), sigma_E=0.7, D=D).mean.shape == (0,)


def test_spread_falls_as_the_root_of_the_dimension():
    """σ ∝ D^{-1/2} for outliers, D^{-2/3} at the edge where N/D is fixed."""
    p = outputs(np.random.default_rng(0), N=N, C=C, sigma_z=1.0)
    Gamma = np.diag([4.0, 3.0, 2.0, 1.0])
    wide, narrow = (
        fluctuations.outliers(p, Gamma=Gamma, sigma_E=1.0, D=x).std for x in (10**6, 10**8)
    )
    np.testing.assert_allclose(wide / narrow, 10, rtol=1e-2)
    small, large = (bulk_edge.given(np.tile(p, (n, 1)), sigma_E=1.0, D=300 * n) for n in (1, 8))
    relative = [law.scale / law.centre for law in (small, large)]
    assert relative[0] / relative[1] == pytest.approx(8 ** (2 / 3), rel=0.01)


SLOW_LAWS = [pytest.param(law, marks=pytest.mark.slow) for law in ("balanced", "calibrated")]


@pytest.mark.parametrize("law", ["uniform", "margin", *SLOW_LAWS])
def test_share_over_labels_and_means(law):
    """Mean, spread and 95 % band over 200 draws; another law's band is refused."""
    margin = 2.0 if law == "margin" else 0.0
    options = {"N": N, "C": C, "D": D, "sigma_z": 1.0, "sigma_c": 1.0, "sigma_E": SIGMA_E}
    found = averages.power(Params(**options, labels=law, margin=margin))
    rng, shares = np.random.default_rng(9), []
    for _ in range(DRAWS):
        y, p = labels(rng, rng.standard_normal((N, C)), law=law, margin=margin)
        c = means(rng, R=C, D=D)
        r = p - np.eye(C)[y]
        shares.append(
            given_gradient.power(p, r, Gamma=c @ c.T, sigma_E=SIGMA_E, D=D).outliers.sum()
        )
    shares = np.array(shares)
    low, high = found.quantile([0.025, 0.975])
    assert 0.90 <= coverage(shares, low, high) <= 0.99
    assert abs(shares.mean() - found.mean) < 4 * found.std / np.sqrt(DRAWS) + 0.02
    assert found.std == pytest.approx(shares.std(), rel=0.2)
    other = averages.power(Params(**options, labels="uniform" if law == "balanced" else "balanced"))
    assert coverage(shares, *other.quantile([0.025, 0.975])) < 0.8


def test_bad_input():
    with pytest.raises(InputError, match="sigma_E must be greater than 0"):
        bulk_edge.given(np.full((5, 2), 0.5), sigma_E=0.0, D=10)
    with pytest.raises(InputError, match="p must leave an example undecided"):
        bulk_edge.given(np.eye(2), sigma_E=1.0, D=10)
    params = Params(N=30, C=3, D=10, sigma_z=1.0, sigma_c=1.0, sigma_E=0.0)
    with pytest.raises(InputError, match="sigma_E must be greater than 0"):
        bulk_edge.averaged(params)

"""Outliers that reach into the bulk's edge, on both sides of the threshold, against samples."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from tests.support.draws.sampling import dual, gradient, hessian, logit_gradients, means, outputs
from theory import InputError, Params, averages, sharpness
from theory.averaged import bulk_edge, gradient_share, threshold
from theory.averaged.given_outputs import GivenOutputs
from theory.averaged.laws import label_law
from theory.averaged.laws.logit_law import common_outlier, logit_law
from theory.averaged.model import averaged
from theory.averaged.outliers import transition
from theory.spread import outliers_at_edge

DRAWS = 150
BASE = Params(N=100, C=3, D=120, sigma_z=1.0, sigma_c=1.0, sigma_E=1.0)
BIAS = 0.012  # of an eigenvalue, relative: of order 1/√(N D), as sampled at four times the sizes


def near(strength, base=BASE):
    """The model with its outliers at this multiple of the threshold."""
    ratio = threshold.critical_ratio(base)
    return replace(base, sigma_c=base.sigma_E * strength**0.5 / ratio)


@cache
def drawn(params, draws=DRAWS):
    """The C highest eigenvalues, and the gradient's share on C-1 of them, of each draw."""
    rng, values, shares = np.random.default_rng(7), [], []
    k = params.C - 1
    for _ in range(draws):
        p = outputs(rng, N=params.N, C=params.C, sigma_z=params.sigma_z)
        c = means(rng, R=params.C, D=params.D, sigma_c=params.sigma_c)
        J = logit_gradients(rng, c, sigma_E=params.sigma_E, N=params.N)
        g = gradient(J, p - np.eye(params.C)[rng.integers(params.C, size=params.N)])
        found, vectors = np.linalg.eigh(hessian(J, p))
        values.append(found[: -params.C - 1 : -1])
        shares.append(np.sum((vectors[:, -k:].T @ g) ** 2) / (g @ g))
    return np.array(values), np.array(shares)


@pytest.mark.parametrize("strength", [0.75, 0.98, 1.02, 1.7])
def test_the_largest_eigenvalue(strength):
    """Mean and spread; the bulk's edge alone below, and a root that sticks above, are refused."""
    params = near(strength)
    top = drawn(params)[0][:, 0]
    error = top.std() / np.sqrt(DRAWS)
    mean, std = sharpness.largest(params)
    assert mean == pytest.approx(top.mean(), abs=4 * error + BIAS * mean)
    assert std == pytest.approx(top.std(), rel=4 / np.sqrt(2 * DRAWS))
    bare = bulk_edge.averaged(replace(params, sigma_c=0.0))
    assert top.mean() - bare.mean > 4 * error + BIAS * mean
    if strength == 1.02:
        (root,) = averaged(params).roots
        assert top.std() > 3 * root.width * np.sqrt(2 / params.D)


def test_it_rises_across_the_threshold():
    mean = [
        sharpness.largest(near(x))[0] for x in (0.5, 0.8, 0.95, 0.99, 1.01, 1.05, 1.2, 2.0, 5.0)
    ]
    assert np.all(np.diff(mean) > 0)


def test_both_rules_agree_where_they_meet():
    """The outliers by themselves, and with the edge, once they are three deviations above it."""
    model = averaged(near(7.0))
    alone = model.outliers
    assert not outliers_at_edge.reached(alone, model.upper_edge, first=2)
    with_edge = transition.at_edge(model._law, model._curve).ordered
    np.testing.assert_allclose(with_edge.mean, alone.mean, atol=0.25 * alone.std.min())
    np.testing.assert_allclose(with_edge.std, alone.std, rtol=0.15)


@pytest.mark.slow
@pytest.mark.parametrize("change", [{"T_exponent": 0.3, "D": 300}, {"sigma_H": 2e-4}])
def test_beyond_level_FG_it_rises_too(change):
    """It starts at the edge of noise and curvature, Tracy-Widom where the means are short."""
    base = replace(BASE, **change)
    weak = replace(base, sigma_c=1e-3)
    mean, std = sharpness.largest(weak)
    edge = averaged(weak).upper_edge
    assert edge - 3 * std < mean < edge
    critical = averaged(replace(base, sigma_c=1.0)).spike_strength ** -0.5
    lengths = critical * np.array([0.7, 0.99, 1.01, 1.2, 1.6])
    steps = [sharpness.largest(replace(base, sigma_c=float(x)))[0] for x in lengths]
    assert np.all(np.diff([mean, *steps]) > 0)


def test_no_means_and_no_noise():
    bare, noiseless = replace(BASE, sigma_c=0.0), replace(BASE, sigma_E=0.0)
    edge, alone = bulk_edge.averaged(bare), averages.outliers(noiseless)
    assert sharpness.largest(bare) == pytest.approx((edge.mean, edge.std), rel=1e-3)
    assert sharpness.largest(noiseless) == (alone.mean[0], alone.std[0])


@pytest.mark.parametrize("strength", [1.02, 1.7])
def test_the_share_of_the_gradient(strength):
    """Mean within z = 4 and 0.01, 90 % bands; without what the edge adds it is refused."""
    params = near(strength)
    share = drawn(params)[1]
    found = averages.power(params)
    error = share.std() / np.sqrt(DRAWS)
    assert found.mean == pytest.approx(share.mean(), abs=4 * error + 0.01)
    low, high = found.quantile([0.05, 0.95])
    assert 0.82 <= np.mean((share > low) & (share < high)) <= 0.97
    law = logit_law(params)
    root = common_outlier(law)
    assert root is not None
    even = (params.C - 1) / params.D
    grown = label_law.pulled_square(law, kappa=root.kappa) / label_law.residual_square(law)
    plain = gradient_share.share(params).mean - (grown - 1) * even
    assert share.mean() - plain > 3 * error


def test_few_weights():
    """Four times as many as means: all within 5 %; the lowest lies well below the bulk's edge."""
    params = Params(N=60, C=6, D=20, sigma_z=1.0, sigma_c=1.0, sigma_E=2.0)
    values = drawn(params, 300)[0][:, :5]
    found = averages.outliers(params)
    error = values.std(axis=0) / np.sqrt(300)
    assert np.all(np.abs(found.mean - values.mean(axis=0)) < 4 * error + 0.05 * found.mean)
    assert (
        averaged(params).upper_edge - values[:, -1].mean() > 4 * error[-1] + 0.05 * found.mean[-1]
    )
    with pytest.raises(InputError, match=r"D must be at least 2 \(C-1\) = 10 where outliers reach"):
        averages.outliers(replace(params, D=9))


@pytest.mark.slow
def test_many_means_pull_the_edge_up():
    """More than 64, below the threshold: within 4 %, where the bulk's edge alone is 10 % low."""
    params = near(0.8, Params(N=60, C=70, D=150, sigma_z=1.0, sigma_c=1.0, sigma_E=1.0))
    top = drawn(params, 15)[0][:, 0]
    error = top.std() / np.sqrt(15)
    mean, _ = sharpness.largest(params)
    assert mean == pytest.approx(top.mean(), abs=4 * error + 0.04 * mean)
    assert top.mean() - averaged(params).upper_edge > 4 * error + 0.1 * mean


GIVEN = Params(N=60, C=4, D=200, sigma_z=1.5, sigma_c=1.0, sigma_E=1.0)


@pytest.mark.parametrize("noise", [0.85, 0.97])
def test_given_the_outputs(noise):
    """Ordered outliers at this part of the lowest's critical noise; 0.02 high as the next order.

    Roots that stick to the edge have the third above its own draws, and are refused.
    """
    rng = np.random.default_rng(3)
    p = outputs(rng, N=GIVEN.N, C=GIVEN.C, sigma_z=GIVEN.sigma_z)
    critical = threshold.critical_noise(p, Gamma=np.eye(GIVEN.C), D=GIVEN.D)[-1]
    params = replace(GIVEN, sigma_E=noise * float(critical))
    model = GivenOutputs(params, p)
    found = model.outliers
    r = p - np.eye(GIVEN.C)[np.arange(GIVEN.N) % GIVEN.C]
    drawn = []
    for _ in range(100):
        c = means(rng, R=GIVEN.C, D=GIVEN.D)
        J = logit_gradients(rng, c, sigma_E=params.sigma_E, N=GIVEN.N)
        drawn.append(dual(J, p, r)[0][: len(found.mean)])
    drawn = np.array(drawn)
    error, std = drawn.std(axis=0) / np.sqrt(len(drawn)), drawn.std(axis=0)
    assert np.all(np.abs(drawn.mean(axis=0) - found.mean) < 4 * error + 0.02 * found.mean)
    np.testing.assert_allclose(found.std, std, rtol=4 / np.sqrt(2 * len(drawn)))
    edge = model.model.edges[-1, 1]
    assert edge - drawn.mean(axis=0)[-1] > 4 * error[-1] + 0.02 * edge

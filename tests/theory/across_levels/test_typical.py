"""Eigenvalues by rank against the mean of each rank over samples of the model."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.draws.sampling import dual, labels
from theory import hessian, separable
from theory.across_levels import typical

N, C, D, R = 60, 4, 400, 16


DRAWS = 12


def draw_means(rng, T, *, short):
    """Means (C², D) along T, so that some leave the bulk and ``short`` of them do not."""
    c = rng.standard_normal((R, D)) * np.sqrt(T)
    return c * np.where(np.arange(R) < R - short, 1.5, 0.5)[:, None]


def case(exponent, seed):
    rng = np.random.default_rng(seed)
    y, p = labels(rng, rng.standard_normal((N, C)), law="uniform")
    T = np.arange(1, D + 1.0) ** -exponent
    T /= T.sum()
    c = draw_means(rng, T, short=8)
    rows = []
    for _ in range(DRAWS):
        J = c.reshape(C, C, D)[y] + rng.standard_normal((N, C, D)) * np.sqrt(T)
        rows.append(dual(J, p, p - np.eye(C)[y])[0])
    return p, y, T, c, np.array(rows)


def distance(found, rows, *, first):
    """Mean distance by rank from ``first`` on, over the mean there."""
    mean = rows.mean(axis=0)[first:]
    padded = np.append(found, np.zeros(max(rows.shape[1] - found.size, 0)))
    return np.abs(padded[first : rows.shape[1]] - mean).mean() / mean.mean()


@pytest.mark.parametrize("exponent", [0.7, 1.1])
def test_all_eigenvalues_of_anisotropic_noise(exponent):
    p, y, T, c, rows = case(exponent, 0)
    model = {"means": c, "sigma_E": 1.0, "T": T, "groups": y}
    found = typical.separable(p, **model)
    first = len(separable.outliers(p, **model))
    assert 3 < first < R
    assert distance(found, rows, first=first) < 0.03
    # the bulk that is left when the span of the means is taken out of T
    alone = typical.separable(p, **model | {"means": 0 * c})
    assert distance(alone[: rows.shape[1] - first], rows[:, first:], first=0) > 0.06
    isotropic = typical.isotropic(p, Gamma=c @ c.T, sigma_E=1.0, D=D, groups=y)
    assert distance(isotropic, rows, first=first) > 0.15


def test_all_eigenvalues_of_isotropic_noise():
    p, y, _, c, rows = case(0.0, 1)
    model = {"Gamma": c @ c.T, "sigma_E": 1.0, "D": D, "groups": y}
    found = typical.isotropic(p, **model)
    first = len(hessian.outliers(p, **model))
    assert found.size == rows.shape[1]
    assert distance(found, rows, first=first) < 0.02
    unscaled = hessian.law(p, sigma_E=1.0, D=D).quantile(
        1 - (np.arange(found.size) + 0.5) / found.size
    )
    assert distance(unscaled, rows, first=first) > 0.03


@pytest.mark.parametrize("exponent", [0.0, 0.9])
def test_they_add_up_to_the_trace(exponent):
    p, y, T, c, _ = case(exponent, 2)
    trace = hessian.trace(p, Gamma=c @ c.T, sigma_E=1.0, groups=y)
    found = typical.separable(p, means=c, sigma_E=1.0, T=T, groups=y)
    assert found.sum() == pytest.approx(trace, rel=1e-12)
    assert np.all(np.diff(found) <= 0)
    found = typical.isotropic(p, Gamma=c @ c.T, sigma_E=1.0, D=D, groups=y)
    assert found.sum() == pytest.approx(trace, rel=1e-12)


def test_equal_eigenvalues_of_T_are_the_isotropic_level():
    p, y, _, c, _ = case(0.0, 3)
    plain = typical.isotropic(p, Gamma=c @ c.T, sigma_E=1.0, D=D, groups=y)
    found = typical.separable(p, means=c, sigma_E=1.0, T=np.ones(D), groups=y)
    count = len(hessian.outliers(p, Gamma=c @ c.T, sigma_E=1.0, D=D, groups=y))
    np.testing.assert_allclose(found[:count], plain[:count], rtol=1e-8)
    # means without an outlier enter the one through T, the other through the trace alone
    np.testing.assert_allclose(found[count:100], plain[count:100], rtol=0.07)


def test_weights_without_means_do_not_change_the_outliers():
    """The same T with means along few of its eigenvectors, in any order of the weights."""
    p, y, T, c, _ = case(0.9, 4)
    c = np.where(np.arange(D) < 60, c, 0)
    order = np.random.default_rng(0).permutation(D)
    model = {"sigma_E": 1.0, "groups": y}
    found = separable.outliers(p, means=c, T=T, **model)
    moved = separable.outliers(p, means=c[:, order], T=T[order], **model)
    np.testing.assert_allclose(found, moved, rtol=1e-10)

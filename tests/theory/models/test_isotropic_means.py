"""Means without preferred direction over any noise, given the outputs: limits, and samples."""

from functools import cache

import numpy as np
import pytest
from numpy.typing import ArrayLike

from simulate import draws
from simulate.replicates import replicates
from theory import InputError, Params, averages, curvature, gradient, hessian
from theory.models import isotropic_means

DRAWS = 160
LEVELS = {
    "power law": {"T_exponent": 0.6, "D": 600},
    "correlated": {"T_exponent": 0.5, "rho": 0.4, "D": 600, "labels": "balanced"},
    "classes": {"sigma_y": 1.0, "T_exponent": 0.5, "D": 2000},
    "curved": {"T_exponent": 0.5, "sigma_H": 0.02, "D": 300},
    "all": {"sigma_y": 1.2, "T_exponent": 0.4, "sigma_H": 0.01, "rho": -0.2, "D": 400},
}


def parameters(**changes):
    values = {"N": 80, "C": 4, "D": 600, "sigma_z": 1.0, "sigma_c": 1.0, "sigma_E": 1.0}
    return Params(**values | changes)


def given(params, seed=1):
    drawn = draws.examples(params, seed=seed)
    return isotropic_means.given(params, p=drawn.p, r=drawn.r, y=drawn.y), drawn


@cache
def sampled(level):
    params = parameters(**LEVELS[level])
    return params, replicates(params, seed=1, replicates=DRAWS, workers=2)


def z_score(values, expected, bias: ArrayLike = 0.0):
    error = values.std(axis=0, ddof=1) / np.sqrt(len(values))
    return np.maximum(np.abs(values.mean(axis=0) - expected) - bias, 0) / error


def test_without_more_it_is_level_FG():
    params = parameters(sigma_z=2.0)
    model, drawn = given(params)
    options = {"Gamma": np.eye(4), "sigma_E": 1.0, "D": 600}
    np.testing.assert_allclose(model.outliers, hessian.outliers(drawn.p, **options), rtol=1e-12)
    known = gradient.power(drawn.p, drawn.r, **options)
    found = model.power(drawn.r)
    np.testing.assert_allclose(found.outliers, known.outliers, atol=1e-12)
    assert found.norm == pytest.approx(known.norm, rel=1e-12)
    edges = hessian.edges(drawn.p, sigma_E=1.0, D=600)
    np.testing.assert_allclose(model.edges, [[edges[0, 0], edges[-1, 1]]], rtol=1e-8)
    for name in ("trace", "frobenius"):
        known = getattr(averages, name)(params, p=drawn.p)
        assert getattr(model, name) == pytest.approx(known, rel=1e-12)
    spread = averages.outliers(params, p=drawn.p)
    np.testing.assert_allclose(model.ordered.mean, spread.mean, rtol=1e-12)
    np.testing.assert_allclose(model.ordered.std, spread.std, rtol=1e-9)


def test_with_curvature_alone_it_is_the_curvature_level():
    model, drawn = given(parameters(sigma_H=0.02))
    options = {"sigma_E": 1.0, "D": 600, "sigma_H": 0.02}
    known = curvature.outliers(drawn.p, drawn.r, Gamma=np.eye(4), **options)
    np.testing.assert_allclose(model.outliers, known, rtol=1e-12)
    power = curvature.power(drawn.p, drawn.r, Gamma=np.eye(4), **options)
    np.testing.assert_allclose(model.power(drawn.r).outliers, power.outliers, atol=1e-12)
    edges = curvature.edges(drawn.p, drawn.r, **options)
    np.testing.assert_allclose(model.edges, [[edges[0, 0], edges[-1, 1]]], rtol=1e-9)


def test_small_parameters_change_little():
    plain, _ = given(parameters())
    for name in ("sigma_y", "T_exponent", "rho", "sigma_H"):
        near, drawn = given(parameters(**{name: 1e-9}))
        np.testing.assert_allclose(near.outliers[:3], plain.outliers, rtol=1e-8)
        assert near.power(drawn.r).outliers.sum() == pytest.approx(
            plain.power(drawn.r).outliers.sum(), rel=1e-6
        )


def test_correlated_noise_is_less_noise():
    correlated, drawn = given(parameters(rho=0.51, sigma_E=1.0))
    less, _ = given(parameters(sigma_E=0.7))
    np.testing.assert_allclose(correlated.outliers, less.outliers, rtol=1e-12)
    assert correlated.power(drawn.r).norm == pytest.approx(less.power(drawn.r).norm, rel=1e-12)


def test_true_class_means_are_the_cluster_level():
    model, drawn = given(parameters(sigma_y=1.5, labels="balanced"))
    Gamma = np.kron(np.ones((4, 4)) + 1.5**2 * np.eye(4), np.eye(4))
    options = {"Gamma": Gamma, "sigma_E": 1.0, "D": 600, "groups": drawn.y}
    np.testing.assert_allclose(model.outliers, hessian.outliers(drawn.p, **options), rtol=1e-12)
    assert len(model.outliers) == 12
    known = gradient.power(drawn.p, drawn.r, **options)
    assert model.power(drawn.r).outliers.sum() == pytest.approx(known.outliers.sum(), abs=1e-12)


MORE = [
    pytest.param(level, marks=[pytest.mark.slow] * (level == "correlated")) for level in LEVELS
]  # of which "all" has correlated logits, too


@pytest.mark.parametrize("level", MORE)
def test_outliers_and_their_spread(level):
    """Within z = 4 and 1 %; with twice the noise, or half the means' square, they are outside."""
    params, samples = sampled(level)
    model, _ = given(params)
    found, k = model.ordered, len(model.outliers)
    values = samples.eigenvalues.values[:, :k]
    assert np.all(z_score(values, found.mean, bias=0.01 * found.mean) < 4)
    np.testing.assert_allclose(values.std(axis=0), found.std, rtol=0.25)
    other, _ = given(
        parameters(**LEVELS[level] | {"sigma_c": 0.9, "sigma_y": params.sigma_y * 0.9})
    )
    wrong = other.ordered.mean
    assert z_score(values[:, : len(wrong)], wrong, bias=0.01 * wrong[0]).max() > 6


@pytest.mark.parametrize("level", ["power law", "curved"])
def test_the_exponent_and_the_curvature_show_in_the_outliers(level):
    """The sum of the outliers rejects isotropic noise, or a curvature that is left out."""
    params, samples = sampled(level)
    model, _ = given(params)
    k = len(model.outliers)
    total = samples.eigenvalues.values[:, :k].sum(axis=1)
    name = "T_exponent" if level == "power law" else "sigma_H"
    other, _ = given(parameters(**LEVELS[level] | {name: 0.0}))
    edge = samples.eigenvalues.values[:, k]
    assert edge.mean() == pytest.approx(model.edges[0, 1], rel=0.15)
    assert abs(edge.mean() / other.edges[0, 1] - 1) > 0.3
    assert z_score(total, model.outliers.sum(), bias=0.01 * model.outliers.sum()) < 4


@pytest.mark.parametrize("level", MORE)
def test_share_trace_and_norm(level):
    """Within z = 4 and, of the share, 0.01 of order k/D_eff; a tenth more noise is outside."""
    params, samples = sampled(level)
    model, drawn = given(params)
    share = samples.gradient_power.values[:, : len(model.outliers)].sum(axis=1)
    assert z_score(share, model.power(drawn.r).outliers.sum(), bias=0.01) < 4
    assert z_score(samples.trace.values, model.trace) < 4
    assert z_score(samples.frobenius.values**2, model.frobenius**2) < 4
    noisier, _ = given(parameters(**LEVELS[level] | {"sigma_E": 1.1}))
    assert z_score(samples.trace.values, noisier.trace) > 6


def test_without_noise_and_curvature_there_is_no_bulk():
    model, drawn = given(parameters(sigma_E=0.0, sigma_y=0.5))
    assert len(model.outliers) == 12
    assert model.power(drawn.r).bulk == pytest.approx(0, abs=1e-10)
    with pytest.raises(InputError, match="sigma_E or sigma_H must be greater than 0 for a bulk"):
        _ = model.edges


def test_outputs_of_another_size_are_refused():
    with pytest.raises(InputError, match=r"p must have shape \(80, 4\) as in params, got \(2, 4\)"):
        isotropic_means.given(
            parameters(), p=np.full((2, 4), 0.25), r=np.zeros((2, 4)), y=np.zeros(2, dtype=int)
        )

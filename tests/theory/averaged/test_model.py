"""Every level averaged over logits, labels, means and noise: limits, samples and refusals."""

from functools import cache

import numpy as np
import pytest
from numpy.typing import ArrayLike

from simulate.hessian import sample
from simulate.one_draw.drawn_means import with_means
from simulate.one_draw.draws import examples
from theory import InputError, Params, averages, stream
from theory.averaged import class_gradient, threshold
from theory.averaged.laws.logit_law import common_outlier, logit_law
from theory.averaged.model import averaged
from theory.averaged.outliers import families

DRAWS = 100
BIAS = 0.02  # of an outlier, relative, of order 1/N and 1/√(N D)
LEVELS = {
    "classes": {"sigma_y": 1.2, "labels": "balanced", "D": 1000},
    "uneven classes": {"sigma_y": 1.2, "D": 1000},
    "power law": {"T_exponent": 0.6, "rho": 0.3},
    "curved": {"sigma_H": 0.03, "labels": "calibrated", "D": 300},
    "all": {"sigma_y": 1.5, "T_exponent": 0.4, "rho": 0.3, "sigma_H": 0.01, "labels": "balanced"},
}


def parameters(**changes):
    values = {"N": 100, "C": 4, "D": 400, "sigma_z": 1.0, "sigma_c": 1.0, "sigma_E": 0.7}
    return Params(**values | changes)


@cache
def drawn(level):
    params, rows = parameters(**LEVELS[level]), []
    for seed in range(DRAWS):
        ensemble = with_means(params, examples(params, seed=seed), rng=stream(seed, "means", 0))
        s = sample(ensemble, rng=stream(seed, "noise", 0))
        k = params.outlier_directions
        rows.append((s.eigenvalues[: k + 1], s.gradient_power[:k].sum(), s.trace, s.frobenius**2))
    return params, [np.array(column) for column in zip(*rows, strict=True)]


def z_score(values, expected, bias: ArrayLike = 0.0):
    error = values.std(axis=0, ddof=1) / np.sqrt(len(values))
    return np.maximum(np.abs(values.mean(axis=0) - expected) - bias, 0) / error


@pytest.mark.parametrize("level", LEVELS)
def test_ordered_outliers(level):
    """Mean within z = 4 and 2 %, spread to 30 % of it; unsplit positions are outside."""
    params, (values, *_) = drawn(level)
    found = averages.outliers(params)
    values = values[:, : len(found.mean)]
    assert len(found.mean) == params.outlier_directions
    assert np.all(z_score(values, found.mean, bias=BIAS * found.mean) < 4)
    np.testing.assert_allclose(found.std, values.std(axis=0), rtol=0.3)
    law, unsplit = averaged(params), []
    for root, count in zip(law.roots, (3, 9), strict=False):
        unsplit += [root.position] * count
    assert z_score(values, unsplit, bias=BIAS * found.mean).max() > 8


@pytest.mark.parametrize("level", LEVELS)
def test_the_share_of_the_gradient(level):
    """Mean within z = 4 and 0.01; with half of what tells the level apart it is outside."""
    params, (_, share, *_) = drawn(level)
    found = averages.power(params)
    assert z_score(share, found.mean, bias=0.01) < 4
    assert np.all(np.diff(found.nodes) >= 0)
    if params.sigma_y > 0:
        plain = averages.power(parameters(**LEVELS[level] | {"sigma_y": 0.0}))
        assert z_score(share, plain.mean, bias=0.01) > 8


@pytest.mark.parametrize("level", LEVELS)
def test_moments(level):
    """Trace and norm within z = 4, the trace's spread to 25 %; without the level they are not."""
    params, (_, _, trace, square) = drawn(level)
    assert z_score(trace, averages.trace(params)) < 4
    assert z_score(square, averages.frobenius(params) ** 2) < 4
    assert trace.std() == pytest.approx(averages.trace_std(params), rel=0.25)
    plain = parameters(labels=params.labels, D=params.D, sigma_E=0.7 if params.rho == 0 else 0.9)
    assert z_score(square, averages.frobenius(plain) ** 2) > 3


@pytest.mark.parametrize("level", ["classes", "curved"])
def test_the_bulk_ends_at_its_edge(level):
    """Its largest eigenvalue within 8 %: twice the scale of its fluctuation, ``(N C)^{-2/3}``."""
    params, (values, *_) = drawn(level)
    assert values[:, -1].mean() == pytest.approx(averages.edges(params)[0, 1], rel=0.08)


def test_the_curve_has_the_roots_of_level_FG():
    law = logit_law(parameters())
    known, (found,) = common_outlier(law), families.roots(law, families.curve(law))
    for name in ("strength", "alpha", "position", "slope", "transfer", "kappa", "width"):
        assert getattr(found, name) == pytest.approx(getattr(known, name), rel=1e-12)
    share = class_gradient.share(law, families.curve(law), (found,))
    assert share.mean == pytest.approx(averages.power(parameters()).mean, abs=2e-3)
    curve = families.curve(law)
    assert curve.along_noise(curve.at(found.alpha), transfer=found.transfer) == pytest.approx(
        1 / 400, rel=1e-12
    )


@pytest.mark.parametrize("name", ["T_exponent", "rho", "sigma_H"])
def test_small_parameters_change_little(name):
    """Of first order in α and ρ, of second in σ_H: 1e-13 and 1e-8 leave 1e-12."""
    plain, near = parameters(), parameters(**{name: 1e-8 if name == "sigma_H" else 1e-13})
    np.testing.assert_allclose(
        averages.outliers(near).mean, averages.outliers(plain).mean, rtol=1e-12
    )
    assert averages.trace(near) == pytest.approx(averages.trace(plain), rel=1e-12)
    assert averages.frobenius(near) == pytest.approx(averages.frobenius(plain), rel=1e-12)
    assert averages.edges(near)[0, 1] == pytest.approx(averages.edges(plain)[0, 1], rel=1e-12)


def test_small_true_class_means_change_little():
    near = parameters(sigma_y=1e-7)
    np.testing.assert_allclose(
        averages.outliers(near).mean, averages.outliers(parameters()).mean, rtol=1e-12
    )
    assert averages.frobenius(near) == pytest.approx(averages.frobenius(parameters()), rel=1e-12)


def test_equal_outputs_without_noise_have_two_positions():
    """N, D → ∞ at σ_z = 0: ``(σ_c² + σ_y²/C)/C`` three times and ``σ_y²/C²`` nine times."""
    params = parameters(
        N=4 * 10**11, D=10**12, sigma_z=0.0, sigma_E=0.0, sigma_y=0.5, labels="balanced"
    )
    found = averages.outliers(params)
    expected = [(1 + 0.25 / 4) / 4] * 3 + [0.25 / 16] * 9
    np.testing.assert_allclose(found.mean, expected, rtol=1e-5)
    np.testing.assert_allclose(averages.trace(params), np.sum(expected), rtol=1e-12)


def test_curvature_without_noise_is_the_spiked_semicircle():
    """σ_z = 0: ``θ + σ_W²/θ`` at θ = σ_c²/C, σ_W² = σ_H² (1 - 1/C); none where θ < σ_W."""
    params = parameters(sigma_z=0.0, sigma_E=0.0, sigma_H=0.2, labels="balanced", D=10**9)
    square, theta = 0.04 * 0.75, 0.25
    (root,) = averaged(params).roots
    assert root.position == pytest.approx(theta + square / theta, rel=1e-12)
    assert root.transfer == pytest.approx(1 - square / theta**2, rel=1e-12)
    np.testing.assert_allclose(averages.edges(params), [[-2 * square**0.5, 2 * square**0.5]])
    assert averages.outliers(parameters(sigma_E=0.0, sigma_H=0.5)).mean.size == 0


def test_two_families_with_a_limit_of_many_classes():
    """At C = 21 the drawn matrices end; each family's sum goes on as at C = 20."""
    sums = []
    for C in (20, 21):
        found = averages.outliers(
            parameters(N=100 * C, C=C, D=10**5, sigma_y=1.0, labels="balanced")
        )
        assert len(found.mean) == C * (C - 1)
        trace = averages.trace(parameters(N=100 * C, C=C, D=10**5, sigma_y=1.0, sigma_E=0.0))
        sums.append(found.mean.sum() / trace)
    assert sums[0] == pytest.approx(sums[1], rel=0.02)


def test_the_threshold_counts_the_families():
    for sigma_y in (0.02, 0.1, 0.5):
        params = parameters(sigma_y=sigma_y, sigma_c=0.1, labels="balanced", D=10**4)
        count = len(averages.outliers(params).mean)
        assert (threshold.spike_strength(params) > 1) == (count > 0)
    for name in ("sigma_y", "sigma_H"):
        with pytest.raises(InputError, match=f"{name} must be 0 for a critical ratio, got 0.1"):
            threshold.critical_ratio(parameters(**{name: 0.1}))


def test_correlated_logits_allow_more_noise():
    known = threshold.critical_ratio(parameters())
    assert threshold.critical_ratio(parameters(rho=0.75)) == pytest.approx(2 * known, rel=1e-9)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"sigma_y": 0.5, "labels": "calibrated"},
            "sigma_y must be 0 with 'calibrated' labels unless the outputs are given (--seed) or "
            "labels is one of uniform, balanced, got 0.5",
        ),
        (
            {"T_exponent": 2.0},
            "T_exponent must leave the noise at least C = 4 effective dimensions, got 2.49 at "
            "T_exponent=2, D=400",
        ),
        ({"sigma_y": 0.5, "D": 12}, "D must be at least 13 with noise, got D=12, C=4"),
    ],
)
def test_what_no_closed_form_covers_is_refused(change, message):
    for function in (averages.outliers, averages.power):
        with pytest.raises(InputError) as error:
            function(parameters(**change))
        assert str(error.value) == message


def test_what_level_FG_alone_has_is_refused_beyond():
    bent = parameters(sigma_H=0.1)
    with pytest.raises(InputError, match="sigma_H must be 0 for the spread of the norm"):
        averages.frobenius_std(bent)
    p = np.full((100, 4), 0.25)
    with pytest.raises(InputError, match="sigma_H must be 0 for averages given p"):
        averages.outliers(bent, p=p)

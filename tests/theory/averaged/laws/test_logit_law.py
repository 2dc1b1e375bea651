"""Means over the logits: exact parts, fixed rows, and what is refused."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import expit

from tests.support.draws.sampling import dual, logit_gradients, means, outputs
from theory import InputError, Params, averages, softmax
from theory.averaged import Averaged
from theory.averaged.laws.logit_law import common_outlier, logit_law

BASE = Params(N=300, C=10, D=1000, sigma_z=1.0, sigma_c=1.0, sigma_E=0.7)


LAWS = ["uniform", "balanced", "calibrated", "margin"]


def with_law(law, **changes):
    return replace(BASE, labels=law, margin=1.5 if law == "margin" else 0.0, **changes)


@pytest.mark.parametrize("kappa", [-1.5, -0.3, 0.4])
def test_two_classes_by_quadrature(kappa):
    """C = 2: one eigenvalue a = 2p(1-p), z₁ - z₂ of variance 2σ_z²; the exact parts help."""
    sigma_z = 1.3

    def mean(power):
        def integrand(x):
            a = 2 * expit(np.sqrt(2) * sigma_z * x) * expit(-np.sqrt(2) * sigma_z * x)
            return (a / (1 + kappa * a)) ** power * np.exp(-x * x / 2) / np.sqrt(2 * np.pi)

        return quad(integrand, -12, 12, epsabs=1e-13)[0]

    law = logit_law(replace(BASE, C=2, sigma_z=sigma_z))
    first, second = law.traces(kappa)
    assert first == pytest.approx(mean(1), rel=1e-2 * kappa**2)
    assert second == pytest.approx(mean(2), rel=3e-2 * abs(kappa))
    rows = softmax.resolvent_trace_means(law.p, kappa=kappa)[0]
    assert abs(first - mean(1)) < abs(rows - mean(1))


def test_exact_moments_of_the_blocks():
    p = outputs(np.random.default_rng(1), N=400_000, C=5, sigma_z=2.0)
    law = logit_law(replace(BASE, C=5, sigma_z=2.0))
    first, second, _ = softmax.resolvent_trace_means(p, kappa=0.0)
    assert law.trace_A == pytest.approx(first, rel=2e-3)
    assert law.trace_A_square == pytest.approx(second, rel=4e-3)
    assert law.trace_variance == pytest.approx(np.var(np.sum(p * p, axis=1)), rel=1e-2)


def test_spread_of_the_trace():
    """Over 20,000 draws at C = 3, N = 9, D = 5; without the logits' part it is refused."""
    params = replace(BASE, C=3, N=9, D=5, sigma_z=2.0)
    rng, draws = np.random.default_rng(2), 20_000
    p = outputs(rng, N=draws * 9, C=3, sigma_z=2.0).reshape(draws, 9, 3)
    c = rng.standard_normal((draws, 1, 3, 5)) / np.sqrt(5)
    J = c + 0.7 / np.sqrt(5) * rng.standard_normal((draws, 9, 3, 5))
    centred = J - np.einsum("imk,imkd->imd", p, J)[:, :, None]
    traces = np.einsum("imk,imkd,imkd->i", p, centred, J) / 9
    found = averages.trace_std(params)
    assert np.std(traces) == pytest.approx(found, rel=0.025)
    of_logits = 1.49**2 * logit_law(params).trace_variance / 9
    assert np.std(traces) > 1.05 * np.sqrt(found**2 - of_logits)


def test_few_undecided_examples():
    """Just above eight of them outliers are within 4 standard errors and 3 %; below it refuses."""
    params = replace(BASE, N=30, C=4, D=200, sigma_z=9.0)
    assert 8 < logit_law(params).undecided < 10
    rng, values, draws = np.random.default_rng(6), [], 200
    for _ in range(draws):
        p = outputs(rng, N=30, C=4, sigma_z=9.0)
        J = logit_gradients(rng, means(rng, R=4, D=200), sigma_E=0.7, N=30)
        values.append(dual(J, p, p - np.eye(4)[0])[0][:3])
    values = np.array(values)
    error = values.std(axis=0) / np.sqrt(draws)
    found = averages.outliers(params)
    assert np.all(np.abs(found.mean - values.mean(axis=0)) < 4 * error + 0.03 * found.mean)
    with pytest.raises(InputError, match=r"N must leave at least 8 undecided .* got 1\.8 of N=60"):
        averages.outliers(replace(params, N=60, sigma_z=100.0))


def test_root_solves_its_equation():
    law = logit_law(BASE)
    root = common_outlier(law)
    assert root is not None
    assert law.t(root.kappa) == pytest.approx(root.alpha, rel=1e-12)
    assert root.kappa == pytest.approx(-0.49 / 300 / root.alpha)
    step = 1e-5 * root.alpha
    around = [law.noise.map(root.alpha + x)[0] for x in (-step, step)]
    assert root.slope == pytest.approx((around[1] - around[0]) / (2 * step), rel=1e-6)
    assert common_outlier(logit_law(replace(BASE, sigma_c=0.0))) is None


def test_without_noise_every_size_is_answered():
    """N = 1 and D < C: exact trace split over at most min(D, C-1) eigenvalues."""
    found = averages.outliers(replace(BASE, sigma_E=0.0, N=1))
    assert found.mean.sum() == pytest.approx(averages.trace(replace(BASE, sigma_E=0.0)), rel=0.02)
    narrow = averages.outliers(replace(BASE, sigma_E=0.0, D=4))
    assert narrow.mean.shape == (4,)
    assert narrow.mean.sum() == pytest.approx(averages.trace(replace(BASE, sigma_E=0.0)), rel=0.02)


def test_frozen_logits():
    """Outputs of the order 1e-30 have a bulk; beyond what the rows hold, only moments answer."""
    frozen = replace(BASE, sigma_z=50.0)
    low, high = averages.edges(frozen)[0]
    assert 0 <= low < high < averages.edges(BASE)[0, 1]
    further = replace(BASE, sigma_z=1e4)
    with pytest.raises(InputError, match=r"N must leave at least 8 undecided .* got 0\.1 of N=300"):
        averages.outliers(further)
    with pytest.raises(InputError, match="got sigma_z=1e\\+06, margin=0"):
        averages.edges(replace(BASE, sigma_z=1e6))
    assert 0 < averages.trace(further) < 1e-3
    certain = replace(BASE, labels="margin", margin=40.0)
    assert 0 < averages.power(certain).mean < 1
    assert averages.trace(certain) == pytest.approx(1.49 * 18 * np.exp(-39), rel=0.1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"D": 9}, "D must be at least C with noise, got D=9, C=10"),
        ({"N": 7}, "N must be at least 8 with noise unless p is given, got 7"),
    ],
)
def test_what_does_not_separate_is_refused(change, message):
    for function in (averages.outliers, averages.power):
        with pytest.raises(InputError, match=message):
            function(replace(BASE, **change))
    with pytest.raises(InputError, match="sigma_E must be greater than 0 for a bulk"):
        averages.edges(replace(BASE, sigma_E=0.0))


SLOW_BLOCKS = [pytest.param(block, marks=pytest.mark.slow) for block in (2, 3)]


@pytest.mark.parametrize("block", [0, 1, *SLOW_BLOCKS])
def test_any_parameters_are_answered_or_refused(block):
    """40 models over all scales: ordered, finite, within the trace; else a documented error."""
    rng, refused = np.random.default_rng([block, 5]), []
    for _ in range(10):
        C, N, D = (int(10 ** rng.uniform(low, high)) for low, high in ((0.31, 3), (0, 7), (0, 12)))
        lengths = {"sigma_c": 10 ** rng.uniform(-2, 1), "sigma_E": 10 ** rng.uniform(-2, 1)}
        if LAWS[block] == "balanced":
            N = max(N // C, 1) * C
        params = with_law(LAWS[block], C=C, N=N, D=D, sigma_z=10 ** rng.uniform(-2, 2.5), **lengths)
        try:
            found, share = averages.outliers(params), averages.power(params)
            (low, high), trace = averages.edges(params)[0], averages.trace(params)
        except InputError as error:
            refused.append(str(error))
            continue
        assert np.all(np.diff(found.mean) <= 0)
        assert np.all(found.std >= 0)
        assert np.all(found.mean >= high)
        assert found.mean.sum() < 1.05 * trace + len(found.mean) * high
        assert 0 <= share.mean <= 1
        assert 0 <= low <= high
    reasons = ("D must be at least", "N must", "sigma_z and margin must leave")
    assert all(message.startswith(reasons) for message in refused)
    assert len(refused) < 8


def test_fewer_entries_are_coarser_and_leave_what_is_exact():
    """Two classes again: the error of ``⟨tr B⟩`` falls with the number of rows."""
    errors = []
    for entries in (2**8, 2**12, 2**16):
        law = logit_law(replace(BASE, C=2), entries=entries)
        assert law.p.shape == (entries // 2, 2)
        full = logit_law(replace(BASE, C=2))
        assert law.trace_A == full.trace_A
        errors.append(abs(law.traces(-1.5)[0] / full.traces(-1.5)[0] - 1))
    assert errors[0] > errors[1] > errors[2]
    assert errors[1] < 1e-3


def test_models_of_one_sigma_z_share_their_rows_and_solve_each_equation_once(monkeypatch):
    """What a study repeats in every cell: rows anew for another σ_z or margin alone."""
    first = logit_law(replace(BASE, sigma_z=1.7))
    other = logit_law(replace(BASE, sigma_z=1.7, sigma_E=0.2, sigma_c=3.0, N=77, D=5000))
    assert other.rows is first.rows
    assert logit_law(replace(BASE, sigma_z=1.8)).rows is not first.rows
    margin = with_law("margin", sigma_z=1.7)
    assert logit_law(margin).rows is not first.rows
    assert logit_law(replace(margin, margin=0.0)).rows.margin == 0.0
    seen = []
    means = softmax.resolvent_trace_means

    def counted(p, *, kappa):
        seen.append(kappa)
        return means(p, kappa=kappa)

    monkeypatch.setattr(softmax, "resolvent_trace_means", counted)
    assert len(Averaged(replace(BASE, sigma_z=1.7)).outliers.mean) == 9
    assert 5 < len(seen) <= 20

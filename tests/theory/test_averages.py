"""Predictions from the parameters alone, against sampled draws and against the conditional ones."""

import numpy as np
import pytest

from tests.support.draws.sampling import gradient, hessian, labels, logit_gradients, means, outputs
from theory import InputError, Params, averages
from theory import gradient as given_gradient
from theory import hessian as given_hessian

LAWS = ["uniform", "balanced", "calibrated", "margin"]


DRAWS = 160


def parameters(law="uniform", **changes):
    values = {"N": 60, "C": 4, "D": 120, "sigma_z": 1.0, "sigma_c": 1.0, "sigma_E": 0.7}
    return Params(**values | {"labels": law, "margin": 1.5 if law == "margin" else 0.0} | changes)


def draws(params, *, seed, count=DRAWS):
    """Outliers, share on them, trace and square of sampled draws; the conditional predictions."""
    P, rows = params, []
    for i in range(count):
        rng = np.random.default_rng([i, seed])
        z = P.sigma_z * rng.standard_normal((P.N, P.C))
        y, p = labels(rng, z, law=P.labels, margin=P.margin)
        r = p - np.eye(P.C)[y]
        c = means(rng, R=P.C, D=P.D, sigma_c=P.sigma_c)
        J = logit_gradients(rng, c, sigma_E=P.sigma_E, N=P.N)
        G, g = hessian(J, p), gradient(J, r)
        values, vectors = np.linalg.eigh(G)
        share = np.sum((vectors[:, 1 - P.C :].T @ g) ** 2) / (g @ g)
        options = {"Gamma": c @ c.T, "sigma_E": P.sigma_E, "D": P.D}
        conditional = given_hessian.outliers(p, **options)
        shares = given_gradient.power(p, r, **options).outliers
        rows.append(
            (values[: -P.C : -1], share, np.trace(G), np.sum(G * G), conditional, shares.sum())
        )
    return [np.array(column) for column in zip(*rows, strict=True)]


@pytest.fixture(scope="module", params=LAWS)
def law_draws(request):
    params = parameters(request.param)
    return params, draws(params, seed=LAWS.index(request.param))


def standard_error(x):
    return x.std(axis=0, ddof=1) / np.sqrt(len(x))


def test_outliers_of_each_label_law(law_draws):
    """Within z = 4 and a bias of 2 %, of order 1/√(N D); the common position alone is outside."""
    params, (values, *_) = law_draws
    found = averages.outliers(params)
    tolerance = 4 * standard_error(values) + 0.02 * found.mean
    assert np.all(np.abs(values.mean(axis=0) - found.mean) < tolerance)
    assert np.any(np.abs(values.mean(axis=0) - found.mean.mean()) > 2 * tolerance)


def test_outliers_of_the_sampled_and_the_conditional_formula_agree(law_draws):
    """The same draws with the noise averaged out: z = 4 and a bias of 2 %."""
    params, (*_, conditional, _) = law_draws
    found = averages.outliers(params)
    error = np.abs(conditional.mean(axis=0) - found.mean)
    assert np.all(error < 4 * standard_error(conditional) + 0.02 * found.mean)


def test_bands_cover(law_draws):
    """95 % bands hold between 90 and 99 % of the draws; the spread is right to 15 %."""
    params, (values, *_) = law_draws
    found = averages.outliers(params)
    inside = np.abs(values - found.mean) < 1.96 * found.std
    assert 0.90 <= inside.mean() <= 0.99
    np.testing.assert_allclose(found.std, values.std(axis=0), rtol=0.15)
    narrow = np.abs(values - found.mean) < 1.96 * found.std / np.sqrt(2)
    assert narrow.mean() < 0.9


def test_share_of_each_label_law(law_draws):
    """Mean within z = 4 and a bias of 0.01 of order 1/N, spread to 15 %; other laws are outside."""
    params, (_, share, _, _, _, conditional) = law_draws
    found = averages.power(params)
    assert abs(share.mean() - found.mean) < 4 * standard_error(share) + 0.01
    assert abs(conditional.mean() - found.mean) < 4 * standard_error(conditional) + 0.01
    assert found.std == pytest.approx(share.std(), rel=0.2)
    other = "balanced" if params.labels != "balanced" else "uniform"
    wrong = averages.power(parameters(other)).mean
    assert abs(share.mean() - wrong) > 8 * standard_error(share) + 0.01


def test_moments_of_each_label_law(law_draws):
    """Trace and norm within z = 4; at less noise, or means a tenth shorter, they are outside."""
    params, (_, _, trace, square, _, _) = law_draws
    assert abs(trace.mean() - averages.trace(params)) < 4 * standard_error(trace)
    assert abs(square.mean() - averages.frobenius(params) ** 2) < 4 * standard_error(square)
    quiet, short = (parameters(params.labels, **x) for x in ({"sigma_E": 0.5}, {"sigma_c": 0.9}))
    assert abs(trace.mean() - averages.trace(quiet)) > 8 * standard_error(trace)
    assert abs(square.mean() - averages.frobenius(short) ** 2) > 8 * standard_error(square)


def test_spread_of_trace_and_norm(law_draws):
    """Within z = 4 and 3 %, of order C/N; 95 % bands hold 90 to 99 % of the draws."""
    params, (_, _, traces, squares, *_) = law_draws
    for values, mean, std in (
        (traces, averages.trace(params), averages.trace_std(params)),
        (np.sqrt(squares), averages.frobenius(params), averages.frobenius_std(params)),
    ):
        tolerance = 4 / np.sqrt(2 * len(values)) + 0.03
        assert abs(values.std(ddof=1) / std - 1) < tolerance
        assert 0.90 <= np.mean(np.abs(values - mean) < 1.96 * std) <= 0.99
        assert abs(values.std(ddof=1) / (std / np.sqrt(2)) - 1) > tolerance


def test_spread_of_the_norm_is_the_wishart_matrixs():
    """Equal outputs, no means: ``t_k = n (s/C)^k``, n = N(C-1), and no part of the logits."""
    N, C, D = 10, 3, 7
    n, size = N * (C - 1), 2.0**2 / N / C
    t1, t2, t3, t4 = (n * size**k for k in range(1, 5))
    variance = 4 * (2 * D**2 + 5 * D + 5) * t4 + 16 * (D + 1) * t1 * t3
    variance = (variance + 4 * (D + 1) * t2**2 + 8 * t2 * t1**2) / D**3
    params = Params(N=N, C=C, D=D, sigma_z=0.0, sigma_c=0.0, sigma_E=2.0)
    expected = np.sqrt(variance) / 2 / averages.frobenius(params)
    assert averages.frobenius_std(params) == pytest.approx(expected, rel=1e-9)
    rng = np.random.default_rng(0)
    X = rng.standard_normal((20_000, n, D)) * np.sqrt(size / D)
    squares = np.sum((X.transpose(0, 2, 1) @ X) ** 2, axis=(1, 2))
    assert squares.var() == pytest.approx(variance, rel=0.06)


@pytest.mark.parametrize("changes", [{"sigma_z": 4.0}, {"C": 2}, {"N": 120, "C": 8, "D": 200}])
def test_other_sizes(changes):
    """Where the fluctuation is skew (large σ_z, C = 2) the bias is up to 3 %."""
    params = parameters(**changes)
    values, share, trace, square, _, _ = draws(params, seed=10, count=100)
    found, power = averages.outliers(params), averages.power(params)
    error = np.abs(values.mean(axis=0) - found.mean)
    assert np.all(error < 4 * standard_error(values) + 0.03 * found.mean)
    assert abs(share.mean() - power.mean) < 4 * standard_error(share) + 0.01
    assert abs(trace.mean() - averages.trace(params)) < 4 * standard_error(trace)
    assert abs(square.mean() - averages.frobenius(params) ** 2) < 4 * standard_error(square)


def test_outliers_given_the_outputs():
    """Averaged over means and noise at fixed p: z = 4 and a bias of 2 %; spread to 20 %."""
    params = parameters(sigma_z=2.0)
    rng = np.random.default_rng(20)
    p = outputs(rng, N=60, C=4, sigma_z=2.0)
    values, traces, squares = [], [], []
    for _ in range(DRAWS):
        J = logit_gradients(rng, means(rng, R=4, D=120), sigma_E=0.7, N=60)
        G = hessian(J, p)
        values.append(np.linalg.eigvalsh(G)[:-4:-1])
        traces.append(np.trace(G))
        squares.append(np.sum(G * G))
    values, traces, squares = map(np.array, (values, traces, squares))
    found = averages.outliers(params, p=p)
    error = np.abs(values.mean(axis=0) - found.mean)
    assert np.all(error < 4 * standard_error(values) + 0.02 * found.mean)
    np.testing.assert_allclose(found.std, values.std(axis=0), rtol=0.2)
    assert abs(traces.mean() - averages.trace(params, p=p)) < 4 * standard_error(traces)
    assert abs(squares.mean() - averages.frobenius(params, p=p) ** 2) < 4 * standard_error(squares)


def test_many_examples_and_weights_leave_no_spread():
    """N, D → ∞ at σ_z = 0: every outlier at σ_c²/C, every spread at its rate."""
    found = averages.outliers(parameters(N=10**12, D=10**12, sigma_z=0.0))
    np.testing.assert_allclose(found.mean, 0.25, rtol=1e-5)
    assert np.all(found.std < 0.25 * 3e-6)


@pytest.mark.parametrize("D", [10**4, 10**6, 10**8])
def test_spread_falls_as_the_root_of_the_dimension(D):
    wide, narrow = (averages.outliers(parameters(sigma_z=0.0, D=x, N=10**9)) for x in (D, 100 * D))
    np.testing.assert_allclose(wide.std / narrow.std, 10, rtol=0.05)


def test_equal_outputs_have_the_closed_forms():
    params = parameters(sigma_z=0.0, N=300, C=10, D=10**6)
    low, high = averages.edges(params)[0]
    n, w2 = 300 * 9, 0.49 / 10**6
    expected = [w2 * (n**0.5 + sign * 10**3) ** 2 / 3000 for sign in (-1, 1)]
    np.testing.assert_allclose([low, high], expected, rtol=1e-9)
    assert averages.trace(params) == pytest.approx(1.49 * 0.9, rel=1e-9)
    assert averages.participation(params) == pytest.approx(0.1, rel=1e-9)
    share = averages.power(params)
    assert share.mean == pytest.approx(1 / 1.49, abs=0.08)  # q_SL, less the spread of χ²


def test_no_means_or_means_below_the_threshold_give_no_outlier():
    for sigma_c in (0.0, 1e-3):
        params = parameters(sigma_c=sigma_c)
        assert averages.outliers(params).mean.shape == (0,)
        assert averages.power(params).mean == 0
        p = outputs(np.random.default_rng(0), N=60, C=4, sigma_z=1.0)
        assert averages.outliers(params, p=p).std.shape == (0,)


def test_threshold_at_equal_outputs():
    critical = 0.7 * (3 / (60 * 120)) ** 0.25
    counts = [
        len(averages.outliers(parameters(sigma_z=0.0, sigma_c=factor * critical)).mean)
        for factor in (1 - 1e-6, 1 + 1e-6)
    ]
    assert counts == [0, 3]


def test_a_margin_of_zero_is_the_uniform_law():
    zero = parameters("margin", margin=0.0)
    uniform = parameters()
    assert averages.trace(zero) == pytest.approx(averages.trace(uniform), rel=0.005)
    assert averages.power(zero).mean == pytest.approx(averages.power(uniform).mean, abs=0.005)


def test_the_same_question_has_the_same_answer():
    first, second = (averages.outliers(parameters()) for _ in range(2))
    np.testing.assert_array_equal(first.mean, second.mean)
    np.testing.assert_array_equal(first.std, second.std)


def test_outputs_of_another_size_are_refused():
    p = np.full((30, 4), 0.25)
    for function in (averages.outliers, averages.trace, averages.frobenius):
        with pytest.raises(InputError) as error:
            function(parameters(), p=p)
        assert str(error.value) == "p must have shape (60, 4) as in params, got (30, 4)"

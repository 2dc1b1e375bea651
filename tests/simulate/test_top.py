"""Top eigenpairs against full spectra: one distribution, and the comparison sees a wrong one."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import ks_2samp

from simulate import dual, primal, top
from simulate.ensemble import Ensemble, ensemble
from theory import InputError, stream

DRAWS, k = 150, 5


FULL = 1500  # draws of full spectra, which cost a twentieth


def model(level, N=30, C=4, D=300) -> Ensemble:
    rng = stream(20, "top")
    p, y = rng.dirichlet(np.ones(C), size=N), rng.integers(C, size=N)
    noise = {}
    if level == "D < N(C-1)":
        D = 60
    if level == "cluster":
        noise["groups"] = y
    means = rng.standard_normal((C * C if level == "cluster" else C, D)) * 0.7 / np.sqrt(D)
    if level == "separable":
        factor = rng.standard_normal((C, C))
        T = np.where(np.arange(D) < 100, 4.0, 1.0)
        T[:12] = 30.0 - np.arange(12)
        noise |= {"T": T, "K_C": factor @ factor.T}
    if level == "curvature":
        D, noise["sigma_H"] = 60, 0.05
        means = means[:, :60] * 2
    return ensemble(p, p - np.eye(C)[y], means=means, sigma_E=1.0, D=D, **noise)


@cache
def full(level):
    e = model(level)
    path = primal if e.rank == e.D else dual
    rows = []
    for i in range(FULL):
        eigenvalues, power, norm = path.spectrum(e, rng=stream(21, level, i))
        share = power[:k] / norm**2
        rows.append([*eigenvalues[:k], *share, share.sum(), norm**2])
    return np.array(rows)


def matrix_free(e, *key):
    rows = []
    for i in range(DRAWS):
        t = top.sample(e, k=k, rng=stream(22, *key, i))
        power = t.gradient_power
        rows.append([*t.eigenvalues, *power, power.sum(), t.gradient_norm**2])
    return np.array(rows)


def z_scores(a, b):
    error = np.hypot(*(x.std(axis=0) / len(x) ** 0.5 for x in (a, b)))
    return (a.mean(axis=0) - b.mean(axis=0)) / error


@pytest.mark.parametrize(
    "level",
    [
        "D < N(C-1)",
        "separable",
        "curvature",
        pytest.param("FG", marks=pytest.mark.slow),
        pytest.param("cluster", marks=pytest.mark.slow),
    ],
)
def test_top_agrees_with_full_spectra_in_distribution(level):
    e = model(level)
    a, b = full(level), matrix_free(e, level)
    assert np.abs(z_scores(a, b)).max() < 4
    for column in (0, 1, 2, k - 1, k, 2 * k, 2 * k + 1):
        assert np.asarray(ks_2samp(a[:, column], b[:, column]))[1] > 1e-3


def test_the_comparison_rejects_wrong_degrees_of_freedom():
    e = model("D < N(C-1)")
    a = full("D < N(C-1)")
    ((deviation, d),) = e.rest
    for wrong in (d + 4, d - 4):  # the means' directions counted among the others, or twice
        b = matrix_free(replace(e, rest=((deviation, wrong),)), wrong)
        assert np.abs(z_scores(a, b)).max() > 6
        assert min(np.asarray(ks_2samp(a[:, c], b[:, c]))[1] for c in range(k)) < 1e-4


@pytest.mark.parametrize("level", ["FG", "cluster", "separable"])
def test_eigenpairs_are_those_of_the_draw_looked_at_in_full(level):
    e = model(level)
    found, known, rows = top.explore(e, k=k, tolerance=1e-10, directions=100, rng=stream(23))
    assert known.looked < 100  # of 120
    known.wander(120)
    values, c = np.linalg.eigh(known.H)
    np.testing.assert_allclose(found.eigenvalues, values[: -k - 1 : -1], rtol=1e-10)
    power = (c.T @ known.g)[: -k - 1 : -1] ** 2 / (known.g @ known.g)
    np.testing.assert_allclose(found.gradient_power, power, atol=1e-7)
    np.testing.assert_allclose(rows @ rows.T, np.diag(found.eigenvalues), atol=1e-11)


@pytest.mark.parametrize("level", ["FG", "cluster", "separable"])
def test_coefficients_make_the_eigenvectors(level):
    """v = Σ a J has v·v' = δ, and v·g ≥ 0 is the root of the power: by rows of the full draw."""
    e = model(level)
    found, known, _ = top.explore(e, k=k, tolerance=1e-10, directions=100, rng=stream(24))
    known.wander(120)
    folded = known.F.combine(np.eye(len(known.g))).reshape(-1, *e.p.shape)
    # undo the fold but for a shift common to an example's logits, which a does not see
    J = folded / np.sqrt(e.p / len(e.p))
    assert found.coefficients is not None
    v = np.einsum("iuk,auk->ia", found.coefficients, J)
    np.testing.assert_allclose(found.coefficients.sum(axis=2), 0, atol=1e-12)
    np.testing.assert_allclose(v @ v.T, np.eye(k), atol=1e-8)
    slopes = v @ known.g
    assert (slopes > 0).all()
    np.testing.assert_allclose(slopes**2 / (known.g @ known.g), found.gradient_power, atol=1e-8)


def arguments(**changes):
    p = stream(25).dirichlet(np.ones(3), size=12)
    r = p - np.eye(3)[np.arange(12) % 3]
    return {"p": p, "r": r, "k": 2, "Gamma": np.eye(3), "sigma_E": 0.7, "D": 40} | changes


def run(**changes):
    given = arguments(**changes)
    return top.top(given.pop("p"), given.pop("r"), rng=stream(26), **given)


def test_residuals_bound_the_errors_and_follow_the_tolerance():
    sharp = run(tolerance=1e-12)
    for tolerance in (1e-2, 1e-4, 1e-8):
        t = run(tolerance=tolerance)
        assert t.residuals.max() <= tolerance * t.lambda_max
    assert sharp.residuals.max() <= 1e-12 * sharp.lambda_max


@settings(deadline=None, max_examples=20)
@given(scale=st.integers(-60, 60), D=st.sampled_from([20, 200, 10**9]))
def test_scaling_all_lengths_scales_the_top(scale, D):
    one, factor = run(D=D), 2.0**scale
    scaled = run(D=D, Gamma=np.eye(3) * factor**2, sigma_E=0.7 * factor)
    np.testing.assert_allclose(scaled.eigenvalues, one.eigenvalues * factor**2, rtol=1e-10)
    np.testing.assert_allclose(scaled.gradient_power, one.gradient_power, atol=1e-9)
    assert scaled.gradient_norm == pytest.approx(one.gradient_norm * factor)


@pytest.mark.parametrize("D", [1, 3, 23, 24, 10**12])
def test_the_whole_spectrum_can_be_the_top(D):
    t = run(D=D, k=min(D, 24), Gamma=np.eye(3) if D > 2 else np.ones((3, 3)))
    assert (np.diff(t.eigenvalues) <= 0).all()
    assert t.gradient_power.sum() == pytest.approx(1)
    assert t.eigenvalues[-1] > 0


def test_noise_free_top_is_that_of_the_means():
    given = arguments(sigma_E=0.0)
    p, r = given["p"], given["r"]
    A = np.diag(p.mean(axis=0)) - p.T @ p / len(p)
    values, v = np.linalg.eigh(A)
    t, g = run(sigma_E=0.0), r.mean(axis=0)
    np.testing.assert_allclose(t.eigenvalues, values[:0:-1], rtol=1e-12)
    np.testing.assert_allclose(t.gradient_power, ((g @ v) ** 2)[:0:-1] / (g @ g), atol=1e-12)
    assert t.gradient_norm == pytest.approx(np.linalg.norm(g))


def test_without_means_or_gradient_there_are_still_eigenvalues():
    t = run(Gamma=np.zeros((3, 3)), r=np.zeros((12, 3)), k=4)
    assert t.gradient_norm == 0
    np.testing.assert_array_equal(t.gradient_power, 0)
    assert (t.eigenvalues > 0).all()


def test_curvature_is_free_of_D_and_has_no_sample_space_form():
    t = run(sigma_H=0.01, D=10**9)
    assert t.coefficients is None
    assert t.residuals.max() <= 1e-8 * t.lambda_max


def test_frozen_softmax():
    p = np.eye(3)[np.arange(12) % 3]
    t = run(p=p, r=p - np.eye(3)[np.arange(12) // 4])
    np.testing.assert_array_equal(t.eigenvalues, 0)
    np.testing.assert_allclose(t.gradient_power, 1 / 24)  # one eigenvector is as good as another
    assert t.coefficients is not None
    assert np.isfinite(t.coefficients).all()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"k": 0}, "k must be at least 1"),
        ({"k": 25}, "k must be at most 24"),
        ({"k": 4, "sigma_E": 0.0}, "k must be at most 3"),
        ({"tolerance": 1e-13}, "tolerance must be at least 1e-12"),
        ({"directions": 0}, "directions must be at least 1"),
        ({"D": 2}, "Gamma must have rank at most D = 2"),
    ],
)
def test_bad_input_is_named(changes, message):
    with pytest.raises(InputError, match=message):
        run(**changes)


def test_too_few_directions_are_not_hidden():
    with pytest.raises(ArithmeticError, match="10 eigenpairs need more than 5 directions"):
        run(k=10, directions=5)

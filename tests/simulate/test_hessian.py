"""The spectrum of one draw: invariants, limits and bounds."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulate import dual, primal
from simulate.ensemble import ensemble
from simulate.hessian import spectrum
from theory import InputError, stream


def inputs(N=12, C=3, *, sigma_z=1.0, **changes):
    rng = stream(0, "inputs")
    z = sigma_z * rng.standard_normal((N, C))
    z -= z.max(axis=1, keepdims=True)
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    r = p - np.eye(C)[rng.integers(C, size=N)]
    return {"p": p, "r": r, "Gamma": np.eye(C), "sigma_E": 0.7, "D": 40} | changes


def run(function=spectrum, *, seed=1, **arguments):
    p, r = arguments.pop("p"), arguments.pop("r")
    return function(p, r, rng=stream(seed), **arguments)


@pytest.mark.parametrize("D", [1, 5, 23, 24, 27, 300, 10**9, 10**12])
def test_spectrum_has_its_invariants(D):
    Gamma = np.eye(3) if D > 2 else np.ones((3, 3))
    s = run(**inputs(D=D, Gamma=Gamma))
    assert len(s.eigenvalues) == len(s.gradient_power) == min(D, 24)
    assert (np.diff(s.eigenvalues) <= 0).all()
    assert s.eigenvalues[-1] > 0
    assert (s.gradient_power >= 0).all()
    assert s.gradient_power.sum() == pytest.approx(1, abs=1e-14)
    assert s.trace == pytest.approx(s.eigenvalues.sum())
    assert s.frobenius == pytest.approx(np.sqrt((s.eigenvalues**2).sum()))
    assert s.lambda_max == s.eigenvalues[0]


def test_the_smaller_space_is_taken():
    for D, path in ((23, primal), (24, dual)):
        given_inputs = inputs(D=D)
        p, r = given_inputs.pop("p"), given_inputs.pop("r")
        expected, _, norm = path.spectrum(ensemble(p, r, **given_inputs), rng=stream(1))
        s = spectrum(p, r, rng=stream(1), **given_inputs)
        np.testing.assert_array_equal(s.eigenvalues, expected)
        assert s.gradient_norm == norm


@pytest.mark.parametrize("D", [15, 400])
def test_noise_free_spectrum_is_that_of_the_means(D):
    arguments = inputs(sigma_E=0.0, D=D, Gamma=[[2, 0.5, 0], [0.5, 1, 0.3], [0, 0.3, 1.5]])
    p, r, Gamma = arguments["p"], arguments["r"], np.array(arguments["Gamma"])
    A = np.diag(p.mean(axis=0)) - p.T @ p / len(p)
    factor = np.linalg.cholesky(Gamma)
    values, v = np.linalg.eigh(factor.T @ A @ factor)
    g = factor.T @ r.mean(axis=0)
    s = run(**arguments)
    np.testing.assert_allclose(s.eigenvalues[:2], values[:0:-1], rtol=1e-10)
    np.testing.assert_allclose(s.eigenvalues[2:], 0, atol=1e-14)
    np.testing.assert_allclose(s.gradient_power[:2], ((g @ v) ** 2)[:0:-1] / (g @ g), rtol=1e-9)
    assert s.gradient_norm == pytest.approx(np.linalg.norm(g))


@pytest.mark.parametrize("D", [20, 10**6])
@pytest.mark.parametrize("sigma_z", [20.0, 200.0, 2000.0])
def test_frozen_softmax_keeps_the_total_power(D, sigma_z):
    s = run(**inputs(sigma_z=sigma_z, D=D))
    assert np.isfinite(s.eigenvalues).all()
    assert s.gradient_power.sum() == pytest.approx(1, abs=1e-12)
    assert s.gradient_norm > 0


def test_vanishing_gradient_has_no_power():
    arguments = inputs()
    for D in (20, 200):
        s = run(**arguments | {"r": arguments["r"] * 0, "D": D})
        assert s.gradient_norm == 0
        np.testing.assert_array_equal(s.gradient_power, 0)


@pytest.mark.parametrize("D", [20, 200])
@settings(deadline=None, max_examples=30)
@given(scale=st.integers(-60, 60), seed=st.integers(0, 20))
def test_scaling_all_lengths_scales_the_spectrum(D, scale, seed):
    arguments = inputs(D=D)
    factor = 2.0**scale
    one = run(seed=seed, **arguments)
    changed = {"Gamma": np.eye(3) * factor**2, "sigma_E": 0.7 * factor}
    scaled = run(seed=seed, **arguments | changed)
    np.testing.assert_allclose(scaled.eigenvalues, one.eigenvalues * factor**2, rtol=1e-9)
    np.testing.assert_allclose(scaled.gradient_power, one.gradient_power, atol=1e-9)


@pytest.mark.parametrize("D", [20, 200])
def test_equal_means_in_all_classes_are_level_fg(D):
    arguments = inputs(D=D)
    groups = np.arange(12) % 3
    clusters = np.kron(np.ones((3, 3)), np.eye(3))  # the mean of a logit in every class alike
    arguments["sigma_E"] = 0.0
    exact = run(**arguments)
    same = run(**arguments | {"Gamma": clusters, "groups": groups})
    np.testing.assert_allclose(same.eigenvalues[:2], exact.eigenvalues[:2], rtol=1e-10)


def test_same_generator_same_bits():
    for D in (20, 200):
        one, two, other = (run(seed=s, **inputs(D=D)) for s in (1, 1, 2))
        np.testing.assert_array_equal(one.eigenvalues, two.eigenvalues)
        np.testing.assert_array_equal(one.gradient_power, two.gradient_power)
        assert one.gradient_norm == two.gradient_norm
        assert (one.eigenvalues != other.eigenvalues).all()


def test_inputs_are_not_changed():
    for D in (20, 200):
        arguments = inputs(D=D)
        run(**arguments)
        for name, value in inputs(D=D).items():
            np.testing.assert_array_equal(arguments[name], value)


@pytest.mark.parametrize("D", [20, 200])
def test_curvature_makes_negative_eigenvalues(D):
    s = run(**inputs(D=D, sigma_H=5.0))
    assert len(s.eigenvalues) == D
    assert (np.diff(s.eigenvalues) <= 0).all()
    assert s.eigenvalues[-1] < -s.lambda_max / 2
    assert s.gradient_power.sum() == pytest.approx(1, abs=1e-14)
    assert s.gradient_power[-D // 4 :].sum() > 0.01


@pytest.mark.parametrize("D", [20, 200])
def test_given_means_are_their_gram_matrix(D):
    means = stream(3).standard_normal((3, D))
    one = run(**inputs(D=D, Gamma=means @ means.T))
    two = run(**inputs(D=D, Gamma=None, means=means))
    np.testing.assert_array_equal(one.eigenvalues, two.eigenvalues)


@pytest.mark.parametrize("D", [20, 200])
def test_equal_eigenvalues_of_T_are_isotropic_noise(D):
    model = {"D": D, "Gamma": None, "means": stream(3).standard_normal((3, D))}
    one, two = run(**inputs(**model)), run(**inputs(**model, T=np.full(D, 7.0), K_C=2 * np.eye(3)))
    np.testing.assert_allclose(two.eigenvalues, one.eigenvalues, rtol=1e-9)


def test_memory_is_one_matrix_of_the_sample_space_at_any_D():
    peaks = []
    for D in (10**5, 10**9):
        arguments = inputs(N=60, C=10, D=D)
        run(**arguments)
        tracemalloc.start()
        run(**arguments)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] == pytest.approx(peaks[0], rel=0.01)
    assert max(peaks) < 1.6 * 8 * 540**2


def bad(**change):
    return inputs() | change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"p": np.full((12, 3), 0.5)}, "p must have rows that sum to 1"),
        ({"p": np.full((12, 3), np.nan)}, "p must be finite"),
        ({"p": np.ones(3)}, "p must have 2 axes"),
        ({"p": np.ones((12, 1)), "r": np.zeros((12, 1))}, "p must have at least 2 classes"),
        ({"r": np.zeros((11, 3))}, "r must have the shape of p"),
        ({"r": np.ones((12, 3))}, "r must have rows that sum to 0"),
        ({"Gamma": np.diag([1.0, 1, -1])}, "Gamma must be positive semi-definite"),
        ({"Gamma": np.triu(np.ones((3, 3)))}, "Gamma must be symmetric"),
        ({"Gamma": np.eye(4)}, r"Gamma must have shape \(3, 3\)"),
        ({"groups": np.zeros(12, int)}, r"Gamma must have shape \(9, 9\)"),
        ({"groups": np.full(12, 3), "Gamma": np.eye(9)}, r"groups must lie in 0\.\.2"),
        ({"groups": np.zeros(11, int), "Gamma": np.eye(9)}, "groups must have shape"),
        ({"sigma_E": -1.0}, "sigma_E must be at least 0"),
        ({"sigma_E": np.inf}, "sigma_E must be finite"),
        ({"D": 0}, "D must be at least 1"),
        ({"D": 10.5}, "D must be an integer"),
        ({"D": 2}, "Gamma must have rank at most D = 2, got 3"),
        ({"means": np.eye(3, 40)}, "Gamma or means must be given, and not both"),
        ({"Gamma": None}, "Gamma or means must be given, and not both"),
        ({"Gamma": None, "means": np.eye(3)}, r"means must have shape \(3, 40\), got \(3, 3\)"),
        ({"T": np.ones(40)}, "T needs means"),
        ({"T": np.ones(3), "Gamma": None, "means": np.eye(3, 40)}, "T must have D = 40 eigenv"),
        ({"T": -np.ones(40), "Gamma": None, "means": np.eye(3, 40)}, "T must be non-negative"),
        ({"K_C": np.eye(4)}, r"K_C must have shape \(3, 3\)"),
        ({"K_C": -np.eye(3)}, "K_C must be positive semi-definite"),
        ({"K_C": np.zeros((3, 3))}, "K_C must not be zero"),
        ({"sigma_H": -1}, "sigma_H must be at least 0"),
        ({"sigma_H": 1.0, "D": 10**6}, "D must be at most 50000 for a full spectrum"),
    ],
)
def test_bad_input_is_named(change, message):
    with pytest.raises(InputError, match=message):
        run(**bad(**change))

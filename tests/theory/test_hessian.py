"""Outliers, edges and moments of G: limits and invariants."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate

from tests.support.draws.sampling import blocks, logit_gradients, means, outputs
from tests.support.draws.sampling import hessian as sampled_hessian
from theory import InputError, hessian
from theory.bulk import SampleCovariance
from theory.softmax import eigenvalues


def test_equal_means_in_every_group_are_the_level_without_groups():
    rng = np.random.default_rng(7)
    p, c = outputs(rng, N=50, C=3, sigma_z=1.0), means(rng, R=3, D=100)
    groups = np.arange(50) % 3
    Gamma = np.tile(c, (3, 1)) @ np.tile(c, (3, 1)).T
    options = {"sigma_E": 0.5, "D": 100}
    np.testing.assert_allclose(
        hessian.outliers(p, Gamma=Gamma, groups=groups, **options),
        hessian.outliers(p, Gamma=c @ c.T, **options),
        rtol=1e-10,
    )
    assert hessian.frobenius(p, Gamma=Gamma, groups=groups, **options) == pytest.approx(
        hessian.frobenius(p, Gamma=c @ c.T, **options), rel=1e-12
    )


@pytest.mark.parametrize("grouped", [False, True])
def test_trace_and_norm_are_exact_means(grouped):
    """At N = 5, D = 4, where every correction counts; each wrong coefficient is far outside."""
    rng = np.random.default_rng(8)
    N, C, D = 5, 3, 4
    groups = np.array([0, 1, 2, 0, 1]) if grouped else None
    p = outputs(rng, N=N, C=C, sigma_z=1.0)
    c = means(rng, R=C * C if grouped else C, D=D)
    c[:, -1] = 0  # so that D - 1 weights hold the means as well
    G = [
        sampled_hessian(logit_gradients(rng, c, sigma_E=1.0, N=N, groups=groups), p)
        for _ in range(8000)
    ]
    traces, squares = np.trace(G, axis1=1, axis2=2), np.sum(np.square(G), axis=(1, 2))
    options = {"Gamma": c @ c.T, "sigma_E": 1.0, "groups": groups}
    error = traces.std() / np.sqrt(len(G))
    assert abs(traces.mean() - hessian.trace(p, **options)) < 4 * error
    error = squares.std() / np.sqrt(len(G))
    exact = hessian.frobenius(p, D=D, **options) ** 2
    assert abs(squares.mean() - exact) < 4 * error
    for dimension in (D - 1, D + 1):
        assert abs(squares.mean() - hessian.frobenius(p, D=dimension, **options) ** 2) > 8 * error


@pytest.mark.parametrize("sigma_z", [0.0, 1.0, 6.0])
def test_without_noise_the_outliers_are_the_spectrum(sigma_z):
    rng = np.random.default_rng(9)
    p, c = outputs(rng, N=20, C=6, sigma_z=sigma_z), means(rng, R=6, D=30)
    J = np.broadcast_to(c, (20, 6, 30))
    exact = np.linalg.eigvalsh(sampled_hessian(J, p))[::-1][:5]
    found = hessian.outliers(p, Gamma=c @ c.T, sigma_E=0, D=30)
    np.testing.assert_allclose(found, exact, rtol=1e-10)
    assert hessian.frobenius(p, Gamma=c @ c.T, sigma_E=0, D=30) == pytest.approx(
        np.sqrt(np.sum(exact**2)), rel=1e-12
    )


def test_means_of_very_different_lengths_keep_their_outliers():
    p = outputs(np.random.default_rng(10), N=200, C=4, sigma_z=1.0)
    lengths = np.array([1.0, 1e-3, 1e-5, 2.0])
    found = hessian.outliers(p, Gamma=np.diag(lengths**2), sigma_E=1e-8, D=1000)
    T = blocks(p).mean(axis=0)
    exact = np.linalg.eigvalsh(lengths[:, None] * T * lengths)[::-1][:3]
    np.testing.assert_allclose(found, exact, rtol=1e-5)


models = st.builds(
    lambda seed, N, C, D, sigma_z, sigma_E: (
        np.random.default_rng(seed),
        N,
        C,
        D,
        sigma_z,
        sigma_E,
    ),
    st.integers(0, 2**32 - 1),
    st.integers(1, 30),
    st.integers(2, 6),
    st.sampled_from([1, 10, 1000, 10**9, 10**12]),
    st.floats(0, 20),
    st.floats(1e-4, 1e3),
)


@settings(max_examples=150, deadline=None)
@given(models, st.floats(1e-6, 1e6))
def test_invariants(model, scale):
    """Rank bound, order, above the bulk, J → aJ, permutations of examples and of classes."""
    rng, N, C, D, sigma_z, sigma_E = model
    p, c = outputs(rng, N=N, C=C, sigma_z=sigma_z), rng.standard_normal((C, min(C, D)))
    Gamma = c @ c.T
    found = hessian.outliers(p, Gamma=Gamma, sigma_E=sigma_E, D=D)
    assert len(found) <= C - 1
    assert np.all(np.diff(found) <= 0)
    edges = hessian.edges(p, sigma_E=sigma_E, D=D)
    assert np.all(found > edges[-1, 1] * (1 - 1e-9))
    scaled = hessian.outliers(p, Gamma=scale**2 * Gamma, sigma_E=scale * sigma_E, D=D)
    np.testing.assert_allclose(scaled, scale**2 * found, rtol=1e-8)
    np.testing.assert_allclose(
        hessian.edges(p, sigma_E=scale * sigma_E, D=D)[[0, -1]],
        scale**2 * edges[[0, -1]],
        rtol=1e-8,
    )
    order, names = rng.permutation(N), rng.permutation(C)
    permuted = hessian.outliers(
        p[order][:, names], Gamma=Gamma[np.ix_(names, names)], sigma_E=sigma_E, D=D
    )
    np.testing.assert_allclose(permuted, found, rtol=1e-8)


@settings(max_examples=40, deadline=None)
@given(models)
def test_a_common_shift_of_the_means_changes_nothing(model):
    """A 1 = 0: adding one vector to all c_k leaves G as it is."""
    rng, N, C, D, sigma_z, sigma_E = model
    p, c = outputs(rng, N=N, C=C, sigma_z=sigma_z), rng.standard_normal((C, min(D, 8)))
    shifted = c + rng.standard_normal(min(D, 8))
    options = {"sigma_E": sigma_E, "D": D}
    np.testing.assert_allclose(
        hessian.outliers(p, Gamma=shifted @ shifted.T, **options),
        hessian.outliers(p, Gamma=c @ c.T, **options),
        rtol=1e-7,
    )


def test_short_means_give_no_outlier():
    p = outputs(np.random.default_rng(11), N=100, C=5, sigma_z=1.0)
    assert hessian.outliers(p, Gamma=1e-9 * np.eye(5), sigma_E=1.0, D=100).shape == (0,)
    assert hessian.outliers(p, Gamma=np.zeros((5, 5)), sigma_E=1.0, D=100).shape == (0,)


def test_frozen_outputs_give_no_outlier():
    p = np.eye(4)[[0, 1, 2, 3, 0]]
    assert hessian.outliers(p, Gamma=np.eye(4), sigma_E=1.0, D=100).shape == (0,)
    assert hessian.trace(p, Gamma=np.eye(4), sigma_E=1.0) == 0


def test_nearly_frozen_outputs_scale_with_what_is_left():
    """As at the end of training: p = 1 - ε on one class; eigenvalues are of order ε, exactly so."""
    y = np.arange(40) % 4
    scaled = []
    for epsilon in (1e-4, 1e-7, 1e-10):
        p = epsilon * np.array([0.2, 0.3, 0.5, 0.7])[(np.arange(4) - y[:, None]) % 4]
        p[np.arange(40), y] += 1 - p.sum(axis=1)
        scaled.append(hessian.outliers(p, Gamma=np.eye(4), sigma_E=3.0, D=100) / epsilon)
    assert len(scaled[0]) == 3
    np.testing.assert_allclose(scaled[1], scaled[2], rtol=1e-5)
    np.testing.assert_allclose(scaled[0], scaled[2], rtol=1e-2)


@pytest.mark.parametrize(("N", "C", "D"), [(40, 4, 1000), (300, 10, 1000), (60, 3, 40)])
def test_density_integrates_to_the_bulk_share(N, C, D):
    p = outputs(np.random.default_rng(12), N=N, C=C, sigma_z=1.0)
    total = 0.0
    for low, high in hessian.edges(p, sigma_E=0.7, D=D):
        middle, half = (low + high) / 2, (high - low) / 2

        def integrand(angle, middle=middle, half=half):
            x = middle + half * np.sin(angle)
            return half * np.cos(angle) * hessian.density(x, p, sigma_E=0.7, D=D)

        total += integrate.fixed_quad(integrand, -np.pi / 2, np.pi / 2, n=200)[0]
    assert total == pytest.approx(min(1, N * (C - 1) / D), rel=1e-3)
    edges = hessian.edges(p, sigma_E=0.7, D=D)
    outside = hessian.density([0.99 * edges[0, 0], 1.01 * edges[-1, 1]], p, sigma_E=0.7, D=D)
    np.testing.assert_array_equal(outside, 0)
    assert hessian.masses(p, sigma_E=0.7, D=D).sum() == pytest.approx(min(1, N * (C - 1) / D))


@pytest.mark.parametrize("D", [1000, 10**6])
def test_edges_of_many_examples_are_those_of_all_their_atoms(D):
    """27,000 atoms, more than the law keeps; at D = 10⁶ the outer ones stand apart."""
    p = outputs(np.random.default_rng(14), N=3000, C=10, sigma_z=1.0)
    exact = SampleCovariance(0.49 / 3000 * eigenvalues(p).ravel(), ratio=27000 / D).edges()
    found = hessian.edges(p, sigma_E=0.7, D=D)
    np.testing.assert_allclose(found[[0, -1]], exact[[0, -1]], rtol=1e-6)


def test_bulk_of_a_draw():
    """Extreme bulk eigenvalues and the distribution between, of a draw without means."""
    rng = np.random.default_rng(13)
    p = outputs(rng, N=150, C=5, sigma_z=1.0)
    J = logit_gradients(rng, np.zeros((5, 500)), sigma_E=1.0, N=150)
    values = np.linalg.eigvalsh(sampled_hessian(J, p))
    edges = hessian.edges(p, sigma_E=1.0, D=500)
    assert values[-1] == pytest.approx(edges[-1, 1], rel=5 * 750 ** (-2 / 3))
    low, high = np.quantile(values, [0.25, 0.75])
    x = np.linspace(low, high, 2001)
    inside = integrate.trapezoid(hessian.density(x, p, sigma_E=1.0, D=500), x)
    assert inside == pytest.approx(0.5, abs=5 / 500)
    x = np.linspace(low, high, 2001)
    wrong = integrate.trapezoid(hessian.density(x, p, sigma_E=1.0, D=400), x)
    assert abs(wrong - 0.5) > 10 / 500


GOOD = {"p": np.full((6, 3), 1 / 3), "Gamma": np.eye(3), "sigma_E": 0.5, "D": 10}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"p": np.full((6, 3), 0.3)},
            "p must have rows that sum to 1 within 1e-05, got 0.9 in row 0",
        ),
        ({"Gamma": np.eye(2)}, "Gamma must have shape (3, 3), got (2, 2)"),
        ({"Gamma": -np.eye(3)}, "Gamma must be positive semi-definite, got an eigenvalue -1"),
        ({"sigma_E": -0.1}, "sigma_E must be at least 0, got -0.1"),
        ({"sigma_E": np.nan}, "sigma_E must be finite, got nan"),
        ({"D": 0}, "D must be at least 1, got 0"),
        ({"D": 2}, "D must be at least the rank of Gamma, 3, got 2"),
        ({"D": 10.5}, "D must be an integer, got 10.5"),
        ({"groups": [0] * 6}, "Gamma must have shape (9, 9), got (3, 3)"),
        ({"groups": [0, 1, 2, 3, 0, 0], "Gamma": np.eye(9)}, "groups must lie in 0..2, got 0..3"),
        ({"groups": [0, 1], "Gamma": np.eye(9)}, "groups must have shape (6,), got (2,)"),
    ],
)
@pytest.mark.parametrize("function", [hessian.outliers, hessian.frobenius])
def test_bad_input_is_named(function, change, message):
    with pytest.raises(InputError) as error:
        function(**GOOD | change)
    assert str(error.value) == message


@pytest.mark.parametrize("function", [hessian.edges, hessian.masses])
def test_a_bulk_needs_noise(function):
    with pytest.raises(InputError, match="sigma_E must be greater than 0, got 0"):
        function(GOOD["p"], sigma_E=0, D=10)

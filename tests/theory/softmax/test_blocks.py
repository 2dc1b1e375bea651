"""The softmax blocks: each kernel against dense matrices, the exact limits, the invariants."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tests.support.draws.sampling import blocks, outputs
from tests.support.references.softmax_twins import group_sums, resolvents
from theory import InputError, softmax
from theory.checks import ConvergenceError
from theory.softmax import kernels

pytestmark = pytest.mark.kernels


FROZEN = np.array([1.0, 0, 0, 0])


UNIFORM = np.full(4, 0.25)


TIES = np.array([0.4, 0.4, 0.1, 0.1])


PAIR = np.array([0.7, 0.3, 0, 0])


TINY = np.array([1 - 3e-12, 1e-12, 1e-12, 1e-12])


SPECIAL = np.array([FROZEN, UNIFORM, TIES, PAIR, TINY])


logits = st.integers(2, 7).flatmap(
    lambda C: arrays(np.float64, (5, C), elements=st.floats(-30, 30, width=32))
)


fractions = st.floats(-0.99, 0.99) | st.floats(1, 1e6)


def softmax_of(z):
    w = np.exp(z - z.max(axis=1, keepdims=True))
    return w / w.sum(axis=1, keepdims=True)


def kappa_at(p, fraction):
    """A κ above the pole -1/λ_max: that fraction of it below zero, any number above."""
    return fraction / np.linalg.eigvalsh(blocks(p)).max() if fraction < 1 else fraction


@pytest.mark.parametrize("kappa", [0.0, -1.9, -0.5, 3.0, 1e4])
def test_kernels_against_dense_matrices_at_special_points(kappa):
    groups = np.array([0, 1, 2, 0, 1])
    expected = group_sums(resolvents(SPECIAL, kappa), groups, 3) / 5
    T = softmax.resolvent_mean(SPECIAL, kappa=kappa, groups=groups, G=3)
    np.testing.assert_allclose(T, expected, atol=1e-13 * max(1, np.abs(expected).max()))
    B = resolvents(SPECIAL, kappa)
    traces = [np.einsum("mkk->", np.linalg.matrix_power(B, n)) / 5 for n in (1, 2, 3)]
    np.testing.assert_allclose(
        softmax.resolvent_trace_means(SPECIAL, kappa=kappa), traces, rtol=1e-10
    )
    r = SPECIAL - np.eye(4)[[1, 0, 2, 3, 3]]
    solved = np.linalg.solve(np.eye(4) + kappa * blocks(SPECIAL), r[:, :, None])[:, :, 0]
    applied = softmax.resolvent_apply_sum(SPECIAL, r, kappa=kappa, groups=groups, G=3)
    np.testing.assert_allclose(applied, group_sums(solved, groups, 3), atol=1e-12)


@settings(max_examples=60, deadline=None)
@given(logits, fractions)
def test_resolvent_sums_match_dense_ones(z, fraction):
    p = softmax_of(z)
    kappa = kappa_at(p, fraction)
    B = resolvents(p, kappa)
    scale = max(np.abs(B).max(), 1e-300)
    zeros = np.zeros(len(p), dtype=np.int64)
    T = softmax.resolvent_mean(p, kappa=kappa, groups=zeros, G=1)[0]
    np.testing.assert_allclose(T, B.mean(axis=0), atol=1e-9 * scale)
    first, second, third = softmax.resolvent_trace_means(p, kappa=kappa)
    powers = [np.einsum("mkk->", B), np.sum(B * B), np.einsum("mij,mjk,mki->", B, B, B)]
    for n, (found, total) in enumerate(zip([first, second, third], powers, strict=True), 1):
        assert found == pytest.approx(total / 5, abs=3e-9 * scale**n)


@settings(max_examples=60, deadline=None)
@given(logits, fractions)
def test_resolvents_are_graph_laplacians(z, fraction):
    p = softmax_of(z)
    kappa = kappa_at(p, fraction)
    T = softmax.resolvent_mean(p, kappa=kappa, groups=np.zeros(5, dtype=np.int64), G=1)[0]
    np.testing.assert_array_equal(T, T.T)
    np.testing.assert_allclose(T.sum(axis=1), 0, atol=1e-13 * max(np.abs(T).max(), 1e-300))
    assert np.linalg.eigvalsh(T)[0] >= -1e-13 * np.abs(T).max()
    if kappa >= -1:
        assert np.all(T[~np.eye(len(T), dtype=bool)] <= 0)


@settings(max_examples=60, deadline=None)
@given(logits)
def test_spectra_match_dense_ones(z):
    p = softmax_of(z)
    expected = np.linalg.eigvalsh(blocks(p))[:, :0:-1]
    np.testing.assert_allclose(softmax.eigenvalues(p), expected, atol=2e-15, rtol=1e-12)
    assert softmax.largest_eigenvalue(p) == pytest.approx(expected.max(), rel=1e-12)


@settings(max_examples=40, deadline=None)
@given(logits)
def test_spectra_interlace_the_outputs_and_keep_the_trace(z):
    p = softmax_of(z)
    ordered = np.sort(p, axis=1)[:, ::-1]
    values = softmax.eigenvalues(p)
    assert np.all(values <= ordered[:, :-1] * (1 + 1e-15))
    assert np.all(values >= ordered[:, 1:] * (1 - 1e-15))
    np.testing.assert_allclose(
        values.sum(axis=1), np.sum(p * (1 - p), axis=1), rtol=1e-9, atol=1e-15
    )


@pytest.mark.parametrize(
    "exponents", [[0, 5, 12, 20, 40], [0, 0, 1, 1, 2], [0, 9.5, 19, 71.6, 81.3], [0, 35, 51]]
)
def test_small_eigenvalues_keep_their_relative_accuracy(exponents):
    """Against 200 digits, over outputs from 1 down to 1e-81."""
    import mpmath

    p = 10.0 ** -np.array(exponents, dtype=float)
    p /= p.sum()
    found = softmax.eigenvalues(p[None])[0]
    with mpmath.workdps(200):
        q = [mpmath.mpf(float(x)) for x in p]
        total = sum(q)
        q = [x / total for x in q]
        A = mpmath.diag(q) - mpmath.matrix(q) * mpmath.matrix(q).T
        exact = sorted((float(x) for x in mpmath.eigsy(A, eigvals_only=True)), reverse=True)[:-1]
    np.testing.assert_allclose(found, exact, rtol=1e-11)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (FROZEN, [0, 0, 0]),
        (UNIFORM, [0.25, 0.25, 0.25]),
        (PAIR, [0.42, 0, 0]),
        ([0.5, 0.5, 0, 0], [0.5, 0, 0]),
    ],
)
def test_exact_spectra(row, expected):
    np.testing.assert_allclose(softmax.eigenvalues(np.array([row]))[0], expected, atol=1e-16)


@pytest.mark.filterwarnings("ignore:divide by zero")  # seen where the kernels run as Python
def test_a_vanishing_denominator_has_the_finite_limit():
    """1 + κ p_k = 0 for one k exactly: κ = -2 at p = (1/2, 0.3, 0.2), above the pole."""
    p = np.array([[0.5, 0.3, 0.2]])
    assert -1 / softmax.largest_eigenvalue(p) < -2
    B = resolvents(p, -2.0)[0]
    zeros = np.zeros(1, dtype=np.int64)
    T = softmax.resolvent_mean(p, kappa=-2.0, groups=zeros, G=1)[0]
    np.testing.assert_allclose(T, B, rtol=1e-12, atol=1e-15)
    traces = [np.trace(np.linalg.matrix_power(B, n)) for n in (1, 2, 3)]
    np.testing.assert_allclose(softmax.resolvent_trace_means(p, kappa=-2.0), traces, rtol=1e-10)
    r = np.array([[0.5, -0.7, 0.2]])
    v = softmax.resolvent_apply_sum(p, r, kappa=-2.0, groups=zeros, G=1)[0]
    np.testing.assert_allclose(v, np.linalg.solve(np.eye(3) - 2 * blocks(p)[0], r[0]), rtol=1e-10)


def test_traces_are_smooth_through_a_vanishing_denominator():
    p = np.array([[0.5, 0.3, 0.2]])
    for n in (1e-9, 1e-12, 1e-15):
        for kappa in (-2 * (1 - n), -2 * (1 + n)):
            B = resolvents(p, kappa)[0]
            traces = [np.trace(np.linalg.matrix_power(B, m)) for m in (1, 2, 3)]
            found = softmax.resolvent_trace_means(p, kappa=kappa)
            np.testing.assert_allclose(found, traces, rtol=1e-8)


@pytest.mark.parametrize("epsilon", [1e-3, 1e-8, 1e-14, 1e-25])
@pytest.mark.parametrize("fraction", [0.0, -0.6, 5.0])
def test_nearly_frozen_traces_keep_their_relative_accuracy(epsilon, fraction):
    """As in a trained network: one class holds all but ε; in units of ε the block is exact."""
    p = np.array([[1 - 3 * epsilon, 2 * epsilon, epsilon]])
    top = softmax.largest_eigenvalue(p)
    first, second, third = softmax.resolvent_trace_means(p, kappa=fraction / top)
    values = softmax.eigenvalues(p)[0]
    values = values / (1 + fraction / top * values)
    assert first == pytest.approx(values.sum(), rel=1e-12)
    assert second == pytest.approx(np.sum(values**2), rel=1e-12)
    assert third == pytest.approx(np.sum(values**3), rel=1e-12)
    square = softmax.square_mean(p, groups=np.zeros(1, dtype=np.int64), G=1)
    assert np.trace(square[0]) == pytest.approx(np.sum(softmax.eigenvalues(p) ** 2), rel=1e-12)


def test_square_mean_against_dense_matrices():
    p = np.vstack([outputs(np.random.default_rng(0), N=40, C=4, sigma_z=2.0), SPECIAL])
    groups = np.arange(len(p)) % 3
    A = blocks(p)
    expected = group_sums(A @ A, groups, 4) / len(p)  # group 3 is empty
    np.testing.assert_allclose(
        softmax.square_mean(p, groups=groups, G=4), expected, rtol=1e-12, atol=1e-16
    )


def test_two_classes():
    q = np.array([0.5, 0.1, 1e-8, 1e-30, 0.0])
    p = np.column_stack([q, 1 - q])
    np.testing.assert_allclose(softmax.eigenvalues(p)[:, 0], 2 * q * (1 - q), rtol=1e-12)


def test_bad_outputs_are_refused():
    with pytest.raises(InputError, match="p must have rows that sum to 1"):
        softmax.eigenvalues(np.array([[0.5, 0.4]]))


@pytest.mark.parametrize("kappa", [-1.9, 0.0, 3.0, -4.0 + 0.5j, 20.0 - 3.0j])
def test_real_and_complex_sums_against_dense_matrices(kappa):
    p = np.vstack([outputs(np.random.default_rng(1), N=30, C=4, sigma_z=1.0), SPECIAL])
    groups, r = np.arange(len(p)) % 2, p - np.eye(4)[np.arange(len(p)) % 4]
    B = resolvents(p, kappa)
    T = softmax.resolvent_mean(p, kappa=kappa, groups=groups, G=2)
    np.testing.assert_allclose(T, group_sums(B, groups, 2) / len(p), atol=1e-12)
    solved = np.linalg.solve(np.eye(4) + kappa * blocks(p), r[:, :, None])[:, :, 0]
    v = softmax.resolvent_apply_sum(p, r, kappa=kappa, groups=groups, G=2)
    np.testing.assert_allclose(v, group_sums(solved, groups, 2), atol=1e-12)
    power = softmax.resolvent_power_sum(p, r, kappa=kappa)
    assert power == pytest.approx(np.sum(r * solved), rel=1e-12)


def test_squares_of_pulled_residuals():
    p = outputs(np.random.default_rng(5), N=7, C=4, sigma_z=2.0)
    r = p - np.eye(4)[np.arange(7) % 4]
    solved = np.linalg.solve(np.eye(4) - 1.9 * blocks(p), r[:, :, None])
    found = softmax.resolvent_square_sum(p, r, kappa=-1.9)
    assert found == pytest.approx(np.sum(solved**2), rel=1e-12)


def test_nearly_equal_outputs_keep_their_eigenvalues():
    """One output 2e-9 above four equal ones: poles of the secular equation that nearly meet."""
    p = np.array([0.2 + 1.6e-9, *[0.2 - 4e-10] * 4])
    expected = np.linalg.eigvalsh(np.diag(p) - np.outer(p, p))[:0:-1]
    np.testing.assert_allclose(softmax.eigenvalues(np.array([p]))[0], expected, atol=2e-16)


def test_the_largest_block_of_many_is_found():
    p = outputs(np.random.default_rng(2), N=5000, C=5, sigma_z=3.0)
    assert softmax.largest_eigenvalue(p) == softmax.eigenvalues(p).max()


def test_a_root_that_is_not_found_is_no_eigenvalue(monkeypatch):
    p = np.array([[0.5, 0.3, 0.2]])
    monkeypatch.setattr(kernels, "block_spectra", lambda p, row, out: out.fill(np.nan))
    monkeypatch.setattr(kernels, "largest_eigenvalue", lambda p, row: np.nan)
    for function in (softmax.eigenvalues, softmax.largest_eigenvalue):
        with pytest.raises(ConvergenceError, match="an eigenvalue of a softmax block"):
            function(p)

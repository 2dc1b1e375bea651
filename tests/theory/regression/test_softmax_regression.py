"""Softmax regression: exact limits without weights, draws at weights that freeze the outputs."""

import numpy as np
import pytest

from theory import ConvergenceError, InputError
from theory.regression import SoftmaxRegression

C, D_IN, N, DRAWS = 3, 60, 400, 40
rng = np.random.default_rng(0)
Y = np.arange(N) % C
U = rng.standard_normal((N, C)) + 4 * np.eye(C)[Y]
P = np.exp(0.7 * U) / np.exp(0.7 * U).sum(1, keepdims=True)


@pytest.fixture(scope="module")
def model():
    return SoftmaxRegression(U, p=P, d=D_IN)


@pytest.fixture(scope="module")
def draws(model):
    """Eigenvalues and shares on the outliers, of draws of what is apart from weights and means."""
    Q = np.linalg.svd(np.ones((1, C)))[2][1:].T
    r = model.p - np.eye(C)[Y]
    half = np.sqrt(model.p)[:, :, None] * (Q - (model.p @ Q)[:, None, :])
    values, shares = [], []
    for seed in range(DRAWS):
        x = np.c_[U, np.random.default_rng(seed).standard_normal((N, D_IN - C))]
        rows = np.einsum("aik,al->aikl", half, x).reshape(N * C, -1) / np.sqrt(N)
        eigenvalues, vectors = np.linalg.eigh(rows.T @ rows)
        power = (vectors.T @ ((r @ Q).T @ x / N).ravel()) ** 2
        values.append(eigenvalues[::-1])
        shares.append(power[::-1][: len(model.outliers)] / power.sum())
    return np.array(values), np.array(shares)


def test_without_weights_it_is_a_spiked_wishart_matrix():
    model = SoftmaxRegression(U, p=np.full((N, C), 1 / C), d=D_IN)
    c = (D_IN - C) / N
    assert model.edge * C == pytest.approx((1 + np.sqrt(c)) ** 2, rel=1e-7)
    spikes = np.linalg.eigvalsh(U.T @ U / N)
    spikes = spikes[spikes > 1 + np.sqrt(c)]
    expected = np.sort(np.repeat(spikes + c * spikes / (spikes - 1), C - 1))[::-1] / C
    assert model.outliers == pytest.approx(expected, rel=1e-9)
    assert model.solution.transfer == pytest.approx(
        np.sort(np.repeat((1 - c / (spikes - 1) ** 2) / (1 + c / (spikes - 1)), C - 1))[::-1],
        rel=1e-6,
    )  # Paul 2007: the squared cosine of a spike's eigenvector with its direction


def test_outliers_are_those_of_draws(model, draws):
    k = len(model.outliers)
    assert k == 6
    found = draws[0][:, :k]
    error = 4.5 * found.std(0) / np.sqrt(DRAWS) + 2 / N * model.outliers
    # close outliers repel each other by what one draw scatters: sums of close ones hold
    groups = [slice(0, 2), slice(2, 4), slice(4, 6)]
    for each in groups:
        allowed = 4.5 * found[:, each].sum(1).std() / np.sqrt(DRAWS) + error[each].sum() / 4.5
        assert abs(found[:, each].sum(1).mean() - model.outliers[each].sum()) < allowed


def test_outputs_that_forget_the_inputs_are_rejected(model, draws):
    """The neighbouring theory: outputs drawn anew for each input of a class."""
    k = len(model.outliers)
    p = P.copy()
    for y in range(C):
        rows = np.arange(y, N, C)
        p[rows] = P[np.random.default_rng(5).permutation(rows)]
    other = SoftmaxRegression(U, p=p, d=D_IN)
    found = draws[0][:, :k].sum(1)
    allowed = 4.5 * found.std() / np.sqrt(DRAWS)
    assert abs(found.mean() - other.outliers.sum()) > 3 * allowed


def test_shares_are_those_of_draws(model, draws):
    r = model.p - np.eye(C)[Y]
    predicted = model.shares(r).sum()
    found = draws[1].sum(1)
    left = (1 - predicted) * len(model.outliers) / ((C - 1) * D_IN)  # of order 1/(C d)
    assert abs(found.mean() - predicted) < 4.5 * found.std() / np.sqrt(DRAWS) + left
    unmoved = predicted * model.solution.transfer.min()
    assert abs(found.mean() - unmoved) > 4.5 * found.std() / np.sqrt(DRAWS) + left


def test_all_eigenvalues(model, draws):
    mean = draws[0].mean(0)
    assert model.eigenvalues.size == mean.size
    assert model.eigenvalues.sum() == pytest.approx(model.trace, rel=1e-12)
    traces = draws[0].sum(1)
    assert abs(traces.mean() - model.trace) < 4.5 * traces.std() / np.sqrt(DRAWS)
    k = len(model.outliers)
    rest = np.abs(model.eigenvalues[k:] - mean[k:]).mean() / mean[k:].mean()
    assert rest < 0.02


def test_it_turns_with_the_basis(model):
    turn = np.linalg.qr(np.random.default_rng(3).standard_normal((C, C)))[0]
    turned = SoftmaxRegression(U @ turn, p=P, d=D_IN)
    assert turned.outliers == pytest.approx(model.outliers, rel=1e-9)


def test_what_it_refuses(model):
    with pytest.raises(InputError, match="p must have 400 rows"):
        SoftmaxRegression(U, p=P[:5], d=D_IN)
    with pytest.raises(InputError, match="d must be at least 4"):
        SoftmaxRegression(U, p=P, d=3)
    with pytest.raises(ConvergenceError, match="in the bulk"):
        model.M(model.edge / 2)

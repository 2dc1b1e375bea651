"""Operators of SciPy and of other torch packages as ours, and ours as theirs."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.sparse import diags
from scipy.sparse.linalg import aslinearoperator

from empirical import networks
from empirical.operators import Curvature, as_operator
from empirical.operators.lanczos import eigenpairs
from tests.support.references.explicit_jacobian import random_data
from theory.checks import InputError


def test_a_sparse_matrix_has_its_eigenvalues_and_adds_to_curvature():
    D = 64
    penalty = as_operator(diags(np.linspace(1.0, 2.0, D)))
    found = eigenpairs(penalty, top=2, tolerance=1e-10)
    np.testing.assert_allclose(found.values, [2.0, 2.0 - 1 / 63], rtol=1e-12)
    G = Curvature(networks.mlp((5, 6, 4), seed=0), random_data(23)).G
    eye = torch.eye(D, dtype=torch.float64)
    expected = G(eye) + torch.diag(torch.linspace(1, 2, D, dtype=torch.float64))
    torch.testing.assert_close((G + penalty)(eye), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_there_and_back_is_the_same(dtype):
    A = np.random.default_rng(0).standard_normal((6, 6)).astype(dtype)
    A += A.T
    for given in (A, aslinearoperator(A), torch.from_numpy(A)):
        found = as_operator(given)
        x = torch.from_numpy(np.arange(12).reshape(2, 6).astype(dtype))
        np.testing.assert_allclose(
            found(x), x.numpy() @ A, rtol=1e-5 if dtype is np.float32 else 1e-13
        )
        back = found.to_scipy()
        assert back.dtype == dtype
        np.testing.assert_allclose(back.matmat(x.numpy().T), A @ x.numpy().T, rtol=1e-5)


def test_what_is_no_symmetric_real_operator_is_refused():
    for given, said in (
        ([1.0], "linear must be a linear operator of SciPy or of torch, got list"),
        (np.ones((2, 3)), r"linear must be square and not empty, got shape \(2, 3\)"),
        (np.ones((0, 0)), r"linear must be square and not empty, got shape \(0, 0\)"),
        (np.ones((2, 2), dtype=complex), "of float32 or float64, got complex128"),
        (np.ones((2, 2), dtype=int), "of float32 or float64, got int64"),
        (torch.ones(2, 2, dtype=torch.bfloat16), "of float32 or float64, got bfloat16"),
        (np.array([[1.0, 1.0], [0.0, 1.0]]), "linear must be symmetric"),
        (np.full((2, 2), np.nan), "finite products"),
    ):
        with pytest.raises(InputError, match=said):
            as_operator(given)


@pytest.mark.filterwarnings("ignore")  # its own
def test_curvlinops_in_both_directions():
    """Where it is installed, as in ``build/peers`` after ``make bench-peers``."""
    curvlinops = pytest.importorskip("curvlinops")
    data, network = random_data(23), networks.mlp((5, 6, 4), activation="tanh", seed=0)
    theirs = curvlinops.HessianLinearOperator(
        network,
        torch.nn.CrossEntropyLoss(),
        list(network.parameters()),
        [(data.inputs, data.targets)],
    )
    ours = Curvature(network, data, dtype=torch.float32).H
    vectors = torch.randn(3, ours.D, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(as_operator(theirs)(vectors), ours(vectors), rtol=1e-4, atol=1e-6)
    nothing = as_operator(theirs) - ours
    assert nothing(vectors).norm() < 1e-5 * ours(vectors).norm()
    exact = float(ours(torch.eye(ours.D)).trace())
    draws = 60
    torch.manual_seed(0)
    found = torch.stack([curvlinops.hutchinson_trace(ours, 1) for _ in range(draws)])
    assert abs(float(found.mean()) - exact) < 4 * float(found.std()) / draws**0.5
    grid, density = curvlinops.lanczos_approximate_spectrum(ours, 20)
    assert float(torch.trapezoid(density, grid)) == pytest.approx(1, abs=0.05)

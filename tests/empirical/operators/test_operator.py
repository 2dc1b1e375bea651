"""Sums, multiples and blocks of operators against the same of their matrices."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from scipy.sparse.linalg import eigsh

from empirical import networks
from empirical.operators import Curvature, Operator, direct_sum, identity
from empirical.operators.lanczos import eigenpairs
from tests.support.references.explicit_jacobian import random_data
from theory.checks import InputError


@pytest.fixture(scope="module")
def curvature():
    return Curvature(networks.mlp((5, 6, 4), activation="tanh", seed=0), random_data(23))


def symmetric(D: int, seed: int) -> tuple[Operator, torch.Tensor]:
    A = torch.randn(D, D, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    A += A.T.clone()
    return Operator(lambda vectors: vectors @ A, D), A


def matrix(operator: Operator) -> torch.Tensor:
    return operator(torch.eye(operator.D, dtype=operator.dtype))


def test_sums_and_multiples_are_those_of_the_matrices():
    (A, a), (B, b) = symmetric(7, 0), symmetric(7, 1)
    one = torch.eye(7, dtype=torch.float64)
    for found, expected in (
        (A + B, a + b),
        (A - B, a - b),
        (-A, -a),
        (2 * A + B * 3, 2 * a + 3 * b),
        (np.float64(2) * A, 2 * a),
        (A / 4, a / 4),
        (A + 0.1 * identity(A), a + 0.1 * one),
        (0.5 * (A - B) + identity(B) - A / 2, one - b / 2),
    ):
        assert isinstance(found, Operator)
        torch.testing.assert_close(matrix(found), expected, rtol=1e-13, atol=1e-13)
        x = torch.arange(21.0, dtype=torch.float64).reshape(7, 3)
        torch.testing.assert_close(found @ x, expected @ x, rtol=1e-13, atol=1e-12)
        torch.testing.assert_close(found @ x[:, 0], expected @ x[:, 0], rtol=1e-13, atol=1e-12)


def test_the_terms_of_the_hessian_add_up(curvature):
    """``K = H - G`` by subtraction and by a derivative of its own."""
    H, G, K = curvature.H, curvature.G, curvature.K
    whole = matrix(H)
    torch.testing.assert_close(matrix(H - G), matrix(K), rtol=0, atol=1e-12 * float(whole.norm()))
    damped = eigenpairs(G + 0.1 * identity(G), top=3, tolerance=1e-8)
    expected = torch.linalg.eigvalsh(matrix(G)).flip(0)[:3] + 0.1
    torch.testing.assert_close(damped.values, expected, rtol=1e-8, atol=0)


def test_blocks_side_by_side_are_the_matrix_without_what_couples_them(curvature):
    whole = matrix(curvature.H)
    blocks = direct_sum(*(curvature.term("H", layer=name) for name in ("0", "2")))
    expected = torch.block_diag(whole[:36, :36], whole[36:, 36:])
    torch.testing.assert_close(matrix(blocks), expected, rtol=1e-10, atol=1e-13)
    coupling = matrix(curvature.H - blocks)
    assert coupling[:36, :36].norm() < 1e-12 * whole.norm() < coupling.norm()


def test_several_layers_are_one_block_in_the_networks_order(curvature):
    whole = matrix(curvature.G)
    found = curvature.term("G", layer=("2.bias", "0.weight"))
    chosen = torch.cat([torch.arange(30), torch.arange(60, 64)])
    torch.testing.assert_close(matrix(found), whole[chosen][:, chosen], rtol=1e-10, atol=1e-13)
    with pytest.raises(InputError, match="layer must name weights of the network, got 'head'"):
        curvature.term("G", layer=("0", "head"))
    with pytest.raises(InputError, match="layer must name weights of the network, got none"):
        curvature.term("G", layer=())


@pytest.mark.parametrize(("dtype", "tight"), [(torch.float64, 1e-10), (torch.float32, 2e-6)])
def test_scipy_takes_it_with_several_columns_at_once(dtype, tight):
    _, a = symmetric(9, 2)
    a = a.to(dtype)
    seen = []

    def apply(vectors: torch.Tensor) -> torch.Tensor:
        seen.append(len(vectors))
        return vectors @ a

    linear = Operator(apply, 9, dtype).to_scipy()
    assert linear.shape == (9, 9)
    assert linear.dtype == str(dtype).removeprefix("torch.")
    x = np.arange(27.0, dtype=linear.dtype).reshape(9, 3)
    np.testing.assert_allclose(linear.matmat(x), a.numpy() @ x, rtol=20 * tight)
    assert seen == [3]
    np.testing.assert_allclose(linear.rmatvec(x[:, 0]), a.numpy() @ x[:, 0], rtol=20 * tight)
    values = eigsh(linear, k=2, which="LA", return_eigenvectors=False)
    exact = torch.linalg.eigvalsh(a.double())[-2:].numpy()
    np.testing.assert_allclose(values, exact, rtol=tight)


def test_operators_on_other_vectors_and_what_is_no_number_are_refused():
    A, _ = symmetric(7, 0)
    other = Operator(lambda v: v, 8)
    single = Operator(lambda v: v, 7, torch.float32)
    with pytest.raises(InputError, match="operators must have the same D, got 7 and 8"):
        _ = A + other
    with pytest.raises(InputError, match=r"same dtype, got torch.float64 and torch.float32"):
        _ = A - single
    with pytest.raises(InputError, match="same dtype"):
        direct_sum(A, single)
    with pytest.raises(InputError, match="operators must be at least one"):
        direct_sum()
    with pytest.raises(InputError, match="factor must be finite, got nan"):
        _ = A * float("nan")
    with pytest.raises(InputError, match="divisor must not be 0"):
        _ = A / 0
    a: Any = A
    with pytest.raises(InputError, match="vectors must be a torch tensor, got ndarray"):
        a(np.ones(7))
    for wrong in (
        lambda: a + 1,
        lambda: a * a,
        lambda: a @ a,
        lambda: a @ np.ones(7),
        lambda: a - torch.eye(7),
        lambda: "2" * a,
    ):
        with pytest.raises(
            TypeError, match=r"unsupported operand|can't multiply|not support ufuncs"
        ):
            wrong()

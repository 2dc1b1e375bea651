"""Reductions of a symmetric matrix keep it similar."""

from __future__ import annotations

import numpy as np
import pytest

from empirical.dense.band import to_band
from empirical.dense.tridiagonal import tridiagonalise
from theory import stream

pytestmark = pytest.mark.kernels


@pytest.mark.parametrize("n", [1, 2, 5, 6, 11, 23])
def test_the_band_and_the_tridiagonal_are_orthogonally_similar(n):
    """A matrix with zero rows, so that some reflections are none; ``xᵀ A^k x`` stays."""
    rng = stream(3, "similar", n)
    A, x = rng.standard_normal((n, n)), rng.standard_normal(n)
    A[::3] = 0
    A = A @ A.T
    along = x.copy()
    band = to_band(A.copy(), 5, along)
    assert band.shape == (n, 10)
    assert not band[:, 6:].any()
    for stage in ("band", "tridiagonal"):
        if stage == "tridiagonal":
            tridiagonalise(band, 5, along)
            band[:, 2:] = 0
        B = np.zeros((n, n))
        for offset in range(min(6, n)):
            B += np.diag(band[: n - offset, offset], -offset)
        B += np.tril(B, -1).T
        for degree in range(4):
            before = x @ np.linalg.matrix_power(A, degree) @ x
            after = along @ np.linalg.matrix_power(B, degree) @ along
            assert after == pytest.approx(before, rel=1e-12)
        np.testing.assert_allclose(
            np.linalg.eigvalsh(B), np.linalg.eigvalsh(A), atol=1e-14 * np.trace(A)
        )

"""Subspaces by cosine transforms against their explicit matrices."""

import numpy as np
import pytest
from scipy.stats import beta, kstest

from simulate.wedges import Subspace, subspace
from theory import InputError, stream


def test_rows_are_orthonormal_and_nested():
    rows = Subspace(37, d=12, seed=0).spread(np.eye(12))
    np.testing.assert_allclose(rows @ rows.T, np.eye(12), atol=1e-13)
    np.testing.assert_array_equal(Subspace(37, d=5, seed=0).spread(np.eye(5)), rows[:5])
    assert not np.allclose(Subspace(37, d=12, seed=1).spread(np.eye(12)), rows)


def test_spread_collect_and_columns_are_of_one_matrix(monkeypatch):
    monkeypatch.setattr(subspace, "BLOCK", 80)  # two columns at a time
    own = Subspace(40, d=9, seed=3)
    M = own.spread(np.eye(9))
    rng = stream(0)
    theta, vector = rng.standard_normal(9), rng.standard_normal((2, 40))
    np.testing.assert_allclose(own.spread(theta), theta @ M, atol=1e-13)
    np.testing.assert_allclose(own.collect(vector), vector @ M.T, atol=1e-13)
    where = np.array([0, 7, 8, 31, 39])
    np.testing.assert_allclose(own.columns(where), M[:, where].T, atol=1e-13)


def test_a_fixed_vector_has_the_share_of_a_uniform_subspace():
    """``|M e|²`` is Beta(d/2, (D-d)/2) for a uniform subspace."""
    D, d, draws = 50, 8, 400
    axis = np.eye(D)[3]
    shares = [float((Subspace(D, d=d, seed=s).collect(axis) ** 2).sum()) for s in range(draws)]
    band = 1.95 / np.sqrt(draws)
    assert kstest(shares, beta(d / 2, (D - d) / 2).cdf).statistic < band
    assert kstest(shares, beta(d, D - d).cdf).statistic > band


@pytest.mark.parametrize(("D", "d"), [(5, 6), (5, 0), (0, 1)])
def test_bad_input_is_refused(D, d):
    with pytest.raises(InputError, match="must be at"):
        Subspace(D, d=d, seed=0)

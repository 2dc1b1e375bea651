"""Outliers of many classes: closed limits, sampled matrices, and the size of a language model."""

import numpy as np

from theory.bulk import SampleCovariance
from theory.spread.many_outliers import Diagonal, ordered

FLAT = Diagonal(np.array([2.0]), np.array([1.0]), drawn=False)


def test_semicircle_alone():
    """k eigenvalues at the quantiles of a semicircle around 2, with D → ∞."""
    k = 400
    found = ordered(FLAT, v=0.09, b=1.0, k=k, D=10**15, common=0.0)
    x = (found.mean - 2) / 0.6
    level = 0.5 + (x * np.sqrt(1 - x**2) + np.arcsin(x)) / np.pi
    np.testing.assert_allclose(1 - level, (np.arange(k) + 0.5) / k, atol=2e-4)


def test_marchenko_pastur_alone():
    k, D = 300, 1200
    found = ordered(FLAT, v=0.0, b=1.0, k=k, D=D, common=0.0)
    law = SampleCovariance([1.0], ratio=k / D)
    expected = law.quantile(1 - (np.arange(k) + 0.5) / k) + 1
    np.testing.assert_allclose(found.mean, expected, atol=1e-4)


def test_fixed_diagonal_alone():
    atoms = np.linspace(2, 1, 200)
    diagonal = Diagonal(atoms, np.full(200, 1 / 200), drawn=False)
    found = ordered(diagonal, v=0.0, b=1.0, k=200, D=10**12, common=0.0)
    np.testing.assert_allclose(found.mean, atoms, atol=5e-3)


def test_drawn_diagonal_alone_has_the_spread_of_order_statistics():
    """``q(1-q)/(k f²)`` less the mean's part, where the diagonal outweighs the rest."""
    k, levels = 1000, (np.arange(400) + 0.5) / 400
    diagonal = Diagonal(1 - levels, np.full(400, 1 / 400), drawn=True)
    found = ordered(diagonal, v=1e-6, b=1.0, k=k, D=10**12, common=0.0)
    q = (np.arange(k) + 0.5) / k
    along = 3 * q**2 * (1 - q) ** 2  # (cov with a uniform variable)²/its variance
    expected = np.sqrt((q * (1 - q) - along) / k)
    inner = slice(50, -50)
    np.testing.assert_allclose(found.std[inner], expected[inner], rtol=0.1)

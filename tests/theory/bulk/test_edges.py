"""Edges: closed forms, gaps about to close, and zero."""

import numpy as np
import pytest
import sympy

from tests.support.references.bulk_at_sixty_digits import closing_pair, density, peak
from theory.bulk import SampleCovariance


def test_edges_are_roots_of_the_discriminant():
    """The edges of a two-atom law are where its cubic for u has a double root."""
    u, x = sympy.symbols("u x")
    t, w, ratio = (1, 9), (sympy.Rational(1, 4), sympy.Rational(3, 4)), sympy.Rational(1, 5)
    equation = u * (1 + ratio * sum(b * a / (u - a) for a, b in zip(t, w, strict=True))) - x
    cubic = sympy.numer(sympy.together(equation))
    roots = sympy.Poly(sympy.discriminant(cubic, u), x).nroots(n=30)
    expected = sorted(float(r) for r in roots if sympy.im(r) == 0 and r > 1e-9)
    law = SampleCovariance(t, [1, 3], ratio=0.2)
    assert len(law.edges()) == 2
    np.testing.assert_allclose(law.edges().ravel(), expected, rtol=1e-14)


@pytest.mark.parametrize("excess", [-1e-2, -1e-6, -1e-10, -1e-14, 0, 1e-14, 1e-10, 1e-6, 1e-2])
@pytest.mark.parametrize("t", [1.5, 40.0])
def test_closing_gap(t, excess):
    ratio, middle = closing_pair(t, excess=excess)
    law = SampleCovariance([1.0, t], ratio=ratio)
    edges = law.edges()
    assert abs(excess) < 1e-12 or len(edges) == (2 if excess < 0 else 1)
    around = np.r_[middle, edges.ravel()]
    x = around * (1 + np.r_[-1, 1] * np.logspace(-15, -1, 8)[:, None])[..., None]
    inside = (x[..., None] > edges[:, 0]) & (x[..., None] < edges[:, 1])
    x = x[inside.any(axis=-1)]
    expected = [density(v, [1.0, t], [1, 1], ratio=ratio) for v in x]
    np.testing.assert_allclose(law.density(x), expected, rtol=0, atol=1e-10 * peak(law))


def test_support_that_reaches_zero():
    law = SampleCovariance([1.0, 3.0, 0.0, 0.0], ratio=2.0)
    assert law.edges()[0, 0] == 0.0
    assert law.mass_at_zero == 0.5
    x = 10.0 ** np.arange(-300, -9)
    slope = np.sqrt(0.5 * (1 + 1 / 3)) / (2 * np.pi)  # u² ≈ -x / (ratio Σ w/t)
    np.testing.assert_allclose(law.density(x) * np.sqrt(x), slope, rtol=1e-9)
    np.testing.assert_allclose(law.cdf(x) - 0.5, 2 * slope * np.sqrt(x), atol=1e-14)


@pytest.mark.parametrize("t", [1e9, 1e15, 1e30])
def test_an_edge_far_from_all_atoms(t):
    """Atoms 1/t, 1, t of as many rows as columns: ``x(u) ≃ 1 + 1/u - u²/t``, u = -(t/2)^⅓."""
    edges = SampleCovariance([1 / t, 1.0, t], ratio=3).edges()
    distance = 3 * (4 * t) ** (-1 / 3)
    assert edges.shape == (1, 2)
    assert 1 - edges[0, 0] == pytest.approx(distance, rel=2 * distance + 1e-15 / distance)
    assert edges[0, 1] == pytest.approx(4 * t, rel=2 / t**0.5)

"""Tracy-Widom plus a Gaussian: both sums against one quadrature, limits, quantiles."""

import numpy as np
import pytest
from scipy.special import ndtr

from theory import InputError
from theory.spread import fluctuating_edge, tracy_widom

SLOW = [pytest.param(deviation, marks=pytest.mark.slow) for deviation in (0.999, 2.5)]


@pytest.mark.parametrize("deviation", [0.4, 1.001, *SLOW])
def test_convolution_by_quadrature(deviation):
    """Trapezoid in the Gaussian; a Gaussian of both variances is refused."""
    g = np.linspace(-6, 6, 49)
    weights = np.exp(-g * g / 2) / np.exp(-g * g / 2).sum()
    for s in (-3.0, 0.5):
        expected = weights @ tracy_widom.cdf(np.maximum(s - deviation * g, tracy_widom.LOWEST))
        assert fluctuating_edge.cdf(s, deviation=deviation) == pytest.approx(expected, abs=1e-7)
        both = ndtr((s - tracy_widom.MEAN) / np.hypot(tracy_widom.STD, deviation))
        assert abs(expected - both) > 1e-4


def test_without_a_gaussian_it_is_tracy_widom():
    s, q = np.array([-3.0, 0.0, 1.5]), np.array([1e-9, 0.3, 0.99])
    np.testing.assert_allclose(
        fluctuating_edge.cdf(s, deviation=0.0), tracy_widom.cdf(s), atol=1e-8
    )
    np.testing.assert_array_equal(
        fluctuating_edge.quantile(q, deviation=0.0), tracy_widom.quantile(q)
    )


@pytest.mark.parametrize("deviation", [1e-3, 0.7, 30.0])
def test_quantiles_invert(deviation):
    q = np.array([1e-5, 0.025, 0.5, 0.975])
    found = fluctuating_edge.quantile(q, deviation=deviation)
    np.testing.assert_allclose(fluctuating_edge.cdf(found, deviation=deviation), q, atol=1e-7)


def test_bad_input():
    with pytest.raises(InputError, match=r"q must lie in \[1e-6, 1 - 1e-6\], got 1e-07"):
        fluctuating_edge.quantile(1e-7, deviation=1.0)
    with pytest.raises(InputError, match="deviation must be at least 0, got -1"):
        fluctuating_edge.cdf(0.0, deviation=-1.0)

"""Each kernel of the bulk law against its NumPy twin, double-double against mpmath."""

import mpmath as mp
import numpy as np
import pytest

from theory import stream
from theory.bulk import kernels

pytestmark = pytest.mark.kernels


@pytest.fixture
def law():
    rng = stream(0, "bulk-kernels")
    t = np.sort(rng.uniform(0.1, 1.0, 101))
    p = rng.uniform(0.5, 1.5, 101) * t / 101
    return t, p


def test_sums_against_numpy(law):
    t, p = law
    c = p * t
    a, b = 0.43, 0.21
    u = a + 1j * b
    x, slope = u * (1 + (p / (u - t)).sum()), 1 - (c / (u - t) ** 2).sum()
    expected = [x.real, x.imag, slope.real, slope.imag]
    np.testing.assert_allclose(kernels.complex_sums(a, b, t, p, c), expected, rtol=1e-13)
    g = c / ((a - t) ** 2 + b * b)
    expected = [g.sum(), (g**2 / c).sum()]
    np.testing.assert_allclose(kernels.height_sums(a, b * b, t, c), expected, rtol=1e-13)
    d = a - t[10:50]
    expected = [(c[10:50] / d**2).sum(), (c[10:50] / d**3).sum()]
    np.testing.assert_allclose(kernels.real_sums(a, t, c, 10, 50), expected, rtol=1e-13)
    expected = [(c / (2 - t) ** 3).sum(), (c / (2 - t) ** 4).sum()]
    np.testing.assert_allclose(kernels.edge_series(2.0, t, c), expected, rtol=1e-13)
    w = p / t
    turned = (1 - w.sum()) * np.angle(u) + (w * np.angle(u - t) - p * b / abs(u - t) ** 2).sum()
    assert kernels.mass_above(a, b, t, p) == pytest.approx(turned / np.pi, abs=1e-14)
    out = np.empty((1, 2))
    kernels.weighted_resolvent(np.array([a]), np.array([b]), t, p, out)
    assert complex(*out[0]) == pytest.approx((w / (u - t)).sum(), rel=1e-13)


def test_angle_in_every_octant():
    b = np.r_[10.0 ** np.arange(-12, 13), 0.66, 0.67, 1.0]
    d = np.r_[-(10.0 ** np.arange(-12, 13)), 0.0, 10.0 ** np.arange(-12, 13)]
    ours = [kernels.angle(v, w) for v in b for w in d]
    np.testing.assert_allclose(ours, np.arctan2(b[:, None], d).ravel(), rtol=4e-16)


def test_exact_sums_against_mpmath(law):
    t, p = law
    low = np.zeros_like(p)
    with mp.workdps(40):
        u = mp.mpc(-1e-9, 1e-9)
        terms = [mp.mpf(a) / (u - mp.mpf(b)) for a, b in zip(p, t, strict=True)]
        x = u * (1 + mp.fsum(terms))
        slope = 1 - mp.fsum([q * b / (u - mp.mpf(b)) for q, b in zip(terms, t, strict=True)])
        target = float(x.real)
        ours = kernels.exact_sums(float(u.real), float(u.imag), target, 0.0, t, p, low)
        assert ours[0] == pytest.approx(float(x.real - mp.mpf(target)), rel=1e-9, abs=1e-40)
        assert ours[1] == pytest.approx(float(x.imag), rel=1e-14)
        assert complex(*ours[2:]) == pytest.approx(complex(slope), rel=1e-13)
        a = mp.mpf(3.0)
        terms = [mp.mpf(v) / (a - mp.mpf(b)) for v, b in zip(p, t, strict=True)]
        x = a * (1 + mp.fsum(terms))
        slope = 1 - mp.fsum([q * b / (a - mp.mpf(b)) for q, b in zip(terms, t, strict=True)])
        high, rest, ours_slope, curvature = kernels.edge_sums(3.0, t, p, low)
        assert abs(mp.mpf(high) + mp.mpf(rest) - x) < 1e-29
        assert ours_slope == pytest.approx(float(slope), rel=1e-15)
        assert curvature == pytest.approx((p * t / (3.0 - t) ** 3).sum(), rel=1e-13)

"""Success of random cuts: the boundary dimension, the laws below it, and bounds over all planes."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from scipy.stats import chi2, kstest

from theory import InputError, stream
from theory.wedges import cuts

D, n = 12, 7
CUTS = 2000


def residual(base, rows, off):
    """Distance between the cut and the plane on which the coordinates ``off`` vanish."""
    solved = np.linalg.lstsq(rows[:, off].T, -base[off], rcond=None)[0]
    return np.linalg.norm(base[off] + rows[:, off].T @ solved)


def residuals(base, rows, planes):
    """The same for many planes (m, D - n) at once."""
    off = base[planes]
    frames = np.linalg.qr(rows.T[planes])[0]
    return np.linalg.norm(off - np.einsum("mcd,med,me->mc", frames, frames, off), axis=1)


def drawn(d, count=CUTS):
    for i in range(count):
        rng = stream(1, d, i)
        yield rng.standard_normal(D), rng.standard_normal((d, D))


@pytest.mark.parametrize("d", [D - n - 1, D - n, D - n + 1])
def test_affine_cuts_meet_planes_from_the_codimension_on(d):
    """In one point at the boundary, in a line one above it, and nowhere one below."""
    for base, rows in drawn(d, 4):
        for off in combinations(range(D), D - n):
            met = residual(base, rows, list(off)) < 1e-9
            assert met == cuts.meets(d, D=D, n=n)
            if met:
                free = d - np.linalg.matrix_rank(rows[:, list(off)])
                assert free == d - (D - n)


@pytest.mark.parametrize("d", [D - n - 1, D - n, D - n + 1])
def test_linear_cuts_meet_planes_outside_the_origin_one_dimension_later(d):
    """``d > D - n``, as Fort and Jastrzebski have it, is that of cuts through the origin."""
    for _, rows in drawn(d, 4):
        for off in combinations(range(D), D - n):
            free = d - np.linalg.matrix_rank(rows[:, list(off)])
            assert (free > 0) == cuts.meets(d, D=D, n=n, through_origin=True) == (d > D - n)


@pytest.mark.parametrize("d", [0, 1, 3, 4])
def test_the_distance_to_one_plane_is_chi_of_what_is_left_over(d):
    off = list(range(D - n))
    found = [residual(base, rows, off) for base, rows in drawn(d)]
    band = 1.95 / np.sqrt(CUTS)

    def law(loss):
        return chi2.cdf(loss**2, D - n - d)

    assert kstest(found, law).statistic < band
    assert kstest(found, lambda loss: chi2.cdf(loss**2, D - n - d + 1)).statistic > band
    assert cuts.one_plane(d, D=D, n=n, tolerance=0.7) == pytest.approx(law(0.7))
    assert cuts.one_plane(d, D=D, n=n, tolerance=2.1, sigma=3) == pytest.approx(law(0.7))


@pytest.mark.parametrize("d", [0, 2, 4])
def test_the_nearest_plane_is_the_least_of_the_start_and_a_beta_share_is_left(d):
    found = []
    for base, rows in drawn(d):
        found.append(residual(base, rows, np.argsort(np.abs(base))[: D - n]))
    for tolerance in np.quantile(found, [0.1, 0.5, 0.9]):
        rate = np.mean(np.array(found) <= tolerance)
        allowed = 4 * np.sqrt(rate * (1 - rate) / CUTS) + 0.01  # stated error of the law
        theory = cuts.nearest_plane(d, D=D, n=n, tolerance=tolerance)
        assert abs(theory - rate) < allowed
        for wrong in {max(d - 2, 0), min(d + 2, 5)} - {d}:
            assert abs(cuts.nearest_plane(wrong, D=D, n=n, tolerance=tolerance) - rate) > allowed


def test_over_all_planes_the_union_bound_holds_and_is_sharp_at_small_tolerance():
    """By enumeration of all C(9, 5) planes."""
    size, inside, d = 9, 5, 3
    least, planes = [], np.array(list(combinations(range(size), size - inside)))
    for i in range(CUTS):
        rng = stream(2, i)
        base, rows = rng.standard_normal(size), rng.standard_normal((d, size))
        least.append(residuals(base, rows, planes).min())
    for tolerance, sharp in ((3e-4, True), (1e-3, True), (1e-2, False), (0.05, False)):
        rate = np.mean(np.array(least) <= tolerance)
        error = 4 * np.sqrt(max(rate, 1 / CUTS) * (1 - rate) / CUTS)
        bound = cuts.any_plane_bound(d, D=size, n=inside, tolerance=tolerance)
        assert rate < bound + error
        if sharp:
            assert abs(rate - bound) < error + bound**2 / 2  # Bonferroni's next term
            assert rate > bound / 2
    for probability in (0.05, 0.5):
        least_loss = cuts.least_loss(d, D=size, n=inside, probability=probability)
        allowed = 4 * np.sqrt(probability * (1 - probability) / CUTS)
        assert np.mean(np.array(least) < least_loss) < probability + allowed


@pytest.mark.parametrize(("size", "inside", "d"), [(12, 7, 0), (12, 7, 4), (200, 150, 30)])
def test_least_loss_inverts_the_bound(size, inside, d):
    loss = cuts.least_loss(d, D=size, n=inside, sigma=2.0, probability=0.3)
    bound = cuts.any_plane_bound(d, D=size, n=inside, tolerance=loss, sigma=2.0)
    assert bound == pytest.approx(0.3, rel=1e-8)


def test_least_loss_beyond_the_smallest_float_and_at_the_ends():
    assert 0 < cuts.least_loss(49_000, D=100_000, n=50_000) < 1e-20
    assert cuts.least_loss(5, D=12, n=7) == 0
    origin = cuts.least_loss(2, D=10, n=0, probability=0.25)
    assert origin**2 == pytest.approx(chi2.ppf(0.25, 8))


def test_a_tolerance_near_the_largest_float_is_always_met():
    found = cuts.nearest_plane([1, 5, 30], D=100, n=80, tolerance=1e300)
    np.testing.assert_allclose(found, 1, rtol=1e-12)


def test_the_laws_are_ordered():
    d = np.arange(0, 61)
    settings = {"D": 300, "n": 250, "tolerance": 0.3}
    one, nearest, bound = (
        law(d, **settings) for law in (cuts.one_plane, cuts.nearest_plane, cuts.any_plane_bound)
    )
    assert np.all(one <= nearest + 1e-9)
    assert np.all(nearest <= bound + 1e-9)
    for curve in (one, nearest, bound):
        assert np.all(np.diff(curve) >= -1e-9)
        assert np.all(curve[50:] == 1)
        assert curve.shape == d.shape


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: cuts.meets(13, D=12, n=7), "d must be at most 12, got 13"),
        (lambda: cuts.meets(1, D=12, n=12), "n must be at most 11, got 12"),
        (lambda: cuts.one_plane(-1, D=12, n=7, tolerance=1), "d must be at least 0, got -1"),
        (lambda: cuts.nearest_plane(1, D=12, n=7, tolerance=-1), "tolerance must be at least 0"),
        (lambda: cuts.least_loss(1, D=12, n=7, probability=0.6), "must be at most 0.5, got 0.6"),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(InputError, match=message):
        call()

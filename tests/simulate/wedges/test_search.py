"""Searches in random cuts against theory: the boundary dimension, and the law below it."""

from __future__ import annotations

import numpy as np
import pytest

from simulate.wedges import Subspace, search
from theory import InputError, stream
from theory.wedges import Nearest, cuts

CODIMENSION = 12
DIMENSIONS = (5, 9, 11, 12, 13)


@pytest.fixture(scope="module", params=[(100, 250), (1000, 250), (10_000, 80)], ids=str)
def found(request):
    D, count = request.param
    return search.success(
        D=D, n=D - CODIMENSION, dimensions=DIMENSIONS, cuts=count, sigma=2.0, seed=0
    )


def test_success_is_a_step_at_the_codimension(found):
    """To a tolerance of 1e-9 of the loss at the base point."""
    rate = (found.loss <= 1e-9 * found.start).mean("cut").values
    D, n = found.attrs["D"], found.attrs["n"]
    assert np.array_equal(rate, cuts.meets(DIMENSIONS, D=D, n=n))
    one_later = cuts.meets(DIMENSIONS, D=D, n=n, through_origin=True)
    assert not np.array_equal(rate, one_later)


def test_success_at_a_tolerance_lies_on_the_curve_of_the_nearest_plane(found):
    D, n, count = found.attrs["D"], found.attrs["n"], found.sizes["cut"]
    typical = Nearest(D, n, sigma=2.0).quantile(0.5)
    for share in (0.2, 0.5):
        settings = {"D": D, "n": n, "tolerance": share * typical, "sigma": 2.0}
        rate = (found.nearest <= share * typical).mean("cut").values
        theory = cuts.nearest_plane(DIMENSIONS, **settings)
        band = 4 * np.sqrt(theory * (1 - theory) / count) + 0.01  # stated error of the law
        assert np.all(np.abs(rate - theory) < band)
        for shifted in (2, -2):
            wrong = cuts.nearest_plane(np.array(DIMENSIONS) + shifted, **settings)
            assert np.any(np.abs(rate - wrong) > 4 * np.sqrt(wrong * (1 - wrong) / count) + 0.01)


def test_changing_planes_lowers_the_loss_but_not_below_the_bound(found):
    D, n = found.attrs["D"], found.attrs["n"]
    below = found.sel(dimension=[5, 9, 11])
    assert np.all(below.loss <= below.nearest * (1 + 1e-9))
    assert float((below.loss < 0.99 * below.nearest).mean()) > 0.5
    for d in (5, 9, 11):
        bound = cuts.least_loss(d, D=D, n=n, sigma=2.0, probability=1e-3)
        assert float(below.loss.sel(dimension=d).min()) > bound


def test_the_end_is_a_local_minimum_in_the_cut():
    D, n, d = 80, 60, 14
    base, subspace = stream(5).standard_normal(D), Subspace(D, d=d, seed=5)
    end = search.minimise(base, subspace, n=n)
    inside = end.point - base
    np.testing.assert_allclose(subspace.spread(subspace.collect(inside)), inside, atol=1e-10)
    for theta in 1e-4 * stream(6).standard_normal((50, d)):
        moved = end.point + subspace.spread(theta)
        assert np.sqrt(np.sort(moved**2)[: D - n].sum()) > end.loss


def test_cuts_do_not_depend_on_how_many_there_are():
    settings = {"D": 60, "n": 50, "dimensions": (4, 8), "seed": 3}
    few, many = (search.success(cuts=count, **settings) for count in (2, 4))
    assert few.equals(many.isel(cut=slice(2)))


def test_a_hundred_thousand_dimensions_take_no_square_matrix():
    D = 100_000
    base, subspace = stream(7).standard_normal(D), Subspace(D, d=8, seed=7)
    assert search.minimise(base, subspace, n=D - 8).loss < 1e-9
    assert search.minimise(base, subspace, n=D - 9).loss > 0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"dimensions": [101]}, "d must be at most 100, got 101"),
        ({"n": 100}, "n must be at most 99, got 100"),
        ({"cuts": 0}, "cuts must be at least 1, got 0"),
        ({"sigma": 0.0}, "sigma must be greater than 0"),
    ],
)
def test_bad_input_is_refused(changes, message):
    settings = {"D": 100, "n": 90, "dimensions": [3], "cuts": 1, "seed": 0}
    with pytest.raises(InputError, match=message):
        search.success(**settings | changes)
    with pytest.raises(InputError, match="base must have shape"):
        search.minimise(np.ones(3), Subspace(4, d=1, seed=0), n=1)

"""Curves through three points of weight space."""

import numpy as np
import pytest
import torch
from scipy.interpolate import BPoly

from empirical.taxonomy import Bezier, bezier
from theory import InputError, stream


def test_it_is_the_bernstein_polynomial_of_its_points():
    points = stream(0).standard_normal((3, 7))
    t = np.linspace(0, 1, 6)
    expected = BPoly(points[:, None], [0, 1])(t)
    found = Bezier(torch.from_numpy(points)).at(t)
    np.testing.assert_allclose(found, expected, rtol=1e-13)


def test_with_its_bend_in_the_middle_it_is_the_line():
    start, end = torch.from_numpy(stream(1).standard_normal((2, 5)))
    t = torch.linspace(0, 1, 5, dtype=torch.float64)[:, None]
    torch.testing.assert_close(bezier.straight(start, end).at(t[:, 0]), (1 - t) * start + t * end)


def test_another_bend_leaves_the_ends():
    curve = bezier.straight(torch.zeros(4), torch.ones(4)).bent(torch.full((4,), 9.0))
    assert curve.at([0.0, 0.5, 1.0]).tolist() == [[0.0] * 4, [4.75] * 4, [1.0] * 4]


def test_what_is_no_curve_is_refused():
    with pytest.raises(InputError, match=r"points must have shape \(3, D\), got \(2, 4\)"):
        Bezier(torch.zeros(2, 4))
    with pytest.raises(InputError, match="start and end must have one shape"):
        bezier.straight(torch.zeros(4), torch.zeros(5))

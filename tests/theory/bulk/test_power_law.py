"""The noise's power law over weights: exact sums, and what its blocks change."""

import numpy as np
import pytest

from theory import InputError
from theory.bulk.power_law import GROWTH, LEADING, eigenspaces


def one_by_one(D, exponent):
    t = np.arange(1, D + 1, dtype=float) ** -exponent
    return t / t.sum()


@pytest.mark.parametrize("exponent", [0.3, 1.0, 1.7])
@pytest.mark.parametrize("D", [1, 5, 64, 65, 1000, 300_000])
def test_blocks_have_the_exact_sums(D, exponent):
    T, t = eigenspaces(D, exponent=exponent, trace=1.0), one_by_one(D, exponent)
    ends = np.cumsum(T.sizes).astype(int)
    assert ends[-1] == D
    np.testing.assert_allclose(np.cumsum(T.values * T.sizes), np.cumsum(t)[ends - 1], rtol=1e-12)
    np.testing.assert_allclose(T.values[:LEADING], t[:LEADING], rtol=1e-12)
    assert np.all(np.diff(T.values) < 0)


@pytest.mark.parametrize("exponent", [0.3, 1.0, 1.7])
def test_blocks_change_the_second_moment_by_little(exponent):
    """By less than the relative variance of a uniform law over a block; more than nothing."""
    D = 300_000
    T, t = eigenspaces(D, exponent=exponent, trace=1.0), one_by_one(D, exponent)
    lost = 1 - (T.values**2 @ T.sizes) / np.sum(t**2)
    assert 0 < lost < (exponent * np.log(GROWTH)) ** 2 / 12 * 1.05


def test_any_dimension_is_as_easy():
    T = eigenspaces(10**15, exponent=0.5, trace=3.0)
    assert len(T.values) < 250
    assert T.values @ T.sizes == pytest.approx(3, rel=1e-12)
    assert 1 < T.effective_dimension < 10**15


def test_no_exponent_is_one_eigenspace():
    T = eigenspaces(7, exponent=0.0, trace=14.0)
    np.testing.assert_array_equal([T.values, T.sizes], [[2.0], [7.0]])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"D": 0}, "D must be at least 1, got 0"),
        ({"exponent": -1}, "exponent must be at least 0, got -1"),
        ({"trace": -2.0}, "trace must be at least 0, got -2"),
    ],
)
def test_bad_input_is_named(change, message):
    arguments = {"D": 10, "exponent": 1.0, "trace": 1.0} | change
    with pytest.raises(InputError) as error:
        eigenspaces(arguments.pop("D"), **arguments)
    assert str(error.value) == message

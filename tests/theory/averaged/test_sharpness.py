"""The largest eigenvalue along a schedule, and its highest point."""

from dataclasses import replace

import numpy as np
import pytest

from theory import InputError, Params, averages
from theory.averaged import bulk_edge, sharpness

BASE = Params(N=300, C=10, D=1000, sigma_z=1.0, sigma_c=1.0, sigma_E=0.7)


def test_fixed_lengths_fall_monotonically():
    """The values of the model's page at fixed σ_c, from one draw each: within 5 spreads."""
    sigma_z = np.array([0.1, 1.0, 3.0, 5.0, 20.0])
    found = sharpness.schedule(BASE, t=np.arange(5.0), sigma_z=sigma_z, sigma_c=1.0, sigma_E=0.7)
    assert np.all(np.diff(found.mean) < 0)
    drawn = np.array([0.117, 0.105, 0.062, 0.042, 0.013])
    assert np.all(np.abs(found.mean - drawn) < 5 * found.std)
    assert not found.interior
    assert (found.peak_time, found.peak_height) == (0.0, found.mean[0])


def test_growing_means_and_freezing_give_an_inner_peak():
    t = np.linspace(0, 1, 7)
    length = 0.3 + 2 * t - 1.2 * t**2
    found = sharpness.schedule(BASE, t=t, sigma_z=6 * t, sigma_c=length, sigma_E=0.7 * length)
    top = int(found.mean.argmax())
    assert found.interior
    assert abs(found.peak_time - t[top]) <= (t[1] - t[0]) / 2
    assert found.mean[top] <= found.peak_height < 1.02 * found.mean[top]


def test_scales_as_the_square_of_the_lengths():
    once, twice = (
        sharpness.schedule(BASE, t=[0, 1, 2], sigma_z=1.0, sigma_c=x, sigma_E=0.7 * x)
        for x in (1.0, 2.0)
    )
    np.testing.assert_allclose(twice.mean, 4 * once.mean, rtol=1e-9)
    np.testing.assert_allclose(once.mean, averages.outliers(BASE).mean[0])


def test_vertex_of_a_parabola():
    t = np.array([0.0, 1.0, 3.0])
    height = 5 - (t - 1.2) ** 2
    assert sharpness._peak(t, height) == pytest.approx((1.2, 5.0, True))


def test_below_the_threshold_it_is_the_bulks_edge():
    weak = replace(BASE, sigma_c=0.01)
    edge = bulk_edge.averaged(weak)
    mean, std = sharpness.largest(weak)  # by the spiked edge; there by the population of all rows
    assert mean == pytest.approx(edge.mean, abs=0.1 * edge.std)
    assert std == pytest.approx(edge.std, rel=0.1)
    assert sharpness.largest(replace(BASE, sigma_c=0.0, sigma_E=1.0))[0] > 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"t": [0.0, 1.0]}, "t must be at least 3 strictly increasing times"),
        ({"t": [0.0, 2.0, 1.0]}, "t must be at least 3 strictly increasing times"),
        ({"sigma_z": [1.0, 2.0]}, r"sigma_z must be a number or have shape \(3,\), got \(2,\)"),
        ({"sigma_c": -1.0}, "sigma_c must be at least 0, got -1"),
    ],
)
def test_bad_input(change, message):
    options = {"t": [0.0, 1.0, 2.0], "sigma_z": 1.0, "sigma_c": 1.0, "sigma_E": 0.7} | change
    with pytest.raises(InputError, match=message):
        sharpness.schedule(BASE, **options)

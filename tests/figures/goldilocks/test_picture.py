"""The zone's edges, and scale against temperature."""

from __future__ import annotations

import numpy as np
import pytest

from figures.goldilocks import picture


def test_biases_make_scale_and_temperature_differ():
    """The mismatch that the zone reports is not small for all networks."""
    from empirical.cuts.goldilocks import scan
    from empirical.data import digits
    from empirical.networks import mlp

    data = digits(seed=0)[0].take(np.arange(60))

    def mismatch(**changed):
        def make(seed):
            return mlp((64, 10, 10), seed=seed, **changed)

        by_scale = scan(make, data, along="scale", values=[0.5, 1.0, 2.0], d=5, seed=0)
        by_temperature = scan(make, data, along="temperature", values=[4, 1, 0.25], d=5, seed=0)
        return float(picture.compute(by_scale, by_temperature, degree=2).mismatch)

    assert mismatch(bias=False) < 1e-9
    assert mismatch(bias=True) > 1e-3
    assert mismatch(bias=False, activation="tanh") > 1e-3


def test_shell_without_an_edge_is_open():
    radii = np.array([1.0, 2.0, 4.0])
    assert picture.shell(radii, np.array([1.8, 2.0, 1.9])) == (0.0, 2.0, np.inf)
    inner, peak, outer = picture.shell(radii, np.array([-1.0, 2.0, 0.0]))
    assert (inner, peak) == (pytest.approx(2 ** (2 / 3)), 2.0)
    assert outer == pytest.approx(2**1.5)

"""The figure of widths: one network where all parametrisations are, and theory's powers beside."""

import numpy as np
import pytest

from theory.ntk import parametrisation
from theory.ntk.parametrisation import NAMES

pytestmark = pytest.mark.slow


def test_all_of_one_depth_are_the_same_network_at_the_base_width(fast):
    data = fast("parametrisation").sel(width=64)
    standard = data.sel(parametrisation="standard")
    for name in ("ntk", "mup"):
        own = data.sel(parametrisation=name)
        for each in ("kernel", "features_step", "sigma_z", "q_SLSC", "step_curvature"):
            np.testing.assert_allclose(own[each], standard[each], rtol=1e-4)


def test_powers_are_those_of_theory(fast):
    data = fast("parametrisation")
    for name in NAMES:
        depth = 1 if name == "mean-field" else 2
        theory = parametrisation.named(name, hidden_layers=depth).exponents
        own = data.sel(parametrisation=name)
        for each in own.coordinate.values.tolist():
            assert float(own.power.sel(coordinate=each)) == getattr(theory, each)
        kernel = own.exponent.sel(coordinate="kernel", fit="line", bound="mean")
        if name != "standard":  # whose first layer has another power, which counts at n = 16
            assert float(kernel) == pytest.approx(theory.kernel, abs=0.15)


def test_the_step_that_a_width_can_take_is_the_same_at_all(fast):
    """η λ_max is of order one: within a factor of three over a factor of four in n."""
    made = fast("parametrisation").step_curvature.isel(epoch=0)
    assert float(made.max("width").max() / made.min()) < 9
    for name in NAMES:
        own = made.sel(parametrisation=name)
        assert float(own.max() / own.min()) < 3

"""Symbols, units and numbers as pictures show them."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from matplotlib.figure import Figure

from figures.pictures import symbols
from simulate.studies.settings import SETTINGS
from theory.observables import OBSERVABLES


@pytest.mark.parametrize("name", [*SETTINGS, *OBSERVABLES])
def test_every_registered_symbol_can_be_set(name):
    label = symbols.axis_label(name)
    figure = Figure()
    figure.text(0.5, 0.5, label)
    figure.draw_without_rendering()  # a glyph that is missing, or no mathematics, is an error


def test_an_array_without_a_symbol_has_its_name():
    assert symbols.axis_label(xr.DataArray(1.0, name="mine")) == "mine"
    assert symbols.axis_label(xr.DataArray(1.0, name="mine", attrs={"units": "nat^2"})) == (
        "mine (nat²)"
    )


@pytest.mark.parametrize("value", [-3.25, 0, 1, 1e-3, 123.4, 9990, 1e4, 3.2e-9, 1e120])
def test_a_number_is_read_back_to_three_digits(value):
    shown = symbols.number(value)
    assert "e" not in shown
    mantissa, _, power = shown.replace("−", "-").rpartition("10")
    exponent = power.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))
    if not set(power) & set("⁻⁰¹²³⁴⁵⁶⁷⁸⁹"):
        mantissa, exponent = shown.replace("−", "-"), "0"
    read = float(mantissa.rstrip("·") or 1) * 10.0 ** int(exponent)
    np.testing.assert_allclose(read, value, rtol=5e-3)

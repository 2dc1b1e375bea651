"""Bars of the three cosines."""

from __future__ import annotations

import pytest
import xarray as xr

from figures.pictures import style
from figures.pictures.logits import clustering


@pytest.mark.parametrize("between", [0.0, -0.049, -0.3])
def test_bars_end_clear_of_the_axis(between):
    cosines = {"q_SLSC": ("epoch", [0.8]), "q_SL": ("epoch", [0.6]), "q_DL": ("epoch", [between])}
    data = xr.Dataset(cosines, coords={"epoch": [0.0]})
    with style.panels(1) as (_, (ax,)):
        clustering.draw(data, ax)
        low, high = ax.get_ylim()
        assert (between - low) / (high - low) > 0.04

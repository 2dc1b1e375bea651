"""λ_max over σ_z and over training, sampled, predicted and measured."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from figures.gallery.settings import Gallery
from figures.gallery.spectra import sharpness

Z = 4.5


@pytest.fixture(scope="module")
def along():
    """Both schedules of a small model."""
    model = replace(sharpness._small(), N=60, D=200)
    schedules = [
        sharpness._schedule(model, growth, draws=6, settings=Gallery(fast=True))
        for growth in sharpness.GROWTH.values()
    ]
    return xr.concat(schedules, dim=xr.Variable("schedule", list(sharpness.GROWTH)))


def test_draws_lie_on_theory_at_fixed_and_at_growing_lengths(along):
    data = along
    sampled, at = data.sampled, np.log(data.sigma_z_sampled.values)
    error = sampled.std("replicate", ddof=1) / np.sqrt(sampled.sizes["replicate"])
    for name, other in (("fixed", "growing"), ("growing", "fixed")):
        mean = sampled.sel(schedule=name).mean("replicate").values
        # small samples: the theory's own deviation where theirs is less
        std = np.interp(at, np.log(data.sigma_z.values), data["std"].sel(schedule=name).values)
        scale = np.maximum(error.sel(schedule=name), std / np.sqrt(sampled.sizes["replicate"]))
        line, wrong = (
            np.interp(at, np.log(data.sigma_z.values), data["mean"].sel(schedule=each).values)
            for each in (name, other)
        )
        allowed = Z * scale + 0.03 * line  # the next orders, C/D and 1/N; and the line's chords
        assert np.all(np.abs(mean - line) < allowed)
        assert np.any(np.abs(mean - wrong) > allowed)


def test_sharpness_falls_at_fixed_lengths_and_peaks_inside_where_they_grow(along):
    data = along
    assert np.all(np.diff(data["mean"].sel(schedule="fixed")) < 0)
    assert not bool(data.interior.sel(schedule="fixed"))
    growing = data.sel(schedule="growing")
    assert bool(growing.interior)
    assert float(growing.sigma_z[0]) < float(growing.peak) < float(growing.sigma_z[-1])
    assert float(growing.peak_height) > 1.5 * float(growing["mean"].isel(sigma_z=[0, -1]).max())


def test_each_draw_peaks_inside_too(along):
    drawn = along.sampled.sel(schedule="growing")
    top = drawn.argmax("sigma_z_sampled").values
    assert np.all((top > 0) & (top < drawn.sizes["sigma_z_sampled"] - 1))


@pytest.mark.slow
def test_a_network_is_predicted_from_what_was_measured_on_it(fast):
    data = fast("sharpness")
    errors = np.abs(data.predicted / data.lambda_max - 1)
    assert float(errors.sel(level="cluster").max()) < 0.25
    # a sampled spectrum has the λ_max that the same level predicts
    mean, std = data.drawn.mean("draw"), data.drawn.std("draw", ddof=1)
    away = np.abs(mean - data.predicted.sel(level="cluster"))
    D_eff = 20  # the least that the noise of these networks has
    assert np.all(away < Z * std / np.sqrt(data.sizes["draw"]) + mean / D_eff)

"""Where the gradient lies: by the labels' law, by level, and on a network."""

import numpy as np
import pytest
import xarray as xr

from figures.gallery.settings import Gallery
from figures.gallery.spectra import confinement

Z = 4.5
CASES = confinement.CASES


@pytest.fixture(scope="module")
def laws():
    """The law of the share in each case of a small model."""
    settings = Gallery(fast=True)
    model = confinement._model(settings)
    found = [confinement._law(case, model, draws=12, settings=settings) for case in CASES]
    return xr.concat(found, dim=confinement._axis("case", CASES))


def test_the_law_of_the_share_is_that_of_the_draws(laws):
    data = laws
    count = data.sizes["draw"]
    for case in data.case.values:
        own = data.sel(case=case)
        mean, deviation = float(own.share.mean("draw")), float(own.predicted_deviation)
        allowed = Z * deviation / np.sqrt(count) + 0.02  # the next orders, 1/N and C/D
        assert abs(mean - float(own.predicted_mean)) < allowed, case
    # the law of another case would be refused
    uniform, balanced = (data.sel(case=f"FG, {law}") for law in ("uniform", "balanced"))
    error = Z * float(uniform.predicted_deviation) / np.sqrt(count) + 0.02
    assert abs(float(uniform.share.mean() - balanced.predicted_mean)) > error


def test_balanced_labels_lose_confinement_and_class_means_regain_it(laws):
    mean = laws.share.mean("draw")
    lost, regained = (float(mean.sel(case=f"{level}, balanced")) for level in ("FG", "cluster"))
    uniform = float(mean.sel(case="FG, uniform"))
    assert lost < uniform / 3
    assert regained > max(uniform, 0.9)


@pytest.mark.slow
def test_power_by_rank_is_what_is_expected_of_each_draw(fast):
    data = fast("confinement")
    for name in data.spectrum.values:
        own = data.sel(spectrum=name)
        assert np.allclose(own.power.sum("rank"), 1)
        seen = int((own.predicted_power.mean("replicate") > 0).sum())
        top = own.power.isel(rank=slice(seen)).sum("rank")
        away = top - own.predicted_power.isel(outlier=slice(seen)).sum("outlier")
        error = float(away.std("replicate", ddof=1)) / np.sqrt(away.sizes["replicate"])
        assert abs(float(away.mean())) < Z * error + 0.02
        behind = own.power.sizes["rank"] - seen
        rest = float(own.predicted_bulk.mean("replicate")) * behind
        assert float(1 - top.mean("replicate")) == pytest.approx(rest, abs=Z * error + 0.02)


@pytest.mark.slow
def test_a_network_confines_its_gradient_far_beyond_chance(fast):
    data = fast("confinement")
    assert np.all(data.measured > 5 * data.random)
    assert np.all((data.predicted > 0) & (data.predicted <= 1))

"""Fits of a record drawn from the model, with what is free at each level, and the table of them."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from figures.judge.fitted import NEEDED, Told, fitted, told
from figures.judge.free_levels import free
from figures.reports.levels import fitted as report
from tests.support.draws.drawn_records import C, D, Truth, record
from theory import stream
from theory.levels import ISOTROPIC

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def measured() -> xr.Dataset:
    """Of the level cluster with isotropic noise."""
    rng = stream(5, "means")
    means = rng.standard_normal((1, C, D)) + 1.5 * rng.standard_normal((C, C, D))
    means = means.reshape(C * C, D) / np.sqrt(D)
    truth = Truth(means=means, T=np.full(D, 1 / D), K_C=np.eye(C))
    return record(truth, seed=0, groups=NEEDED)


@pytest.fixture(scope="module")
def found(measured) -> xr.Dataset:
    return fitted(measured)


def test_the_true_level_needs_no_other_parameters_and_FG_has_none(found):
    true, wrong = (told(found, epoch=0, level=level) for level in ("cluster", "FG"))
    assert true.p[1] > 0.01
    assert abs(true.value["sigma_E"] - 1) < 0.05  # the truth is 1; an interval's width is 0.02
    assert wrong.misfit == "of the model"
    assert wrong.distance[1] > 3 * true.distance[1]
    assert "sigma_y" in true.value
    assert "sigma_y" not in wrong.value


@pytest.mark.parametrize("level", ISOTROPIC)
def test_the_fit_starts_from_the_estimates_and_draws_the_level(measured, level):
    point = measured.isel(epoch=0)
    start, draw = free(point, level=level)
    own = point.sel(level=level)
    assert start["sigma_E"] == float(own.sigma_E)
    assert start["D"] == round(float(own.effective_dimension))
    lengths = start["sigma_c"] ** 2 + start.get("sigma_y", 0) ** 2
    assert lengths == pytest.approx(np.diag(point[f"Gamma_{level}"].values).mean())
    first, other = (draw(scaled(start, by), stream(0, "draw")) for by in (1, 3))
    np.testing.assert_allclose(other, 9 * first, rtol=1e-9, atol=1e-9 * first[0])


def test_means_of_more_directions_than_weights_lose_the_shortest(measured):
    start, draw = free(measured.isel(epoch=0), level="cluster")
    spectrum = draw({**start, "D": C + 1}, stream(0, "few"))
    assert spectrum.size == C + 1
    assert np.all(spectrum > 0)


def scaled(start: dict[str, float], by: float) -> dict[str, float]:
    return {name: x if name == "D" else by * x for name, x in start.items()}


def test_the_table_and_the_numbers_say_the_same(found):
    table = report.table(found)
    assert len(table.splitlines()) == 2 + len(ISOTROPIC)
    numbers = report.numbers(found, epoch=0)["fitted"]
    for level in ISOTROPIC:
        own: Told = told(found, epoch=0, level=level)
        assert numbers[level]["misfit"] == own.misfit
        assert own.misfit in table
        assert numbers[level]["D"]["value"] == own.value["D"]
    assert report.section(found.drop_vars("fitted_p")) == []
    assert report.numbers(found.drop_vars("fitted_p"), epoch=0) == {}


@pytest.mark.parametrize(
    ("before", "after", "settled", "misfit"),
    [
        (0.3, 0.4, True, "none"),
        (0.01, 0.4, True, "of the parameters"),
        (0.01, 0.02, True, "of the model"),
        (0.01, 0.4, False, "not settled"),
    ],
)
def test_what_a_misfit_is_called(found, before, after, settled, misfit):
    changed = found.copy(deep=True)
    changed.fitted_p[:] = [before, after]
    changed.fitted_settled[:] = settled
    assert told(changed, epoch=0, level="FG").misfit == misfit

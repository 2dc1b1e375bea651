"""What each level takes from a record, and that its prediction is that of `theory`."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from drawn import SHARES, C, D, N, Truth, record

from figures.judge import levels
from theory import gradient, hessian, separable, stream
from theory.levels import ISOTROPIC, LEVELS
from theory.models import fluctuations, level_fluctuations

GROUPS = ("logits", "model", "noise")
GRID = np.geomspace(1e-3, 1, 11)


@pytest.fixture(scope="module")
def point() -> xr.Dataset:
    T = np.arange(1, D + 1) ** -0.6
    T /= T.sum()
    means = stream(1, "means").standard_normal((C * C, D)) * np.sqrt(T)
    return record(Truth(means=means, T=T, K_C=np.eye(C)), seed=0, groups=GROUPS).isel(epoch=0)


@pytest.mark.parametrize("level", ISOTROPIC)
def test_isotropic_levels_are_those_of_theory(point, level):
    model = levels.isotropic(point, level=level)
    own = point.sel(level=level)
    assert model.D == round(float(own.effective_dimension)) < D
    assert model.sigma_E == float(own.sigma_E)
    assert len(model.Gamma) == (C if level == "FG" else C * C)
    assert (model.groups is None) == (level == "FG")
    noise = {"sigma_E": model.sigma_E, "D": model.D}
    means = {"Gamma": model.Gamma, "groups": model.groups}
    p = point.p.values
    found = levels.predict(point, level=level)
    assert len(found.outliers) >= C - 1
    np.testing.assert_array_equal(found.outliers, hessian.outliers(p, **noise, **means))
    np.testing.assert_array_equal(found.eigenvalues[: len(found.outliers)], found.outliers)
    assert found.eigenvalues.size == min(N * (C - 1), model.D)
    assert found.trace == hessian.trace(p, sigma_E=model.sigma_E, **means)
    assert found.eigenvalues.sum() == pytest.approx(found.trace, rel=1e-12)
    assert found.frobenius == hessian.frobenius(p, **noise, **means)
    assert found.bulk_edge == hessian.edges(p, **noise)[-1, 1]
    counts = levels.bulk_counts(point, level=level, grid=GRID)
    np.testing.assert_array_equal(counts, GRID * model.D * hessian.density(GRID, p, **noise))
    spread = fluctuations.outliers(p, **noise, **means)
    np.testing.assert_array_equal(found.outliers_std, spread.std)
    r = p - np.eye(C)[point.labels.values]
    power = gradient.power(p, r, **noise, **means)
    np.testing.assert_array_equal(found.gradient_power, power.outliers)
    assert found.gradient_norm == power.norm


def test_the_dimension_is_enough_for_the_means(point):
    few = point.assign(effective_dimension=point.effective_dimension * 0 + 3.2)
    rank = np.linalg.matrix_rank(point.Gamma_weighted.values)
    assert 3 < rank == levels.isotropic(few, level="weighted").D
    assert levels.predict(few, level="weighted").eigenvalues.size > 3


def test_the_anisotropic_level_is_that_of_theory(point):
    model = levels.anisotropic(point)
    assert model.T.sum() == pytest.approx(model.sigma_E**2, rel=1e-12)
    assert model.sigma_E == float(point.sigma_E.sel(level="weighted"))
    found = levels.predict(point, level="anisotropic")
    options = model._asdict()
    p, _ = options.pop("p"), options.pop("r")
    np.testing.assert_array_equal(found.outliers, separable.outliers(p, **options))
    np.testing.assert_array_equal(found.eigenvalues[: len(found.outliers)], found.outliers)
    spread = level_fluctuations.separable(p, **options)
    np.testing.assert_array_equal(found.outliers_std, spread.std)
    assert found.bulk_edge == separable.edges(p, **options)[0, 1]
    solved = [0, levels.COARSE, 2 * levels.COARSE]
    counts = GRID[solved] * D * separable.density(GRID[solved], p, **options)
    interpolated = levels.bulk_counts(point, level="anisotropic", grid=GRID)
    np.testing.assert_allclose(interpolated[solved], counts, rtol=1e-12)
    assert np.all(np.diff(found.eigenvalues) <= 0)
    assert 0 < found.gradient_power.sum() < 1


def test_every_level_can_be_predicted(point):
    for name in LEVELS:
        assert levels.predict(point, level=name).trace > 0


@pytest.mark.parametrize("size", [300, 121, 120, 40, 16, 11])
def test_means_keep_their_gram_matrix_however_few_weights_there_are(point, size):
    """120 directions are known and 16 means need room, the last of them less than all of it."""
    few = point.assign(noise_spectrum=("weight", point.noise_spectrum.values[:size]))
    means = levels.anisotropic(few).means
    components, rest = point.mean_components.values, point.mean_rest.values
    whole = components @ components.T + rest
    assert means.shape == (C * C, size)
    if size < C * C:  # all but the shortest directions of the means
        lost = np.linalg.eigvalsh(whole)[: C * C - size].sum()
        assert np.trace(whole - means @ means.T) == pytest.approx(lost, rel=1e-9)
    else:
        np.testing.assert_allclose(means @ means.T, whole, atol=1e-12 * np.abs(whole).max())


def test_drawn_records_have_the_labels_they_say(point):
    assert np.bincount(point.labels.values).tolist() == [round(N * share) for share in SHARES]

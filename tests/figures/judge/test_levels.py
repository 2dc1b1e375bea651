"""What each level takes from a record, and that its prediction is that of `theory`."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from figures.judge import levels
from tests.support.draws.drawn_records import SHARES, C, D, N, Truth, record
from theory import stream
from theory.levels import ISOTROPIC, LEVELS
from theory.models import Isotropic, Separable

GROUPS = ("logits", "model", "noise")


@pytest.fixture(scope="module")
def point() -> xr.Dataset:
    T = np.arange(1, D + 1) ** -0.6
    T /= T.sum()
    means = stream(1, "means").standard_normal((C * C, D)) * np.sqrt(T)
    return record(Truth(means=means, T=T, K_C=np.eye(C)), seed=0, groups=GROUPS).isel(epoch=0)


@pytest.mark.parametrize("level", ISOTROPIC)
def test_isotropic_levels_are_those_of_theory(point, level):
    given = levels.isotropic(point, level=level)
    own = point.sel(level=level)
    assert given["D"] == round(float(own.effective_dimension)) < D
    assert given["sigma_E"] == float(own.sigma_E)
    assert len(given["Gamma"]) == (C if level == "FG" else C * C)
    assert (given["groups"] is None) == (level == "FG")
    found = levels.predict(point, level=level)
    model = Isotropic(point.p.values, **given)
    assert len(model.outliers) >= C - 1
    np.testing.assert_array_equal(found.model.outliers, model.outliers)
    np.testing.assert_array_equal(found.model.eigenvalues, model.eigenvalues)
    r = point.p.values - np.eye(C)[point.labels.values]
    np.testing.assert_array_equal(found.power.outliers, model.power(r).outliers)


def test_the_dimension_is_enough_for_the_means(point):
    few = point.assign(effective_dimension=point.effective_dimension * 0 + 3.2)
    rank = np.linalg.matrix_rank(point.Gamma_weighted.values)
    assert 3 < rank == levels.isotropic(few, level="weighted")["D"]
    assert levels.predict(few, level="weighted").model.eigenvalues.size > 3


def test_the_anisotropic_level_is_that_of_theory(point):
    given = levels.separable(point)
    own = float(point.sigma_E.sel(level="weighted"))
    assert given["T"].sum() == pytest.approx(own**2, rel=1e-12)
    assert given["sigma_E"] == float(point.noise_length) < own  # G does not see all of it
    found = levels.predict(point, level="anisotropic")
    model = Separable(point.p.values, **given)
    np.testing.assert_array_equal(found.model.outliers, model.outliers)
    assert np.all(np.diff(found.model.eigenvalues) <= 0)
    assert 0 < found.power.outliers.sum() < 1


def test_every_level_of_the_table_can_be_predicted(point):
    for name in LEVELS:
        assert levels.predict(point, level=name).model.trace > 0


@pytest.mark.parametrize("size", [300, 121, 120, 40, 16, 11])
def test_means_keep_their_gram_matrix_however_few_weights_there_are(point, size):
    """120 directions are known and 16 means need room, the last of them less than all of it."""
    few = point.assign(noise_spectrum=("weight", point.noise_spectrum.values[:size]))
    means = levels.separable(few)["means"]
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

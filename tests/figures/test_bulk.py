"""The predicted bulk against moments of the model and samples of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from figures.bulk import TAIL, bulk
from figures.predict import predict
from simulate import draws
from simulate.replicates import replicates
from theory import InputError, Params, rem
from theory.averaged.laws import label_law
from theory.averaged.laws.logit_law import logit_law

SIZES: dict[str, Any] = {"N": 60, "C": 5, "D": 200, "sigma_z": 1.0, "sigma_c": 1.0, "sigma_E": 0.7}


def moments(params: Params, *, seed: int | None) -> list[float]:
    """Mass, sum and sum of squares of the bulk's eigenvalues, over D, by the trapezoid rule."""
    found = bulk(params, edges=predict(params, seed=seed).bulk_edges.values, seed=seed)
    x, density = found.eigenvalue.values, found.density.values
    return [float(np.trapezoid(density * x**power, x)) for power in range(3)]


@pytest.mark.parametrize("more", [{}, {"rho": 0.4}, {"sigma_y": 0.5}, {"D": 1000}])
def test_the_density_has_the_mass_and_the_trace_of_the_noise(more):
    params = Params(**SIZES | more)
    length = params.sigma_E**2 * (1 - params.rho)
    trace = length * float(rem.impurity(1.0, C=5)) / params.D
    mass = min(1.0, params.N * 4 / params.D)
    found = moments(params, seed=None)
    np.testing.assert_allclose(found[:2], [mass, trace], rtol=0.02)
    p = draws.examples(params, seed=1).p
    trace = length * float(np.mean(np.sum(p * (1 - p), axis=1))) / params.D
    found = moments(params, seed=1)
    np.testing.assert_allclose(found[:2], [mass, trace], rtol=0.02)
    assert abs(found[1] / trace * 5 / 4 - 1) > 0.1  # as if A had C ranks


def test_curvature_widens_the_bulk_and_leaves_its_trace():
    params = Params(**SIZES, sigma_H=0.1)
    mass, trace, square = moments(params, seed=None)
    _, plain, plain_square = moments(Params(**SIZES), seed=None)
    variance = 0.01 * label_law.residual_square(logit_law(Params(**SIZES)))
    assert mass == pytest.approx(1, rel=0.02)
    assert trace == pytest.approx(plain, rel=0.02)
    assert square - plain_square == pytest.approx(variance, rel=0.02)


def test_the_band_holds_the_largest_eigenvalue_of_most_draws():
    params = Params(**SIZES)
    edges = predict(params, seed=0).bulk_edges.values
    low, middle, high = bulk(params, edges=edges, seed=0).largest_of_bulk.values
    drawn = replicates(params, seed=0, replicates=100, workers=1).eigenvalues.values[:, 4]
    inside = ((low < drawn) & (drawn < high)).mean()
    assert abs(inside - (1 - 2 * TAIL)) < 4 * np.sqrt(TAIL * 2 / 100)
    beside = ((high < drawn) & (drawn < 2 * high - low)).mean()
    assert abs(beside - (1 - 2 * TAIL)) > 4 * np.sqrt(TAIL * 2 / 100)
    assert low < middle < high


def test_what_there_is_no_closed_form_for_is_missing():
    params = Params(**SIZES, T_exponent=0.3)
    found = bulk(params, edges=predict(params).bulk_edges.values)
    assert found.density.isnull().all()
    assert found.largest_of_bulk.isnull().all()
    with pytest.raises(InputError, match="sigma_E must be greater than 0 for a bulk"):
        bulk(params, edges=np.empty((0, 2)))

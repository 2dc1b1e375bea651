"""Studies over the levels of the parameters: their axes, their cells, their seeds, refusals."""

from typing import Any

import numpy as np
import pytest

from simulate.studies.observed import draw_seed, predicted, sampled, sizes
from simulate.studies.study import study
from theory import InputError, Params

BASE: dict[str, Any] = {"N": 40, "C": 4, "D": 400, "sigma_z": 1.0, "sigma_c": 1.0, "sigma_E": 0.7}
NAMES = ("outliers", "lambda_max", "prominence", "gradient_share", "trace", "frobenius")


def table(**changes):
    tables = {"parameters": BASE, "grid": {"sigma_y": [0.0, 1.0]}, "observables": ["trace"]}
    return study(tables | changes)


def test_levels_are_parameters_like_the_others():
    found = table(
        grid={
            "sigma_y": {"start": 0, "stop": 1, "num": 3},
            "rho": {"start": -0.3, "stop": 0.3, "num": 3},
            "T_exponent": [0.5],
        },
        parameters=BASE | {"sigma_H": 0.01},
    )
    assert found.shape == (3, 3, 1)
    assert found.params((1, 0, 0)) == Params(
        **BASE, sigma_y=0.5, rho=-0.3, T_exponent=0.5, sigma_H=0.01
    )


def test_seeds_of_level_FG_stay_and_levels_have_their_own():
    plain = Params(**BASE)
    assert draw_seed(0, params=plain, replicate=0) == draw_seed(
        0, params=Params(**BASE, sigma_y=0, T_exponent=0, rho=0, sigma_H=0), replicate=0
    )
    levels: list[dict[str, Any]] = [
        {name: 0.1} for name in ("sigma_y", "T_exponent", "rho", "sigma_H")
    ]
    seeds = {draw_seed(0, params=Params(**BASE, **level), replicate=0) for level in levels}
    assert len(seeds) == 4


@pytest.mark.parametrize(
    "level",
    [
        {"sigma_y": 1.0, "labels": "balanced"},
        {"T_exponent": 0.3, "rho": 0.3},
        {"sigma_H": 0.02},
        {"sigma_y": 1.0, "T_exponent": 0.3, "sigma_H": 0.005},
    ],
)
def test_both_sources_say_the_same(level):
    """Over 60 draws: z = 4 and 3 %, of order 1/N; the sizes hold what each gives."""
    params = Params(**BASE, **level)
    theory: dict[str, Any] = predicted(params, names=NAMES)
    draws: list[dict[str, Any]] = [sampled(params, names=NAMES, seed=i) for i in range(60)]
    assert len(theory["outliers"]) == sizes(params)["outlier"] == len(draws[0]["outliers"])
    for name in ("outliers", "lambda_max", "gradient_share", "trace"):
        values = np.array([draw[name] for draw in draws])
        error = values.std(axis=0, ddof=1) / 60**0.5
        gap = np.abs(values.mean(axis=0) - theory[name])
        assert np.all(gap < 4 * error + 0.03 * values.mean(axis=0)), name
    prominence = np.mean([draw["prominence"] for draw in draws])
    assert prominence == pytest.approx(theory["prominence"], rel=0.15)


def test_a_spectrum_with_curvature_has_as_many_eigenvalues_as_weights():
    params = Params(**BASE, sigma_H=0.1)
    values = np.asarray(sampled(params, names=["eigenvalues"], seed=0)["eigenvalues"])
    assert len(values) == sizes(params)["rank"] == 400
    assert values[-1] < 0


def test_what_theory_does_not_cover_is_refused_before_work():
    with pytest.raises(InputError, match="sigma_y must be 0 with 'calibrated' labels"):
        table(parameters=BASE | {"labels": "calibrated"})
    alone = table(parameters=BASE | {"labels": "calibrated"}, sources=["simulation"], seed=0)
    assert alone.points == 2
    with pytest.raises(InputError, match="rho must be at least -1, got -2"):
        table(parameters=BASE | {"rho": -2})

"""``predict`` and ``simulate`` at every level of the parameters."""

import json

import numpy as np
import pytest

from figures import cli
from figures.predict import predict
from theory import Params, averages

BASE = [
    "--N",
    "60",
    "--C",
    "4",
    "--D",
    "400",
    "--sigma-z",
    "1",
    "--sigma-c",
    "1",
    "--sigma-E",
    "0.7",
]
LEVEL = [
    "--sigma-y",
    "1",
    "--T-exponent",
    "0.3",
    "--rho",
    "0.2",
    "--sigma-H",
    "0.005",
    "--labels",
    "balanced",
]
PARAMS = Params(
    N=60,
    C=4,
    D=400,
    sigma_z=1,
    sigma_c=1,
    sigma_E=0.7,
    sigma_y=1,
    T_exponent=0.3,
    rho=0.2,
    sigma_H=0.005,
    labels="balanced",
)


def numbers(capsys, *arguments):
    assert cli.main([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_options_make_the_parameters(capsys):
    found = numbers(capsys, "predict", *BASE, *LEVEL)
    assert Params(**found["provenance"]["parameters"]) == PARAMS
    np.testing.assert_allclose(found["outliers"], averages.outliers(PARAMS).mean)
    assert found["bulk_edges"][0] < 0 < found["bulk_edges"][1]


def test_predictions_given_a_seed_are_those_of_its_samples(capsys):
    """Twelve outliers and their share over 40 draws: z = 4 and 2 %."""
    predicted = numbers(capsys, "predict", *BASE, *LEVEL, "--seed", "2")
    drawn = numbers(capsys, "simulate", *BASE, *LEVEL, "--seed", "2", "--replicates", "40")
    mean, error = np.array(drawn["outliers_mean"]), np.array(drawn["outliers_sem"])
    assert len(predicted["outliers"]) == 12
    expected = np.array(predicted["outliers"])
    assert np.all(np.abs(mean[:12] - expected) < 4 * error[:12] + 0.02 * expected)
    assert predicted["gradient_power"] == pytest.approx(drawn["gradient_power_mean"], abs=0.01)
    assert drawn["bulk_max_mean"] == pytest.approx(predicted["bulk_edges"][1], rel=0.1)


def test_correlation_alone_goes_the_way_of_level_FG():
    """``(1-ρ) σ_E² = 0.49``: the same record to rounding, gaps of the bulk resolved."""
    for seed in (None, 1):
        one = predict(
            Params(N=60, C=4, D=400, sigma_z=1, sigma_c=1, sigma_E=1.4, rho=0.75), seed=seed
        )
        two = predict(Params(N=60, C=4, D=400, sigma_z=1, sigma_c=1, sigma_E=0.7), seed=seed)
        for name in two:
            np.testing.assert_allclose(one[name], two[name], rtol=1e-9)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ["predict", "--sigma-y", "1", "--labels", "calibrated"],
            "fort-ganguli predict: error: sigma_y must be 0 with 'calibrated' labels unless the "
            "outputs are given (--seed) or labels is one of uniform, balanced, got 1\n",
        ),
        (
            ["predict", "--T-exponent", "3", "--seed", "0"],
            "fort-ganguli predict: error: T_exponent must leave the noise at least C = 4 effective "
            "dimensions, got 1.42 at T_exponent=3, D=400\n",
        ),
        (
            ["simulate", "--rho", "-0.5"],
            "fort-ganguli simulate: error: rho must be at least -0.333333, got -0.5\n",
        ),
        (
            ["simulate", "--sigma-H", "0.1", "--device", "cpu"],
            "fort-ganguli simulate: error: sigma_H must be 0 on a device: leave the device out\n",
        ),
    ],
)
def test_refusals_are_one_line(capsys, options, message):
    command, *rest = options
    assert cli.main([command, *BASE, *rest]) == 2
    assert capsys.readouterr().err == message

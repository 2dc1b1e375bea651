"""The definition of a study, and the model at each of its points."""

import numpy as np
import pytest

from simulate.studies.study import load, study
from tests.support.studies.studies import SMALL, small
from theory import InputError


def refused(tables) -> str:
    with pytest.raises(InputError) as error:
        study(tables)
    return str(error.value)


def test_a_grid_is_every_combination():
    s = small()
    assert s.dims == ("sigma_z", "noise_ratio")
    assert s.shape == (2, 3)
    params = s.params((1, 2))
    assert (params.sigma_z, params.sigma_E, params.D) == (2.0, 1.2, 48)


def test_points_go_together():
    points = {"sigma_z": [0.5, 2.0], "noise_ratio": [0.3, 0.6]}
    s = study({k: v for k, v in SMALL.items() if k != "grid"} | {"points": points})
    assert s.dims == ("point",)
    assert [p.sigma_E for p in s.models()] == [0.3, 0.6]


def test_its_ends_are_corners_with_the_same_draws():
    whole = small(replicates=3)
    ends = whole.ends()
    assert (ends.shape, ends.replicates) == ((2, 2), 1)
    assert ends.axes["noise_ratio"] == (whole.axes["noise_ratio"][0], whole.axes["noise_ratio"][-1])
    here, there = (
        s.work("simulation", at, replicate=0) for s, at in ((ends, (1, 1)), (whole, (1, 2)))
    )
    assert here.seed == there.seed
    points = {"sigma_z": [0.5], "noise_ratio": [0.3]}
    one = study({k: v for k, v in SMALL.items() if k != "grid"} | {"points": points})
    assert one.ends().points == 1


def test_ranges():
    grid = {
        "sigma_z": {"start": 0, "stop": 1, "num": 3},
        "noise_ratio": {"start": 0.1, "stop": 10, "num": 3, "spacing": "log"},
        "N": {"start": 3, "stop": 300, "num": 3, "spacing": "log"},
    }
    parameters = {"C": 3, "D": 1e9, "sigma_c": 1.0}
    axes = small(grid=grid, parameters=parameters).axes
    np.testing.assert_allclose(np.array(axes["sigma_z"], dtype=float), [0, 0.5, 1])
    np.testing.assert_allclose(np.array(axes["noise_ratio"], dtype=float), [0.1, 1, 10])
    assert axes["N"] == (3, 30, 300)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"grid": {"sigma_q": [1.0]}}, "parameter must be one of N, C, D"),
        ({"grid": {}}, "no points"),
        ({"grid": {"sigma_z": [], "noise_ratio": [1.0]}}, "no points: sigma_z has no values"),
        ({"points": {"sigma_z": [1.0]}}, "give one of [grid] and [points]"),
        ({"grid": {"sigma_z": [1.0, 1.0], "noise_ratio": [1.0]}}, "sigma_z must not hold a value"),
        ({"grid": {"sigma_z": [-1.0], "noise_ratio": [1.0]}}, "sigma_z must be at least 0, got -1"),
        ({"grid": {"sigma_z": ["a"], "noise_ratio": [1.0]}}, "sigma_z must be a real number"),
        ({"grid": {"sigma_z": [1.0]}}, "sigma_E or noise_ratio must be set"),
        ({"grid": {"sigma_z": [1.0], "noise_ratio": [1.0], "D": [9]}}, "D is set twice"),
        ({"grid": {"sigma_z": 1.0, "noise_ratio": [1.0]}}, "must be a list or a range"),
        ({"grid": {"sigma_z": {"start": 1}}}, "sigma_z needs stop"),
        ({"grid": {"sigma_z": {"begin": 1}}}, "key of sigma_z must be one of start"),
        ({"observables": ["loss_curve"]}, "observables of theory and simulation must be one of"),
        ({"observables": []}, "must not be empty"),
        ({"observables": ["eigenvalues"]}, "must include one that theory gives"),
        ({"sources": ["network"]}, "sources must be one of theory, simulation"),
        ({"seed": None}, "seed must be set"),
        ({"replicates": 0}, "replicates must be at least 1, got 0"),
        ({"colour": 1}, "key must be one of"),
        ({"parameters": SMALL["parameters"] | {"labels": "odd"}}, "labels must be one of"),
        ({"parameters": SMALL["parameters"] | {"N": 1.5}}, "N must be an integer, got 1.5"),
    ],
)
def test_bad_definitions_are_one_line(changes, message):
    said = refused(SMALL | changes)
    assert message in said
    assert "\n" not in said


def test_the_time_of_a_cell_is_its_operations_and_what_a_small_one_takes(monkeypatch):
    grid = {"N": [12, 12000], "sigma_z": [0.5, 1.0, 2.0], "noise_ratio": [0.3]}
    parameters = {"C": 3, "sigma_c": 1.0, "D": 10**9}
    large = small(grid=grid, parameters=parameters, observables=["lambda_max"])
    ran = []

    def values(cell, names):
        ran.append(cell.params.N)
        raise ArithmeticError("no root")

    monkeypatch.setattr("simulate.studies.model_cells.Draw.values", values)
    clock = iter([0, 9, 0, 1, 0, 1])  # the first compiles
    monkeypatch.setattr("simulate.studies.definition.perf_counter", lambda: float(next(clock)))
    operations = [2.0 * (2 * N) ** 3 / 3e10 for N in (12, 12000)]
    expected = np.mean(operations) + 1 - operations[0]
    np.testing.assert_allclose(large.seconds("simulation"), expected, rtol=1e-9)
    assert ran == [12] * 3


def test_points_of_unequal_length():
    points = {"sigma_z": [0.5, 2.0], "noise_ratio": [0.3]}
    tables = {k: v for k, v in SMALL.items() if k != "grid"} | {"points": points}
    assert "got sigma_z 2, noise_ratio 1" in refused(tables)


def test_files_that_do_not_define_a_study(tmp_path):
    for name, text, message in (
        ("a.toml", "x = ", "is not TOML"),
        ("b.toml", "x = 1", "b.toml: key must be one of"),
    ):
        (tmp_path / name).write_text(text)
        with pytest.raises(InputError, match=message):
            load(tmp_path / name)
    with pytest.raises(InputError, match="No such file"):
        load(tmp_path / "none.toml")

"""``fort-ganguli simulate`` as its users run it."""

import json

import pytest

from tests.support.program import command_line
from theory import record

SCALES = ["--C", "4", "--sigma-z", "1", "--sigma-c", "1", "--sigma-E", "0.7", "--seed", "0"]


def run(*arguments):
    return command_line.run("simulate", *SCALES, *arguments)


def test_top_agrees_with_the_full_spectrum(tmp_path):
    size = ["--N", "60", "--D", "1e6", "--replicates", "30", "--json"]
    done = run(*size, "--top", "4", "--out", str(tmp_path / "top.nc"))
    assert done.returncode == 0, done.stderr
    top, full = json.loads(done.stdout), json.loads(run(*size).stdout)
    assert top["provenance"]["parameters"]["top"] == 4
    assert "trace_mean" not in top
    assert top["bulk_max_mean"] == pytest.approx(full["bulk_max_mean"], rel=0.03)
    for a, b, error in zip(
        top["outliers_mean"], full["outliers_mean"], full["outliers_sem"], strict=True
    ):
        assert abs(a - b) < 6 * error
    assert record.load(tmp_path / "top.nc").sizes == {"replicate": 30, "rank": 4}


def test_too_many_for_a_full_spectrum_points_to_the_top():
    done = run("--N", "1e5", "--D", "1e9", "--replicates", "1")
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].endswith("got 300000: ask for the top")


def test_what_does_not_converge_is_one_line():
    done = run("--N", "3000", "--D", "1e9", "--replicates", "1", "--top", "1500")
    assert done.returncode == 2
    assert "--top 1500: 1500 eigenpairs need more than 1000 directions" in done.stderr
    assert "Traceback" not in done.stderr


def test_device_draws_the_same_law():
    pytest.importorskip("torch")
    size = ["--N", "30", "--D", "1e6", "--replicates", "60", "--json"]
    done = run(*size, "--device", "cpu")
    assert done.returncode == 0, done.stderr
    ours, other = json.loads(done.stdout), json.loads(run(*size).stdout)
    assert ours["provenance"]["parameters"]["device"] == "cpu"
    assert ours["outliers_mean"] != other["outliers_mean"]
    for a, b, error in zip(
        ours["outliers_mean"], other["outliers_mean"], other["outliers_sem"], strict=True
    ):
        assert abs(a - b) < 6 * error


def test_a_device_that_is_not_there_is_one_line():
    pytest.importorskip("torch")
    done = run("--N", "30", "--D", "1e6", "--device", "cuda:99")
    assert done.returncode == 2
    assert "device cuda:99 is not there: torch sees" in done.stderr
    assert "Traceback" not in done.stderr

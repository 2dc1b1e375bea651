"""The command minima: numbers of theory, searches that go on, refusals, the picture."""

from __future__ import annotations

import json

import numpy as np
import pytest
import xarray as xr
from matplotlib.figure import Figure

from figures.minima import searches, searches_picture
from simulate.perceptron import Searches
from tests.support.program.command_line import run
from theory import perceptron
from theory.records import record

FEW = ("--algorithms", "focusing", "annealing", "--sweeps", "80", "--distance", "0.1")
SMALL = ("minima", "search", "--N", "51", *FEW, "--alpha")
CAPACITY = 0.8331


@pytest.fixture(scope="module")
def searched(tmp_path_factory):
    out = tmp_path_factory.mktemp("minima") / "run"
    done = run(*SMALL, "0.2", "0.9", "--replicates", "2", "--json", "--out", str(out))
    assert done.returncode == 0, done.stderr
    return out, json.loads(done.stdout)


def test_theory_as_numbers():
    done = run(
        *("minima", "theory", "--alpha", "0.5", "--reference-margin", "0.2"),
        *("--distance", "0.1", "--json"),
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["capacity"] == pytest.approx(CAPACITY, abs=5e-5)
    assert told["entropy"] == float(perceptron.entropy(0.5))
    around = perceptron.local_entropy(0.1, alpha=0.5, reference_margin=0.2)
    assert told["local_entropy"] == [pytest.approx(float(around), abs=1e-9)]
    assert told["provenance"]["parameters"]["reference_margin"] == 0.2


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("theory", "--alpha", "1.5"), "alpha must be at least 0 and below 1.27324"),
        (("theory", "--alpha", "0"), "minima theory: error: alpha must be greater than 0, got 0"),
        (("theory", "--alpha", "0.5", "--reference-margin", "nan"), "reference_margin must be"),
        (("theory", "--alpha", "0.5", "--distance", "0"), "distance must lie in"),
        (
            ("theory", "--alpha", "1", "--weights", "spherical", "--distance", "0.1"),
            "--distance is not of spherical weights, got [0.1]",
        ),
        (("theory", "--alpha", "1", "--noise", "1", "--kappa", "0"), "--kappa is not of --noise"),
        (
            ("theory", "--alpha", "1", "--noise", "1", "--weights", "spherical"),
            "--weights is not of --noise, got spherical",
        ),
        (("theory", "--alpha", "1", "--noise", "1", "--overlap", "2"), "overlap must lie in"),
        (("theory", "--alpha", "0.5", "--errors", "0.1"), "--errors is not of binary weights"),
        (("search", "--N", "10"), "N must be odd, got 10"),
        (("search", "--algorithms", "guessing"), "invalid choice: 'guessing'"),
        ((), "the following arguments are required: PART"),
    ],
)
def test_bad_input_is_one_line_before_work(arguments, told, tmp_path):
    done = run("minima", *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert told in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not list(tmp_path.iterdir())


def test_searches_and_their_picture_are_saved(searched):
    out, told = searched
    for suffix in (".png", ".pdf", ".svg", ".nc"):
        assert (out / f"success{suffix}").stat().st_size > 1000
    made = record.load(out / "searches.nc")
    assert json.loads(made.provenance)["parameters"]["N"] == 51
    assert told["focusing"]["solved"] == [1.0, float((made.errors[0, 1] == 0).mean())]
    assert told["typical"][0] > 0
    assert told["typical"][1] is None  # above the capacity


@pytest.mark.usefixtures("unrendered")
def test_the_same_command_goes_on_and_another_is_refused(searched):
    out, told = searched
    again = run(*SMALL, "0.2", "0.9", "--replicates", "2", "--json", "--out", str(out))
    assert json.loads(again.stdout)["focusing"] == told["focusing"]
    other = run(*SMALL, "0.2", "0.9", "--replicates", "3", "--out", str(out))
    assert other.returncode == 2
    assert "holds another run, its replicates is 2, not 3" in other.stderr


@pytest.mark.usefixtures("unrendered")
def test_the_smallest_run_takes_what_is_asked_for(tmp_path):
    asked = ("--fast", "--algorithms", "focusing", "--alpha", "0.2", "--replicates", "1", "--json")
    done = run("minima", "search", *asked, "--out", str(tmp_path / "run"))
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout)["provenance"]["parameters"]
    assert made == (
        Searches.smallest(algorithms=("focusing",), alpha=(0.2,), replicates=1).as_dict()
    )


def drawn(solved: list[int], around: list[float]) -> tuple[xr.Dataset, Searches]:
    settings = Searches(alpha=(0.3,), algorithms=("focusing",), replicates=len(solved))
    dims = ("algorithm", "alpha", "replicate")
    errors = np.array([[[0.0 if each else 3.0 for each in solved]]])
    found = xr.Dataset(
        {"errors": (dims, errors), "local_entropy": (dims, np.array([[around]]))},
        coords={"algorithm": ["focusing"], "alpha": [0.3]},
    )
    return searches.compared(found, settings), settings


def test_shares_have_wilson_intervals_and_means_their_errors():
    data, _ = drawn([1, 1, 1, 0], [0.1, 0.3, np.nan, np.nan])
    assert data.solved.item() == 0.75
    z, n, p = 1.959964, 4, 0.75
    centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    ends = data.solved_low.item(), data.solved_high.item()
    np.testing.assert_allclose(ends, (centre - half, centre + half), rtol=1e-5)
    assert data.around.item() == pytest.approx(0.2)
    assert data.around_error.item() == pytest.approx(0.1)
    typical = float(perceptron.local_entropy(0.02, alpha=60 / 201))  # patterns are whole
    assert data.typical.item() == pytest.approx(typical)


def test_the_picture_tells_what_is_theory():
    data, _ = drawn([1, 0], [0.1, np.nan])
    figure = Figure()
    axes = figure.subplots(2)
    for name, ax in zip(searches_picture.PANELS, axes, strict=True):
        searches_picture.draw(data, ax, name=name)
    labels = {label for ax in axes for label in ax.get_legend_handles_labels()[1]}
    assert {
        "focusing belief propagation",
        "capacity, theory",
        "typical solution, theory",
        "all weight vectors",
    } == labels
    assert "0.02" in axes[1].get_ylabel()


@pytest.mark.usefixtures("unrendered")
def test_quiet_and_debug_count_before_the_part(tmp_path):
    small = ("search", "--N", "11", "--alpha", "0.2", "--replicates", "1")
    done = run("minima", "--quiet", *small, "--out", str(tmp_path / "run"))
    assert done.returncode == 0
    assert done.stderr == ""
    refused = run("minima", "--debug", "theory", "--alpha", "0")
    assert refused.returncode == 2
    assert "Traceback" in refused.stderr

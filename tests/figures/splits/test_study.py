"""The command levels: what it writes, keeps and says of a table's network."""

import json

import numpy as np
import pytest

from figures import cli
from figures.commands.networks.levels import run
from figures.judge.errors import OTHER
from figures.splits import report, study
from figures.splits.settings import Levels
from theory import InputError, record

pytestmark = pytest.mark.slow  # trains and measures a network
SETTINGS = Levels(networks=("wine",), splits=2, fast=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("levels")
    run(SETTINGS, out=out)
    return out


def test_sizes_are_those_of_fit(folder):
    from figures.fit import fit

    found = record.load(folder / "levels.nc")
    measured = record.load(folder / "networks" / "wine-small" / "split-1" / "measured.nc")
    own = fit(measured)
    size = found["size"].sel(network="wine").isel(split=1)
    for source in study.SOURCES:
        expected = np.abs(own.outlier_error.sel(source=source)).mean("outlier")
        assert size.sel(source=source, quantity="outliers").values == pytest.approx(expected.values)
        expected = own.bulk_distance.sel(source=source).values
        assert size.sel(source=source, quantity="bulk").values == pytest.approx(expected)
    top = own.hessian_top.sel(sum="predicted G ⊞ K") / own.hessian_top.sel(sum="measured") - 1
    of_last = size.sel(source=report.LAST, quantity="top").values
    assert of_last == pytest.approx(np.abs(top.values), rel=1e-6)


def test_two_samples_of_H_are_two_splits(folder):
    found = record.load(folder / "levels.nc")["size"].sel(source=OTHER, quantity="top")
    first, second = found.isel(network=0, epoch=-1).values
    assert 1 / (1 + first) == pytest.approx(1 + second) or first == pytest.approx(
        1 - 1 / (1 + second)
    )


def test_what_is_done_is_not_made_again(folder, monkeypatch):
    monkeypatch.setattr(study, "sizes", lambda measured: 1 / 0)
    again = run(SETTINGS, out=folder)
    assert again["size"].equals(record.load(folder / "levels.nc")["size"])


def test_the_report_and_the_numbers(folder, capsys):
    assert "ReLU, wine" in (folder / "report.md").read_text()
    for name in ("levels.png", "levels.pdf", "levels.svg"):
        assert (folder / name).stat().st_size > 1000
    arguments = ["levels", "--networks", "wine", "--splits", "2", "--fast", "--json"]
    assert cli.main([*arguments, "--out", str(folder)]) == 0
    told = json.loads(capsys.readouterr().out)["networks"]["wine"]
    assert [point["epoch"] for point in told] == [0.0, 1.0]


def test_more_splits_than_a_study_can_end_with_are_refused(tmp_path, capsys):
    assert cli.main(["levels", "--splits", "1e9", "--out", str(tmp_path / "out")]) == 2
    assert "splits must be at most 1000, got 1000000000" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_another_study_is_not_replaced(folder):
    with pytest.raises(InputError, match=r"another run, its splits is 2, not 3"):
        run(Levels(networks=("wine",), splits=3, fast=True), out=folder)

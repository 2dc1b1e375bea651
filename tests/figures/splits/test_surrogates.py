"""Surrogates of a table's network on two splits, through the command."""

import json

import numpy as np
import pytest

from figures import cli
from figures.judge.errors import OTHER
from figures.splits import surrogates as study
from figures.splits.run import run_surrogates
from figures.splits.settings import Levels
from theory import InputError, record

pytestmark = pytest.mark.slow  # trains and measures a network
SETTINGS = Levels(networks=("wine",), splits=2, fast=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("surrogates")
    run_surrogates(SETTINGS, out=out)
    return out


def test_other_examples_differ_by_what_the_levels_are_told_by(folder, tmp_path):
    from figures.splits.run import run

    own = record.load(folder / "surrogates.nc").error.sel(surrogate=OTHER)
    size = run(SETTINGS, out=tmp_path)["size"].sel(source=OTHER)
    for quantity in ("outliers", "bulk"):
        expected = size.sel(quantity=quantity).transpose("network", "epoch", "split").values
        found = own.sel(quantity=quantity).transpose("network", "epoch", "split").values
        np.testing.assert_allclose(found, expected, rtol=1e-4)


def test_what_is_done_is_not_made_again(folder, monkeypatch):
    monkeypatch.setattr(study, "_split", lambda asked: 1 / 0)
    again = run_surrogates(SETTINGS, out=folder)
    assert again.error.equals(record.load(folder / "surrogates.nc").error)


def test_report_and_numbers(folder, capsys):
    assert "ReLU, wine" in (folder / "report.md").read_text()
    asked = ["levels", "--surrogates", "--networks", "wine", "--splits", "2", "--fast", "--json"]
    assert cli.main([*asked, "--out", str(folder)]) == 0
    assert "error" in json.loads(capsys.readouterr().out)["surrogates"]["data_vars"]


def test_another_study_is_not_replaced(folder):
    with pytest.raises(InputError, match=r"another run, its splits is 2, not 3"):
        run_surrogates(Levels(networks=("wine",), splits=3, fast=True), out=folder)

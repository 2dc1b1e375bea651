"""Tables of a record's observables."""

from __future__ import annotations

import csv
import io
import json
import re

import numpy as np
import pytest
import xarray as xr

from figures.reports import observables
from theory import InputError
from theory.observables import OBSERVABLES
from theory.records.provenance import provenance
from theory.records.record import variable

MADE_BY = provenance(command="example", parameters={}, seed=0)


@pytest.fixture
def record() -> xr.Dataset:
    one = {
        "loss": variable("loss", [2.0, 1e-9], dims=["epoch"]),
        "sigma_c": variable("sigma_c", [[1.0, 2], [3, np.nan]], dims=["epoch", "level"]),
        "share_error": variable("share_error", [[0.1, 0.2], [0.3, 0.4]], dims=["epoch", "source"]),
        "eigenvalues": variable("eigenvalues", np.arange(6.0).reshape(2, 3), dims=["epoch"]),
    }
    coords = {"epoch": [0.0, 5.0], "level": ["FG", "cluster"], "source": ["FG", "others"]}
    return xr.Dataset(one, coords, attrs={"provenance": json.dumps(MADE_BY)})


def test_a_row_for_each_epoch_and_level_and_what_is_missing_is_empty(record):
    found = observables.table(record)
    assert found.names == ["epoch", "level", "loss", "share_error", "sigma_c"]
    cells = {(row[0], row[1]): row[2:] for row in found.rows}
    assert cells[0.0, "FG"] == [2.0, 0.1, 1.0]
    assert cells[5.0, "cluster"] == [1e-9, None, None]
    assert cells[5.0, "others"] == [1e-9, 0.4, None]
    assert len(cells) == len(found.rows) == 6


def test_other_axes_are_columns(record):
    found = observables.table(record, observables=["eigenvalues"], first=2)
    assert found.names == ["epoch", "eigenvalues[rank=1]", "eigenvalues[rank=2]"]
    assert found.rows == [[0.0, 0.0, 1.0], [5.0, 3.0, 4.0]]
    assert found.units[1:] == ["nat/weight^2"] * 2


def test_observables_of_one_symbol_are_told_by_their_names(record):
    twice = record.assign(shuffled_share_error=record.share_error)
    found = observables.table(twice, observables=["share_error", "shuffled_share_error", "loss"])
    assert found.symbols[2:] == ["share_error", "shuffled_share_error", OBSERVABLES["loss"].symbol]


def test_a_record_without_epochs_has_no_table_by_default(record):
    draws = record[["eigenvalues"]].rename(epoch="replicate")
    told = "observable must be given where none has one number at each epoch and level: one of eig"
    with pytest.raises(InputError, match=told):
        observables.table(draws)
    assert len(observables.table(draws, observables=["eigenvalues"]).names) == 6


def test_csv_has_all_digits(record):
    precise = record.assign(loss=record.loss + 1 / 3)
    text = observables.text(precise, observables.table(precise, observables=["loss"]), form="csv")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [float(row["loss (nat)"]) for row in rows] == precise.loss.values.tolist()


def test_markdown_and_latex_say_what_made_the_record(record):
    found = observables.table(record)
    for form in ("markdown", "latex"):
        assert MADE_BY["date"] in observables.text(record, found, form=form)
    latex = observables.text(record, found, form="latex")
    assert latex.count(r"\\") == 1 + len(found.rows)
    assert all(latex.count(rule) == 1 for rule in (r"\toprule", r"\midrule", r"\bottomrule"))
    assert r"$\sigma _c$ (nat/weight)" in latex
    assert r"$1\cdot 10^{-9}$" in latex
    *_, body = latex.partition(r"\toprule")
    assert body.isascii()
    assert len({line.count("&") for line in body.splitlines() if "&" in line}) == 1


@pytest.mark.parametrize("name", OBSERVABLES)
def test_each_registered_symbol_is_set_in_latex(name):
    ready = observables.latex_symbol(OBSERVABLES[name].symbol, name)
    assert ready.isascii()
    assert ready.count("{") == ready.count("}")
    assert ready.startswith("$") or re.fullmatch(r"(\w|\\_)+", ready)


def test_an_unknown_name_is_answered_with_those_there_are(record):
    with pytest.raises(
        InputError, match=r"one of eigenvalues, loss, share_error, sigma_c, got 'x'"
    ):
        observables.table(record, observables=["loss", "x"])
    with pytest.raises(InputError, match="first must be at least 1, got 0"):
        observables.table(record, first=0)


def test_classes_are_called_by_their_names():
    found = xr.Dataset(
        {
            "nearest_class": variable("nearest_class", [[1.0, np.nan]], dims=("epoch",)),
            "mean_outputs": variable("mean_outputs", [np.eye(2)], dims=("epoch",)),
        },
        coords={"epoch": [0.0], "class_name": ("label", ["ant", "bee"])},
    )
    shown = observables.table(found, observables=["nearest_class", "mean_outputs"], first=2)
    assert shown.rows[0] == [0.0, "bee", None, 1.0, 0.0, 0.0, 1.0]
    assert shown.names[3:5] == [
        "mean_outputs[label=ant, logit=ant]",
        "mean_outputs[label=ant, logit=bee]",
    ]
    unnamed = found.drop_vars("class_name")
    assert observables.table(unnamed, observables=["nearest_class"]).rows[0][1] == 1.0

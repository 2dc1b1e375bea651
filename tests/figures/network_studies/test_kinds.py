"""Kinds of studies are told apart, in files and in stores."""

import re
import tomllib
from pathlib import Path

import pytest

from figures.network_studies import kinds
from simulate.studies import study as model
from simulate.studies.sweep import sweep
from tests.support.studies.network_studies import SMALL, small
from tests.support.studies.studies import SMALL as OF_THE_MODEL
from tests.support.studies.studies import bits
from theory import InputError


def test_a_study_is_of_networks_if_it_has_one_of_their_tables():
    assert kinds.defined(SMALL) == small()
    assert kinds.defined(OF_THE_MODEL) == model.study(OF_THE_MODEL)
    with pytest.raises(InputError, match="key must be one of network, data"):
        kinds.defined(OF_THE_MODEL | {"network": {}})
    with pytest.raises(InputError, match="did you mean 'network'"):
        kinds.defined({"netwrok": {}})


def test_searches_and_cuts_are_kinds_of_their_own():
    search = {"search": {}, "seed": 0, "observables": ["solved"], "grid": {"alpha": [0.3]}}
    cuts = {
        "cuts": {"D": 9, "codimension": 3, "share": 0.1}, "observables": ["met_nearest"],
        "grid": {"dimension": [1, 2]},
    }  # fmt: skip
    assert [kinds.defined(each).KIND for each in (search, cuts)] == ["search", "cuts"]
    assert len({kind.KIND for kind in kinds.KINDS}) == len(kinds.KINDS)


def test_the_studies_of_the_page_are_studies():
    page = (Path(__file__).parents[3] / "docs" / "studies.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    found = [kinds.defined(tomllib.loads(block)).KIND for block in blocks]
    assert found == ["model", "network", "search", "cuts"]


def test_files(tmp_path):
    (tmp_path / "a.toml").write_text("x = 1")
    with pytest.raises(InputError, match=r"a\.toml: key must be one of"):
        kinds.load(tmp_path / "a.toml")


def test_a_store_of_the_other_kind_is_refused_and_left(whole, tmp_path):
    assert kinds.read(whole).study == small()
    before = bits(whole)
    of_the_model = model.study(OF_THE_MODEL | {"sources": ["theory"]})
    with pytest.raises(InputError, match="its kind is network, not model"):
        sweep(of_the_model, whole)
    assert bits(whole) == before
    sweep(of_the_model, tmp_path / "m.zarr")
    assert "kind" not in of_the_model.as_dict()  # as in stores of before there were kinds
    assert kinds.read(tmp_path / "m.zarr").study == of_the_model
    with pytest.raises(InputError, match="its kind is model, not network"):
        sweep(small(), tmp_path / "m.zarr")

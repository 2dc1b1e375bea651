"""The table of figures against their modules."""

import inspect
import re
from pathlib import Path

import pytest

from figures.gallery import registry
from theory import InputError

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("name", list(registry.FIGURES))
def test_a_figure_has_its_module(name):
    module = registry.module(name)
    given = list(inspect.signature(module.compute).parameters)
    model = registry.FIGURES[name].needs in ("model", "torch")
    assert given == (["settings"] if model else ["settings", "networks"])
    assert list(inspect.signature(module.draw).parameters) == ["data", "axes"]


def test_a_record_is_enough_for_all_but_those_that_need_the_network():
    all_ = registry.chosen([])
    kept = registry.of_a_record(all_, named=False)
    assert {*all_} - {*kept} == {n for n in all_ if registry.FIGURES[n].needs == "checkpoints"}
    with pytest.raises(InputError, match="figure batch needs the network itself, got a record"):
        registry.of_a_record(["rem", "batch"], named=True)


def test_names_are_chosen_once_in_order_and_all_without_any():
    assert registry.chosen(["rem", "phase", "rem"]) == ("phase", "rem")
    assert registry.chosen([]) == tuple(registry.FIGURES)
    with pytest.raises(InputError, match="figure must be one of clustering"):
        registry.chosen(["nothing"])


def test_what_the_findings_name_is_a_figure_and_each_is_named():
    page = (ROOT / "docs" / "findings.md").read_text()
    groups = re.findall(r"\((`[a-z]+`(?:[,;]\s[^()]*)?)\)", page)
    named = {name for group in groups for name in re.findall(r"`([a-z]+)`", group)}
    assert named == set(registry.FIGURES)
    for picture in re.findall(r"!\[[^]]*\]\(([^)]+)\)", page):
        assert (ROOT / "docs" / picture).is_file()

"""The names of what can be measured."""

from __future__ import annotations

import re

import pytest

from empirical.groups import observable_groups
from empirical.groups.measured_groups import MEASURES
from theory.checks import InputError
from theory.observables import OBSERVABLES


def test_every_group_is_measured_and_has_its_mark():
    assert list(MEASURES) == list(observable_groups.GROUPS)
    for group in observable_groups.GROUPS.values():
        assert re.sub("^(shuffled|resampled|layer)_", "", group.mark) in OBSERVABLES
    assert (
        set(observable_groups.COMPARED)
        < set(observable_groups.USUAL)
        < set(observable_groups.GROUPS)
    )


def test_choosing_keeps_the_order_of_the_table():
    assert observable_groups.chosen(["terms", "logits", "terms"]) == ("logits", "terms")
    assert observable_groups.held(["p", "loss", "term_top"]) == ("logits", "terms")


def test_a_missing_group_is_named():
    observable_groups.require(["model", "logits"], ["logits", "model"], by="this")
    with pytest.raises(InputError, match="this needs model: measure with --observe logits model"):
        observable_groups.require(["logits"], ["logits", "model"], by="this")

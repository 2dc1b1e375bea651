"""The names of what can be measured."""

from __future__ import annotations

import re

import pytest

from empirical import groups
from empirical.measure import MEASURES
from theory.checks import InputError
from theory.observables import OBSERVABLES


def test_every_group_is_measured_and_has_its_mark():
    assert list(MEASURES) == list(groups.GROUPS)
    for group in groups.GROUPS.values():
        assert re.sub("^(shuffled|resampled)_", "", group.mark) in OBSERVABLES
    assert set(groups.COMPARED) < set(groups.USUAL) < set(groups.GROUPS)


def test_choosing_keeps_the_order_of_the_table():
    assert groups.chosen(["terms", "logits", "terms"]) == ("logits", "terms")
    assert groups.held(["p", "loss", "term_top"]) == ("logits", "terms")


def test_a_missing_group_is_named():
    groups.require(["model", "logits"], ["logits", "model"], by="this")
    with pytest.raises(InputError, match="this needs model: measure with --observe logits model"):
        groups.require(["logits"], ["logits", "model"], by="this")

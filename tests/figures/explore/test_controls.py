"""Sliders, levels and presets against the model that they set."""

import re
from dataclasses import fields, replace

import pytest

from figures.explore import controls
from theory import Params, averages
from theory.params import LABEL_LAWS

STANDARD = Params(**controls.STANDARD)


def test_every_parameter_has_a_control_and_a_sentence():
    told = controls.about()
    assert {*controls.CONTROLS, "labels"} == {field.name for field in fields(Params)}
    sentences = [
        each["assumes"] for group in ("parameters", "labels", "levels") for each in told[group]
    ]
    assert all(re.fullmatch(r"[A-ZΔ].{20,}\.", sentence) for sentence in sentences)
    assert tuple(controls.LABELS) == LABEL_LAWS


@pytest.mark.parametrize("preset", controls.about()["presets"], ids=lambda preset: preset["name"])
def test_a_preset_is_a_model_that_its_name_tells(preset):
    params = Params(**preset["sets"])
    found = averages.outliers(params)
    below = preset["name"].startswith("below")
    assert (len(found.mean) == 0) == below
    if preset["name"].startswith("two bands"):
        assert len(found.mean) > params.C - 1


def test_sliders_reach_the_standard_model_and_no_further_than_the_parameters():
    for name, control in controls.CONTROLS.items():
        standard = controls.defaults_of({})[name]
        assert control.low <= standard <= control.high
        if name not in ("margin", "rho"):
            for end in (control.low, control.high):
                replace(STANDARD, **{name: int(end) if name in "NCD" else end})

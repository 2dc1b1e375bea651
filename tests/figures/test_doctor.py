"""The checkup: what is there is told, and a wrong theory would be found out."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import scipy

from figures import doctor
from tests.support.program.command_line import run


def test_theory_agrees_with_its_samples_at_other_seeds():
    assert all(doctor.agrees(doctor.self_check(seed=seed)) for seed in (1, 2))


@pytest.mark.parametrize(
    "wrong",
    [{"sigma_c": 1.08}, {"sigma_E": 0.85}, {"N": 200}, {"labels": "balanced"}],
    ids=lambda wrong: next(iter(wrong)),
)
def test_samples_of_another_model_are_found_out(monkeypatch, wrong):
    true = doctor.predict
    other = replace(doctor.PARAMS, **wrong)
    monkeypatch.setattr(doctor, "predict", lambda _, *, seed: true(other, seed=seed))
    assert not doctor.agrees(doctor.self_check())


def test_the_installation_is_told():
    found = doctor.installation()
    assert found["libraries"]["numpy"] == np.__version__
    assert found["libraries"]["scipy"] == scipy.__version__
    assert found["devices"][0] == "cpu"
    assert all("threads" in each for each in found["linear algebra"])
    assert found["threads"]["OMP_NUM_THREADS"] == "1"  # as conftest.py sets it


def test_what_is_missing_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(doctor, "find_spec", lambda name: None if name == "torch" else object())
    found = doctor.installation()
    assert "pip install torch" in found["missing"]["torch"]
    assert found["devices"] == ["cpu"]


def test_the_command_says_so_and_its_status_is_zero():
    done = run("doctor")
    assert done.returncode == 0, done.stderr
    assert "theory and samples agree" in done.stdout
    told = json.loads(run("doctor", "--json").stdout)
    assert told["agrees"] is True
    assert told["self-check"] == doctor.self_check()


def test_the_status_is_one_where_they_disagree(monkeypatch):
    monkeypatch.setattr(doctor, "agrees", lambda _: False)
    done = run("doctor")
    assert done.returncode == 1
    assert "DISAGREE" in done.stdout
    assert "self-check" in done.stderr

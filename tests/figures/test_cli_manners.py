"""Suggestions, groups, colour and silence of the command line."""

from __future__ import annotations

import io
import re
import sys

import pytest

from figures import cli
from figures.options import colour
from simulate.studies.study import study
from tests.support.program.command_line import run
from theory import InputError

SIZES = ["--N", "30", "--C", "3", "--D", "100"]
BASE = [*SIZES, "--sigma-z", "1", "--sigma-c", "1", "--sigma-E", "0.7"]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        (["predct"], "predict"),
        (["predict", "--sigmaz", "1"], "--sigma-z"),
        (["predict", *BASE, "--lables=uniform"], "--labels"),
        (["predict", *BASE, "--labels", "blanced"], "balanced"),
        (["measure", "--observe", "spectrm"], "spectrum"),
    ],
)
def test_a_misspelt_word_is_answered_with_the_one_meant(arguments, meant):
    done = run(*arguments)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.endswith(f"; did you mean {meant!r}?\n")


@pytest.mark.parametrize("word", ["xyz", "--qqqq"])
def test_where_nothing_is_near_nothing_is_suggested(word):
    done = run("predict", *BASE, word)
    assert done.returncode == 2
    assert "did you mean" not in done.stderr


def test_an_abbreviation_is_no_misspelling(tmp_path):
    assert run("predict", *BASE, "--lab", "balanced", "--js").returncode == 0


@pytest.mark.parametrize(
    ("tables", "meant"),
    [
        ({"gird": {}}, "grid"),
        ({"grid": {"noise_ration": [1.0]}}, "noise_ratio"),
        ({"grid": {"sigma_z": [1.0]}, "observables": ["lamda_max"]}, "lambda_max"),
    ],
)
def test_so_are_keys_and_observables_of_a_study(tables, meant):
    with pytest.raises(InputError, match=r"did you mean '\w+'\?") as refused:
        study(tables)
    assert str(refused.value).endswith(f"; did you mean {meant!r}?")


def test_every_command_is_in_one_group_of_the_help():
    text = cli.parser().format_help()
    listed = re.findall(r"^  (\w+)  +\S", text, flags=re.MULTILINE)
    assert [name for name in listed if name in cli.COMMANDS] == list(cli.COMMANDS)
    assert all(f"\n{title}:\n" in text for title in cli.GROUPS)
    assert "exit status:" in text


def test_colour_is_for_terminals_alone(monkeypatch):
    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    assert colour.headings("usage: x\n\nthe model:\n") == "usage: x\n\nthe model:\n"
    monkeypatch.setattr(sys, "stdout", Terminal())
    monkeypatch.setattr(sys, "stderr", Terminal())
    assert colour.headings("options:\n  -h\n") == "\x1b[1moptions:\x1b[0m\n  -h\n"
    assert colour.said("error: no") == "\x1b[1;31merror\x1b[0m: no"
    assert colour.said("interrupted") == "interrupted"
    monkeypatch.setenv("NO_COLOR", "1")
    assert colour.said("error: no") == "error: no"


def test_help_and_errors_have_no_colour_where_they_are_piped():
    for arguments in (["--help"], ["predct"]):
        done = run(*arguments)
        assert "\x1b" not in done.stdout + done.stderr


def test_quiet_says_only_what_stops_it(tmp_path):
    out = str(tmp_path / "prediction.nc")
    assert "saved" in run("predict", *BASE, "--out", out).stderr
    done = run("predict", *BASE, "--out", out, "--quiet")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout
    refused = run("predict", "--N", "4", *BASE[2:], "--out", out, "--quiet")
    assert refused.returncode == 2
    assert refused.stderr.count("\n") == 1

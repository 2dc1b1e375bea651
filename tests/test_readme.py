"""The README's commands and code run as they stand."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from figures import cli
from figures.predict import predict

README_FILE = Path(__file__).resolve().parents[1] / "README.md"
README = README_FILE.read_text()
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", README, flags=re.DOTALL)
COMMANDS = [
    line.split("#")[0].strip()
    for language, text in BLOCKS
    for line in text.splitlines()
    if language == "sh" and line.startswith("fort-ganguli")
]
LONG = (
    "measure",
    "fit",
    "levels",
    "compare",
    "sweep",
    "draw",
    "table",
    "goldilocks",
    "wedges",
    "figures",
    "report",
)  # run whole in tests/figures


def test_there_are_commands():
    assert len(COMMANDS) >= 4


@pytest.mark.parametrize("command", COMMANDS)
def test_command(command, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    arguments = shlex.split(command)[1:]
    if arguments[0] in LONG:
        cli.parser().parse_args(arguments)
    else:
        assert cli.main(arguments) == 0
        assert capsys.readouterr().out


@pytest.fixture(scope="module")
def shown() -> dict[str, Any]:
    """What the code in Python makes."""
    (code,) = (text for language, text in BLOCKS if language == "python")
    names: dict[str, Any] = {}
    exec(compile(code, "README.md", "exec"), names)
    return names


def test_what_the_readme_lays_over_each_other_agrees(shown):
    """Samples with random means, and with given ones, each on its own prediction and no other."""
    fixed = shown["fixed"].eigenvalues[:, :9]
    error = fixed.std("replicate").values / np.sqrt(20)
    gap = np.abs(fixed.mean("replicate").values - shown["model"].outliers)
    assert np.all(gap < 4 * error + 5e-3 * shown["model"].outliers)
    apart = np.abs(shown["drawn"].values - shown["predicted"].values)
    spread = predict(shown["params"], seed=0).outliers_std.values / np.sqrt(20)
    assert np.all(apart < 4 * spread + 0.01 * shown["predicted"].values)
    crossed = np.abs(shown["drawn"].values - shown["model"].outliers)
    assert np.any(crossed > 4 * spread + 0.01 * shown["predicted"].values)


@pytest.mark.parametrize("code", [text for language, text in BLOCKS if language == "py"])
def test_excerpt(code):
    assert code in (README_FILE.parent / "examples" / "script.py").read_text()

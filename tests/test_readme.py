"""The README's commands and code run as they stand."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from figures import cli

README_FILE = Path(__file__).parents[1] / "README.md"
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
    "compare",
    "sweep",
    "draw",
    "goldilocks",
    "figures",
)  # run whole in tests/figures


def test_there_are_commands():
    assert len(COMMANDS) >= 4


@pytest.mark.parametrize("command", COMMANDS)
def test_command(command, capsys):
    arguments = shlex.split(command)[1:]
    if arguments[0] in LONG:
        cli.parser().parse_args(arguments)
    else:
        assert cli.main(arguments) == 0
        assert capsys.readouterr().out


@pytest.mark.parametrize("code", [text for language, text in BLOCKS if language == "python"])
def test_python(code):
    exec(compile(code, "README.md", "exec"), {})


@pytest.mark.parametrize("code", [text for language, text in BLOCKS if language == "py"])
def test_excerpt(code):
    assert code in (README_FILE.parent / "examples" / "script.py").read_text()

"""The reference of the command line: what ``--help`` says, for each command and its studies."""

from __future__ import annotations

import argparse
import os

from figures import cli


def pages() -> dict[str, str]:
    """A page in Markdown."""
    os.environ["COLUMNS"] = "88"
    os.environ["NO_COLOR"] = "1"
    parser = cli.parser()
    parts = ["# The command line", _help(parser)]
    for name, command in _commands(parser).items():
        parts += [f"## {name}", _help(command)]
        for study, own in _commands(command).items():
            parts += [f"### {name} {study}", _help(own)]
    return {"command_line.md": "\n\n".join(parts) + "\n"}


def _commands(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    found = (each for each in parser._actions if isinstance(each, argparse._SubParsersAction))
    return {name: command for each in found for name, command in each.choices.items()}


def _help(parser: argparse.ArgumentParser) -> str:
    return f"```text\n{parser.format_help().rstrip()}\n```"

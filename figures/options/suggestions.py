"""Errors of the command line in one line, with the word that was probably meant."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any, NoReturn

from figures.options import colour
from theory.checks import did_you_mean


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line, with exit status 2."""

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        try:
            super()._check_value(action, value)
        except argparse.ArgumentError as error:
            error.message += did_you_mean(str(value), [str(each) for each in action.choices or ()])
            raise

    def error(self, message: str) -> NoReturn:
        """One line, and exit status 2."""
        self.exit(2, f"{self.prog}: {colour.said(f'error: {message}')}\n")

    def print_help(self, file: Any = None) -> None:
        """Print the help; unlike argparse, not in silence where that fails."""
        print(colour.headings(self.format_help()), end="", file=file)


class CommandParser(Parser):
    """The parser of a command: an option that is none of its own is an error before any other."""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride]
        """As argparse; unlike it, a misspelt option is not first missed as a required one."""
        if not _parts(self):  # else its parts know their options
            for token in args or ():
                if token == "--":
                    break
                self._require_known(token.partition("=")[0])
        return super().parse_known_args(args, namespace)

    def _require_known(self, name: str) -> None:
        known = [option for option in self._option_string_actions if option.startswith("--")]
        if name.startswith("--") and not any(option.startswith(name) for option in known):
            self.error(f"unrecognized arguments: {name}{did_you_mean(name, known)}")


class GroupedParser(Parser):
    """The parser of all commands, whose help lists them by what they are for."""

    groups: dict[str, Sequence[str]]

    def format_help(self) -> str:
        """The usage, the commands in their groups, and the options."""
        (subparsers,) = _parts(self)
        told = {each.dest: each for each in subparsers._get_subactions()}
        formatter = self._get_formatter()
        formatter.add_usage(self.usage, self._actions, self._mutually_exclusive_groups)
        formatter.add_text(self.description)
        for title, names in self.groups.items():
            formatter.start_section(title)
            formatter.add_arguments([told[name] for name in names])
            formatter.end_section()
        formatter.start_section("options")
        formatter.add_arguments([each for each in self._actions if each is not subparsers])
        formatter.end_section()
        formatter.add_text(self.epilog)
        return formatter.format_help()


def _parts(parser: argparse.ArgumentParser) -> list[argparse._SubParsersAction]:
    return [each for each in parser._actions if isinstance(each, argparse._SubParsersAction)]

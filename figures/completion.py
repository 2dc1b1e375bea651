"""Shell scripts that complete the command line, made from its parser."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Iterable
from dataclasses import dataclass

from theory.observables import OBSERVABLES

NAMES = {"--observable": tuple(OBSERVABLES)}  # words of options that have no choices of their own


@dataclass(frozen=True)
class Command:
    """A command's summary and options, each with the words that may follow it.

    Attributes
    ----------
    options
        By name: its help, whether a value follows, and the words that it may be.
    words
        Of an argument without a name.
    """

    summary: str
    options: dict[str, tuple[str, bool, tuple[str, ...]]]
    words: tuple[str, ...]


def script(parser: argparse.ArgumentParser, *, shell: str) -> str:
    """The script of a shell: ``bash``, ``zsh`` or ``fish``."""
    commands = _commands(parser)
    if shell == "fish":
        return _fish(parser.prog, commands)
    own = "autoload -U +X bashcompinit && bashcompinit\n" if shell == "zsh" else ""
    return own + _bash(parser.prog, commands)


def _commands(parser: argparse.ArgumentParser) -> dict[str, Command]:
    (found,) = (each for each in parser._actions if isinstance(each, argparse._SubParsersAction))
    summaries = {each.dest: each.help or "" for each in found._get_subactions()}
    return {name: _command(summaries[name], each) for name, each in found.choices.items()}


def _command(summary: str, parser: argparse.ArgumentParser) -> Command:
    options, words = {}, ()
    for action in parser._actions:
        choices = tuple(map(str, action.choices or ()))
        if not action.option_strings:
            words = choices
        for name in action.option_strings:
            if name.startswith("--"):
                takes = action.nargs != 0
                options[name] = (action.help or "", takes, choices or NAMES.get(name, ()))
    return Command(summary, options, words)


def _bash(program: str, commands: dict[str, Command]) -> str:
    """Words after the last option where it has some, else the options; files where none fits."""
    cases, values = [], []
    for name, command in commands.items():
        cases.append(f"    {name}) words={_quoted([*command.words, *command.options])} ;;")
        values += [
            f'    "{name} {option}") words={_quoted(words)} ;;'
            for option, (_, _, words) in command.options.items()
            if words
        ]
    lines = [
        "_fort_ganguli() {",
        '  local current="${COMP_WORDS[COMP_CWORD]}" command="${COMP_WORDS[1]}"',
        '  local option="" words="" i',
        "  for ((i = 2; i < COMP_CWORD; i++)); do",
        '    [[ "${COMP_WORDS[i]}" == --* ]] && option="${COMP_WORDS[i]}"',
        "  done",
        '  if ((COMP_CWORD == 1)); then command="" words=' + _quoted(commands) + "; fi",
        '  case "$command" in',
        *cases,
        "  esac",
        '  [[ "$current" == -* ]] || case "$command $option" in',
        *values,
        "  esac",
        '  COMPREPLY=($(compgen -W "$words" -- "$current"))',
        "}",
        f"complete -o default -F _fort_ganguli {program}",
    ]
    return "\n".join(lines) + "\n"


def _fish(program: str, commands: dict[str, Command]) -> str:
    lines = []
    for name, command in commands.items():
        told = shlex.quote(command.summary)
        lines.append(f"complete -c {program} -n __fish_use_subcommand -f -a {name} -d {told}")
        here = f"complete -c {program} -n '__fish_seen_subcommand_from {name}'"
        if command.words:
            lines.append(f"{here} -f -a {_quoted(command.words)}")
        for option, (told, takes, words) in command.options.items():
            value = f" -x -a {_quoted(words)}" if words else " -r" if takes else ""
            lines.append(f"{here} -l {option[2:]}{value} -d {shlex.quote(told)}")
    return "\n".join(lines) + "\n"


def _quoted(words: Iterable[str]) -> str:
    return shlex.quote(" ".join(words))

"""Shell scripts that complete the command line, made from its parser."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Iterable
from dataclasses import dataclass

from figures.gallery.registry import FIGURES
from figures.network_studies.registry import OBSERVABLES as OF_NETWORKS
from theory.observables import OBSERVABLES

# their studies are not asked: loading them would slow the start of every shell
OF_SEARCHES = ("solved", "errors", "sweeps", "local_entropy")
OF_CUTS = (
    "met",
    "met_nearest",
    "met_bound",
    "loss",
    "least_loss",
    "changes",
    "threshold_dimension",
    "escape_dimension",
)
NAMES = {
    "--observable": tuple(dict.fromkeys((*OBSERVABLES, *OF_NETWORKS, *OF_SEARCHES, *OF_CUTS))),
    "names": tuple(FIGURES),
}
"""Words of options and arguments that have no choices of their own."""

FOR_ZSH = """\
(( $+functions[compdef] )) || { autoload -U compinit && compinit -i; }
autoload -U +X bashcompinit && bashcompinit
"""
"""Lets zsh read a script of bash, with or without its own completion set up before."""


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
    return (FOR_ZSH if shell == "zsh" else "") + _bash(parser.prog, commands)


def _commands(parser: argparse.ArgumentParser) -> dict[str, Command]:
    """The commands, and the studies of a command by both names."""
    commands: dict[str, Command] = {}
    for found in parser._actions:
        if isinstance(found, argparse._SubParsersAction):
            summaries = {each.dest: each.help or "" for each in found._get_subactions()}
            for name, each in found.choices.items():
                commands[name] = _command(summaries[name], each)
                commands |= {f"{name} {study}": it for study, it in _commands(each).items()}
    return commands


def _command(summary: str, parser: argparse.ArgumentParser) -> Command:
    options, words = {}, ()
    for action in parser._actions:
        choices = tuple(map(str, action.choices or ()))
        if not action.option_strings:
            words = choices or NAMES.get(action.dest, ())
        for name in action.option_strings:
            if name.startswith("--"):
                takes = action.nargs != 0
                options[name] = (action.help or "", takes, choices or NAMES.get(name, ()))
    return Command(summary, options, words)


def _bash(program: str, commands: dict[str, Command]) -> str:
    """Words after the last option where it has some, else the options; files where none fits."""
    cases, values = [], []
    for name, command in commands.items():
        cases.append(f'    "{name}") words={_quoted([*command.words, *command.options])} ;;')
        values += [
            f'    "{name} {option}") words={_quoted(words)} ;;'
            for option, (_, _, words) in command.options.items()
            if words
        ]
    first = [name for name in commands if " " not in name]
    both = "|".join(f'"{name}"' for name in commands if " " in name)
    lines = [
        "_fort_ganguli() {",
        '  local current="${COMP_WORDS[COMP_CWORD]}" command="${COMP_WORDS[1]}"',
        '  local option="" words="" i',
        "  for ((i = 2; i < COMP_CWORD; i++)); do",
        '    [[ "${COMP_WORDS[i]}" == --* ]] && option="${COMP_WORDS[i]}"',
        "  done",
        '  if ((COMP_CWORD == 1)); then command="" words=' + _quoted(first) + "; fi",
        '  case "$command ${COMP_WORDS[2]}" in',
        f'    {both}) ((COMP_CWORD > 2)) && command="$command ${{COMP_WORDS[2]}}" ;;',
        "  esac",
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
        first, *study = name.split()
        after = f"'__fish_seen_subcommand_from {first}'"
        if study:
            lines.append(f"complete -c {program} -n {after} -f -a {study[0]} -d {told}")
            after = f"{after[:-1]}; and __fish_seen_subcommand_from {study[0]}'"
        else:
            lines.append(f"complete -c {program} -n __fish_use_subcommand -f -a {name} -d {told}")
        here = f"complete -c {program} -n {after}"
        if command.words:
            lines.append(f"{here} -f -a {_quoted(command.words)}")
        for option, (told, takes, words) in command.options.items():
            value = f" -x -a {_quoted(words)}" if words else " -r" if takes else ""
            lines.append(f"{here} -l {option[2:]}{value} -d {shlex.quote(told)}")
    return "\n".join(lines) + "\n"


def _quoted(words: Iterable[str]) -> str:
    return shlex.quote(" ".join(words))

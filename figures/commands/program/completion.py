"""The command ``completion``; heavy imports wait until they are needed."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from figures.options import shared

SHELLS = ("bash", "zsh", "fish")


def add(subparsers: Any) -> None:
    """Add the command to those of the parser."""
    command = shared.command(
        subparsers,
        "completion",
        "a script that lets a shell complete commands, options and names",
        """examples:
  source <(fort-ganguli completion bash)          # in ~/.bashrc
  source <(fort-ganguli completion zsh)           # in ~/.zshrc
  fort-ganguli completion fish > ~/.config/fish/completions/fort-ganguli.fish

The script holds all words: no program is started when a key is pressed. Make it anew after an
upgrade.""",
        completion,
    )
    command.add_argument(
        "shell", choices=SHELLS, metavar="SHELL", help=f"one of {', '.join(SHELLS)}"
    )


def completion(arguments: Namespace) -> None:
    """Print the script."""
    from figures import cli, completion

    print(completion.script(cli.parser(), shell=arguments.shell), end="")

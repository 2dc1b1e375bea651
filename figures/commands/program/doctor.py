"""The command ``doctor``; heavy imports wait until they are needed."""

from __future__ import annotations

import json
from argparse import Namespace
from typing import Any

from figures.options import shared


def add(subparsers: Any) -> None:
    """Add the command to those of the parser."""
    command = shared.command(
        subparsers,
        "doctor",
        "what is installed, and a self-check of theory against samples",
        """examples:
  fort-ganguli doctor
  fort-ganguli doctor --json > doctor.json

Versions, linear algebra and its threads, memory, devices, and forty draws of the model beside
what is predicted of them. Exit status 1 if these disagree. A report of a fault has this in it.""",
        doctor,
    )
    command.add_argument("--json", action="store_true", help="print one JSON object on stdout")


def doctor(arguments: Namespace) -> None:
    """Print what is installed and how theory stands to samples.

    Raises
    ------
    ConvergenceError
        If they disagree.
    """
    from figures import doctor as checkup
    from theory import ConvergenceError

    installed, found = checkup.installation(), checkup.self_check()
    agreed = checkup.agrees(found)
    if arguments.json:
        print(json.dumps(installed | {"self-check": found, "agrees": agreed}))
    else:
        print("\n".join(_lines(installed)))
        print("\nself-check            predicted    sampled    allowed gap")
        for name, each in found.items():
            numbers = (each["predicted"], each["sampled"], each["allowed"])
            print(f"  {name:18}{''.join(f'{number:12.5g}' for number in numbers)}")
        print(f"  theory and samples {'agree' if agreed else 'DISAGREE'}")
    if not agreed:
        raise ConvergenceError("the self-check's samples are not those that theory predicts")


def _lines(installed: dict[str, Any]) -> list[str]:
    lines = []
    for name, value in installed.items():
        if isinstance(value, dict):
            value = ", ".join(f"{key} {each}" for key, each in value.items()) or "none"
        elif isinstance(value, list):
            value = "; ".join(value)
        lines.append(f"{name:16}{value}")
    return lines

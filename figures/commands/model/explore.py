"""The command ``explore``; heavy imports wait until they are needed."""

from __future__ import annotations

import asyncio
import sys
import webbrowser
from argparse import Namespace
from importlib.util import find_spec
from typing import Any

from figures.options import shared
from theory import InputError


def add(subparsers: Any) -> None:
    """Add the command to those of the parser."""
    command = shared.command(
        subparsers,
        "explore",
        "a page in the browser to move the model's parameters by hand",
        """examples:
  fort-ganguli explore
  fort-ganguli explore results/measured/measured.nc
  fort-ganguli explore --no-browser --port 8000

Spectrum, gradient, threshold, random energies, Goldilocks zone and sharpness, redrawn as sliders
move, with samples beside them on request. The page is served to this machine alone and asks nothing
of any other. Ctrl-C ends it.""",
        explore,
    )
    command.add_argument(
        "record",
        type=shared.path,
        nargs="?",
        metavar="RECORD",
        help="measured.nc of 'measure', to lie over the model at each epoch and level",
    )
    command.add_argument(
        "--port", type=shared.count, default=0, metavar="P", help="default: a free one"
    )
    command.add_argument(
        "--no-browser", action="store_true", help="print the address and open nothing"
    )


def explore(arguments: Namespace) -> None:
    """Serve the page until it is interrupted.

    Raises
    ------
    InputError
        If tornado is not installed, the record cannot be read or the port is taken.
    """
    if find_spec("tornado") is None:
        raise InputError("explore needs tornado: pip install tornado")
    if arguments.record is not None:
        shared.require_there(arguments.record)
    from figures.explore import recorded

    found = None if arguments.record is None else recorded.Recorded(arguments.record)
    try:
        asyncio.run(_serve(found, port=arguments.port, opens=not arguments.no_browser))
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)


async def _serve(found: Any, *, port: int, opens: bool) -> None:
    from figures.explore import server

    _, own = server.listening(found, port=port)
    address = f"http://{server.ADDRESS}:{own}/"
    print(address, flush=True)
    print("Ctrl-C ends it", file=sys.stderr)
    if opens:
        webbrowser.open(address)
    await asyncio.Event().wait()

"""Colour where a terminal shows it, and nowhere else."""

from __future__ import annotations

import os
import re
import sys
from typing import Any

BOLD, RED, PLAIN = "\x1b[1m", "\x1b[1;31m", "\x1b[0m"


def wanted(stream: Any) -> bool:
    """Whether the stream is a terminal with colours, and nobody set ``NO_COLOR``.

    Examples
    --------
    >>> import io
    >>> wanted(io.StringIO())
    False
    """
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return stream is not None and stream.isatty()


def said(message: str) -> str:
    """A message with what kind it is, before the first colon, in red if stderr has colours."""
    kind, colon, rest = message.partition(": ")
    return f"{RED}{kind}{PLAIN}{colon}{rest}" if colon and wanted(sys.stderr) else message


def headings(text: str) -> str:
    """Help with its headings in bold, if stdout has colours."""
    if not wanted(sys.stdout):
        return text
    return re.sub(r"^(\S[^\n]*:)$", rf"{BOLD}\1{PLAIN}", text, flags=re.MULTILINE)

"""The explorer's page that needs no server, copied into the site with what it loads."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from sphinx.application import Sphinx

PAGE = Path(__file__).parents[2] / "figures" / "explore" / "page"
START = "static.html"
FOLDER = "explorer"
LOADED = re.compile(r'(?:src|href)="([\w-]+\.\w+)"|from "\./([\w-]+\.js)"')


def needed(start: str, folder: Path) -> set[str]:
    """A page and the files of its folder that it loads, and those that these load.

    Examples
    --------
    >>> sorted(needed(START, PAGE))
    ['closed.js', 'plot.js', 'static.html', 'static.js', 'style.css']
    """
    found, left = set(), {start}
    while left:
        name = left.pop()
        found.add(name)
        text = (folder / name).read_text(encoding="utf-8")
        left |= {one or other for one, other in LOADED.findall(text)} - found
    return found


def _copy(app: Sphinx, failed: Exception | None) -> None:
    if failed is None:
        place = Path(app.outdir) / FOLDER
        place.mkdir(exist_ok=True)
        for name in needed(START, PAGE):
            shutil.copy(PAGE / name, place)


def setup(app: Sphinx) -> dict[str, bool]:
    """Copy it when a build ends."""
    app.connect("build-finished", _copy)
    return {"parallel_read_safe": True}

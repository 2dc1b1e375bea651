"""Pages made before each build: from the code, and from the pages at the repository's root."""

from __future__ import annotations

from pathlib import Path

import api
import command_line
import links
import registries
from sphinx.application import Sphinx

FOLDER = "generated"


def _write(app: Sphinx) -> None:
    folder = Path(app.srcdir) / FOLDER
    folder.mkdir(exist_ok=True)
    pages = api.pages() | command_line.pages() | registries.pages() | links.pages()
    for old in folder.glob("*.*"):
        if old.name not in pages:
            old.unlink()
    for name, text in pages.items():
        path = folder / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Write them when a build begins."""
    app.connect("builder-inited", _write)
    return {"parallel_read_safe": True}

"""Links that work on GitHub and on the site: to pages outside ``docs``, and from names of code."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

ROOT = Path(__file__).parents[2]
PAGES = {
    "README.md": "index.md",
    "CHANGELOG.md": "generated/changelog.md",
    "CONTRIBUTING.md": "generated/contributing.md",
}
OUTSIDE = re.compile(rf"\]\(((?:\.\./)*)\.\./({'|'.join(map(re.escape, PAGES))})(#[\w-]+)?\)")
SCRIPT = re.compile(r"\[`?([^\]`]+)`?\]\(((?:\.\./)+examples/\w+\.py)\)")
PLAYGROUND = re.compile(r"\[([^\]]+)\]\((?:\.\./)+figures/explore/page/(static\.html)\)")
WORD = re.compile(r"[a-z]+|[A-Z]")  # of a shape, which Sphinx takes for a type
NAME = re.compile(r"(theory|simulate|empirical|figures)(\.\w+)+")


def inside(text: str) -> str:
    """The text with links to the pages of the repository's root led to those of the site.

    Examples
    --------
    >>> inside("[what changed](../../CHANGELOG.md)")
    '[what changed](../generated/changelog.md)'
    """
    text = PLAYGROUND.sub(r'<a href="explorer/\2">\1</a>', text)  # which playground.py copies there
    text = SCRIPT.sub(r"{download}`\1 <\2>`", text)  # else taken for a page, as a tutorial is
    return OUTSIDE.sub(lambda found: f"]({found[1]}{PAGES[found[2]]})", text)


def pages() -> dict[str, str]:
    """The pages of the root as those of a folder of the site."""
    found = {}
    for name in ("CHANGELOG.md", "CONTRIBUTING.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        for other, page in PAGES.items():
            text = text.replace(f"]({other})", f"](../{page})")
        found[name.lower()] = text.replace("](docs/", "](../")
    return found


def with_contents(text: str) -> str:
    """A page that lists others by links, with them below it in the table of contents.

    Examples
    --------
    >>> print(with_contents("1. [Bulk](theory/bulk.md)"))
    1. [Bulk](theory/bulk.md)
    <BLANKLINE>
    ```{toctree}
    :hidden:
    theory/bulk
    ```
    """
    listed = "\n".join(re.findall(r"\]\(([\w/]+)\.md\)", text))
    return f"{text}\n\n```{{toctree}}\n:hidden:\n{listed}\n```"


def _read(_: Sphinx, name: str, source: list[str]) -> None:
    source[0] = inside(source[0])
    if name == "theory":
        source[0] = with_contents(source[0])


class Names(SphinxTransform):
    """Make a reference of each name of our code in backticks, and of no other word."""

    default_priority = 400

    def apply(self, **_: Any) -> None:
        """Wrap them."""
        for node in list(self.document.findall(nodes.literal)):
            name = node.astext().removesuffix("()")
            if NAME.fullmatch(name) and not isinstance(node.parent, pending_xref | nodes.reference):
                wrapped = pending_xref(
                    "",
                    node.deepcopy(),
                    refdomain="py",
                    reftype="obj",
                    reftarget=name,
                    refdoc=self.env.docname,
                    refwarn=False,
                )
                node.replace_self(wrapped)
        for node in list(self.document.findall(pending_xref)):
            if node.get("refdomain") == "py" and WORD.fullmatch(node["reftarget"]):
                node.replace_self(node.children)


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell Sphinx of both."""
    app.connect("source-read", _read)
    app.add_transform(Names)
    return {"parallel_read_safe": True}

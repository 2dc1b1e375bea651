"""Tutorials: Python files in cells, run by the build, shown with what they print and draw.

A cell begins with ``# %%``, one of text with ``# %% [markdown]``: the percent format of Jupytext,
Spyder, VS Code and PyCharm. All run in this process, so that libraries are loaded once.
"""

from __future__ import annotations

import ast
import re
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
from docutils import nodes
from myst_parser.parsers.sphinx_ import MystParser
from sphinx.application import Sphinx
from sphinx.errors import SphinxError

PICTURES = "generated/pictures"
DPI = 160


def cells(text: str) -> list[tuple[bool, str]]:
    r"""Whether each cell is text, and what stands in it.

    Examples
    --------
    >>> cells("# %% [markdown]\n# # Title\n#\n# Text.\n\n# %%\nx = 1\n")
    [(True, '# Title\n\nText.'), (False, 'x = 1')]
    """
    found = []
    for kind, body in re.findall(
        r"^# %%([^\n]*)\n(.*?)(?=^# %%|\Z)", text, re.DOTALL | re.MULTILINE
    ):
        is_text = "[markdown]" in kind
        lines = body.strip().split("\n")
        shown = [re.sub(r"^# ?", "", line) for line in lines] if is_text else lines
        found.append((is_text, "\n".join(shown)))
    return found


def run(code: str, names: dict[str, Any]) -> str:
    r"""What a cell prints, and the value of its last line if that is an expression.

    Examples
    --------
    >>> run("x = 2\nprint('two')\nx", {})
    'two\n2'
    """
    body = ast.parse(code).body
    last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
    printed = StringIO()
    with redirect_stdout(printed):
        exec(compile(ast.Module(body, []), "tutorial", "exec"), names)
        if last is not None:
            value = eval(compile(ast.Expression(last.value), "tutorial", "eval"), names)
            if value is not None:
                print(repr(value))
    return printed.getvalue().rstrip()


def page(text: str, *, name: str, folder: Path) -> str:
    """The page of a tutorial in Markdown; its pictures are saved in a folder.

    Raises
    ------
    SphinxError
        If a cell fails, naming it.
    """
    parts: list[str] = []
    names: dict[str, Any] = {"__name__": "__main__"}
    for i, (is_text, body) in enumerate(cells(text)):
        if is_text:
            parts.append(body)
            continue
        parts.append(f"```python\n{body}\n```")
        try:
            printed = run(body, names)
        except Exception as error:
            raise SphinxError(f"tutorial {name}, cell {i + 1}: {error!r}") from error
        if printed:
            parts.append(f"```{{code-block}} text\n:class: printed\n\n{printed}\n```")
        for number in plt.get_fignums():
            plt.figure(number).savefig(folder / f"{name}.png", dpi=DPI, bbox_inches="tight")
            parts.append(f"```{{image}} ../{PICTURES}/{name}.png\n:class: plot\n:alt: {name}\n```")
        plt.close("all")
    return "\n\n".join(parts) + "\n"


class Tutorials(MystParser):
    """The parser of these files."""

    supported = ("tutorial",)

    def parse(self, inputstring: str, document: nodes.document) -> None:
        """Run the file, and read the page."""
        folder = Path(self.env.srcdir) / PICTURES
        folder.mkdir(parents=True, exist_ok=True)
        name = Path(self.env.docname).name
        super().parse(page(inputstring, name=name, folder=folder), document)


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell Sphinx of the files."""
    mpl.use("agg")
    plt.show = lambda *_, **__: None
    app.add_source_suffix(".py", "tutorial")
    app.add_source_parser(Tutorials)
    return {"parallel_read_safe": True}

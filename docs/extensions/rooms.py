"""The picture of the architecture page, which GitHub draws by Mermaid, as nested boxes."""

from __future__ import annotations

import re
from html import escape

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


def boxes(flowchart: str) -> str:
    r"""HTML of a flowchart of subgraphs: a box for each, the last on top, with its arrows told.

    Examples
    --------
    >>> print(boxes('subgraph a["a: first"]\n  a.x ~~~ a.y\nend\nb --> a'))
    <div class="rooms"><section><b>a: first</b><span>a.x</span><span>a.y</span></section></div>
    """
    shown = []
    for name, title, body in re.findall(
        r'subgraph (\w+)\["(.*?)"\]\n(.*?)\n\s*end', flowchart, flags=re.DOTALL
    ):
        below = re.findall(rf"^\s*{name} --> (\w+)$", flowchart, flags=re.MULTILINE)
        rooms = "".join(f"<span>{escape(each)}</span>" for each in re.findall(r"\w+\.\w+", body))
        imports = f"<i>imports {', '.join(below)}</i>" if below else ""
        shown.append(f"<section><b>{escape(title)}</b>{rooms}{imports}</section>")
    return f'<div class="rooms">{"".join(reversed(shown))}</div>'


class Mermaid(SphinxDirective):
    """The directive that a fence of Mermaid is."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """The boxes."""
        return [nodes.raw("", boxes("\n".join(self.content)), format="html")]


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell Sphinx of the directive."""
    app.add_directive("mermaid", Mermaid)
    return {"parallel_read_safe": True}

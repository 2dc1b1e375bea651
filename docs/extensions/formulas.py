"""Formulas without JavaScript: TeX as MathML, which browsers draw, and plain ones in their font."""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

CODE = re.compile(
    r"[a-z]\w*\.\w{2,}|_{2}|^--|^[a-z]+ -|\w+_\w{3,}\(|::|[a-z]/[a-z]{2}|^test_|\.(py|md|nc)\b"
)
FORMULA = re.compile(r"[^\x00-\x7f]|[A-Za-z]_[A-Za-z0-9]\b|^[A-Za-z]$|^[A-Z]\w? [=<>~-] | = ")


def is_formula(text: str) -> bool:
    """Whether what stands in backticks is mathematics, not a name of the code.

    Examples
    --------
    >>> [is_formula(text) for text in ("λ_j(S(u₊)) > u₊", "u", "theory.averaged.threshold", "fit")]
    [True, True, False, False]
    """
    return bool(FORMULA.search(text)) and not CODE.search(text)


class Formulas(SphinxPostTransform):
    """Give formulas in backticks and indented blocks of the theory pages a class of their own."""

    default_priority = 500

    def run(self, **_: Any) -> None:
        """Mark them."""
        if not self.env.docname.startswith("theory"):
            return
        for node in self.document.findall(nodes.literal):
            if is_formula(node.astext()):
                node["classes"].append("formula")
        for node in self.document.findall(nodes.literal_block):
            if node.get("language", "none") in ("none", "default") and is_formula(node.astext()):
                node["classes"].append("formula")


def with_blocks(lines: list[str]) -> list[str]:
    """The lines of a docstring, its indented formulas told to be literal.

    Examples
    --------
    >>> with_blocks(["The mean is", "", "    (1/N) Σ a_μ ."])
    ['The mean is', '', '::', '', '    (1/N) Σ a_μ .']
    """
    found: list[str] = []
    before, literal = 0, False
    for i, line in enumerate(lines):
        indent = len(line) - len(line.lstrip())
        if line.strip():
            deeper = indent > before and i > 1 and not lines[i - 1].strip()
            if deeper and not literal:
                found += [" " * before + "::", ""]
            literal = (literal and indent > before) or deeper
            if not literal:
                before = indent
        found.append(line)
    return found


def _docstring(_: Sphinx, __: str, ___: str, ____: Any, _____: Any, lines: list[str]) -> None:
    lines[:] = with_blocks(lines)


def _mathml(node: nodes.Node, *, as_block: bool) -> str:
    try:
        return tex2mathml(node.astext(), as_block=as_block)
    except MathError as error:
        logging.getLogger(__name__).warning("%s in %r", error, node.astext())
        return ""


def _inline(translator: Any, node: nodes.math) -> None:
    translator.body.append(_mathml(node, as_block=False))
    raise nodes.SkipNode


def _display(translator: Any, node: nodes.math_block) -> None:
    translator.body.append(f'<div class="math">{_mathml(node, as_block=True)}</div>')
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell Sphinx of the renderer and the transform."""
    app.add_html_math_renderer("mathml", (_inline, None), (_display, None))  # type: ignore[arg-type]
    app.add_post_transform(Formulas)
    app.connect("autodoc-process-docstring", _docstring, priority=100)  # before napoleon
    return {"parallel_read_safe": True}

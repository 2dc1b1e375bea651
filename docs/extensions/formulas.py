"""Formulas without JavaScript: TeX as MathML, which browsers draw; in docstrings as written."""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx
from sphinx.util import logging

OPERATOR = r"<mi[^>]*>\w{2,}</mi>\s*<mo>&ApplyFunction;</mo>"
FACTOR = r"</m(?:i|n|sup|sub|subsup|sqrt|frac|over)>|<mo[^>]*>[)\]|⟩‖]</mo>"
BESIDE = re.compile(rf"({FACTOR})(?=\s*{OPERATOR})")
BEFORE_NAME = re.compile(rf"({OPERATOR})(?!\s*<mo[^>]*>[(\[])")
LIMIT = re.compile(r"<mo(?: movablelimits=\"true\")?>(min|max|lim)</mo>")
ACCENTED = re.compile(r"(\\(?:bar|hat|tilde|dot)\{\\?\w+\})(?=[_^])")  # scripts came to lie below
TIGHT = re.compile(r"<mo[^>]*>([|‖/])</mo>")
THIN = '<mspace width="0.167em"></mspace>'


def as_mathml(tex: str, *, as_block: bool) -> str:
    r"""TeX as MathML, with the spaces that TeX sets around the names of functions.

    Examples
    --------
    >>> as_mathml(r"a \ln b", as_block=False).count("<mspace")
    2
    >>> as_mathml(r"a \lt b", as_block=False).count("&lt;")
    1
    """
    for name, sign in ((r"\lt", "<"), (r"\gt", ">")):  # GitHub takes the signs for tags
        tex = re.sub(rf"\{name}(?![A-Za-z])", sign, tex)
    tex = ACCENTED.sub(r"{\1{}}", tex.replace("~", r"\ "))
    found = tex2mathml(tex, as_block=as_block).replace("<mtable ", '<mtable displaystyle="true" ')
    found = BESIDE.sub(rf"\1{THIN}", found)
    found = LIMIT.sub(r'<mo movablelimits="true" lspace="0.167em" rspace="0.167em">\1</mo>', found)
    found = BEFORE_NAME.sub(rf"\1{THIN}", found)
    return TIGHT.sub(r'<mo stretchy="false" lspace="0" rspace="0">\1</mo>', found)


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
        return as_mathml(node.astext(), as_block=as_block)
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
    """Tell Sphinx of the renderer."""
    app.add_html_math_renderer("mathml", (_inline, None), (_display, None))  # type: ignore[arg-type]
    app.connect("autodoc-process-docstring", _docstring, priority=100)  # before napoleon
    return {"parallel_read_safe": True}

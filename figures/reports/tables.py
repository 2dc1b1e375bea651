"""Tables in Markdown that can be read as they stand."""

from __future__ import annotations

from collections.abc import Sequence


def markdown(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table, cells to the right in columns of equal width.

    Examples
    --------
    >>> print(markdown(["epoch", "loss"], [["0", "2.396"], ["20", "0.034"]]))
    | epoch |  loss |
    | ----: | ----: |
    |     0 | 2.396 |
    |    20 | 0.034 |
    """
    lines = [list(header), *(list(row) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    ruled = [lines[0], ["-" * (width - 1) + ":" for width in widths], *lines[1:]]
    return "\n".join(
        "| " + " | ".join(cell.rjust(w) for cell, w in zip(line, widths, strict=True)) + " |"
        for line in ruled
    )

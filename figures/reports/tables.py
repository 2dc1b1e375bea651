"""Tables in Markdown that can be read as they stand, and numbers as a reader writes them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

SMALLEST, LARGEST = 1e-4, 1e7  # size of a number that is written without a power of ten
SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def markdown(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    r"""A Markdown table, cells to the right in columns of equal width; a ``|`` in one is escaped.

    Examples
    --------
    >>> print(markdown(["epoch", "loss"], [["0", "2.396"], ["20", "0.034"]]))
    | epoch |  loss |
    | ----: | ----: |
    |     0 | 2.396 |
    |    20 | 0.034 |
    >>> print(markdown(["|J|"], [["2"]]))
    | \|J\| |
    | ----: |
    |     2 |
    """
    lines = [[cell.replace("|", r"\|") for cell in line] for line in (header, *rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    ruled = [lines[0], ["-" * (width - 1) + ":" for width in widths], *lines[1:]]
    return "\n".join(
        "| " + " | ".join(cell.rjust(w) for cell, w in zip(line, widths, strict=True)) + " |"
        for line in ruled
    )


def plain(value: float, *, digits: int = 3) -> str:
    """A number to so many significant digits; a power of ten only far from one.

    Examples
    --------
    >>> plain(1069.2), plain(0.01234), plain(3.1e-7), plain(-2.5e9, digits=2)
    ('1070', '0.0123', '3.1·10⁻⁷', '-2.5·10⁹')
    """
    if not np.isfinite(value):
        return "–" if np.isnan(value) else str(value)
    if value == 0 or SMALLEST <= abs(value) < LARGEST:
        return np.format_float_positional(value, precision=digits, fractional=False, trim="-")
    mantissa, _, exponent = f"{value:.{digits - 1}e}".partition("e")
    mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
    return f"{mantissa}·10{str(int(exponent)).translate(SUPERSCRIPT)}"


def interval(value: float, half: float) -> str:
    """A number and half of its interval, to the second digit of the latter.

    Examples
    --------
    >>> interval(1069.2, 31.4), interval(5, 0.026), interval(2e-7, 3e-8)
    ('1069 ± 31', '5.000 ± 0.026', '2·10⁻⁷ ± 3·10⁻⁸')
    """
    if not np.isfinite(half) or half < SMALLEST:
        return f"{plain(value)} ± {plain(half, digits=2)}"
    decimals = max(1 - int(np.floor(np.log10(half))), 0)
    return f"{value:.{decimals}f} ± {half:.{decimals}f}"

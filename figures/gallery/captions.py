"""What stands below a picture: its parameters."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from string import ascii_lowercase
from typing import TYPE_CHECKING

from figures.pictures.symbols import mathematics

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FONT_SIZE = 6.5
LETTER, ROW = 0.0495, 0.11  # inches, at that size
MARGIN = 0.02  # of the width, on either side


def below(figure: Figure, caption: str) -> None:
    """Put the caption below all panels; the figure grows by what it takes."""
    lines = textwrap.wrap(caption, int((1 - 2 * MARGIN) * figure.get_figwidth() / LETTER))
    figure.set_figheight(figure.get_figheight() + ROW * (len(lines) + 1))
    shown = "\n".join(map(mathematics, lines))
    figure.supxlabel(shown, fontsize=FONT_SIZE, color="0.3", x=MARGIN, ha="left")


def letters(axes: Sequence[Axes]) -> None:
    """Name the panels a, b, c …, as captions do; one alone needs no name."""
    if len(axes) > 1:
        for letter, ax in zip(ascii_lowercase, axes, strict=False):
            ax.set_title(letter, loc="left", fontweight="bold")


def count(number: int) -> str:
    """A count as it is read: with separators, and large powers of ten as such.

    Examples
    --------
    >>> count(300), count(50257), count(10**9)
    ('300', '50,257', '10⁹')
    """
    power = len(str(number)) - 1
    if number >= 10**5 and number == 10**power:
        return "10" + str(power).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{number:,}"


def draws(number: int) -> str:
    """So many draws.

    Examples
    --------
    >>> draws(1), draws(20)
    ('1 draw', '20 draws')
    """
    return f"{count(number)} draw{'s' * (number != 1)}"


def listed(numbers: Iterable[int]) -> str:
    """Counts in a row.

    Examples
    --------
    >>> listed([100, 1000])
    '100, 1,000'
    """
    return ", ".join(map(count, numbers))

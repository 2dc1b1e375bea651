"""What stands below a picture: its parameters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from string import ascii_lowercase
from typing import TYPE_CHECKING

from figures.pictures.symbols import mathematics

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text

FONT_SIZE = 6.5
ROW = 0.11  # inches, at that size
MARGIN = 0.02  # of the width, on either side


def below(figure: Figure, caption: str) -> None:
    """Put the caption below all panels; the figure grows by what it takes."""
    shown = figure.supxlabel("", fontsize=FONT_SIZE, color="0.3", x=MARGIN, ha="left")
    lines = _wrapped(shown, caption, width=(1 - 2 * MARGIN) * figure.bbox.width)
    shown.set_text("\n".join(lines))
    figure.set_figheight(figure.get_figheight() + ROW * (len(lines) + 1))


def _wrapped(text: Text, caption: str, *, width: float) -> list[str]:
    """Lines of the caption that are no wider, in pixels, when they are set."""
    lines: list[str] = []
    words = caption.replace(" = ", "\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}").split(" ")
    for word in map(mathematics, words):
        longer = f"{lines[-1]} {word}" if lines else word
        text.set_text(longer)
        if lines and text.get_window_extent().width <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


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

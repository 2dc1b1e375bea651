"""The look that all pictures share, the sizes that journals print, and how a picture is saved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import xarray as xr
from cycler import cycler
from matplotlib import rc_context
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from theory import InputError, files, record
from theory.levels import LEVELS

if TYPE_CHECKING:
    from matplotlib.typing import RcKeyType

# Okabe and Ito's colours, which the colour-blind tell apart; none is told by its colour alone
COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
LINES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 2)), (0, (1, 1)))
MEASURED, SAMPLED = "0.15", "#009E73"
FG, CLUSTER = (LEVELS[name].color for name in ("FG", "cluster"))
SHUFFLED_LABEL = "measured, outputs shuffled"
SAMPLED_LABEL = "sampled at the nearest level"

Size = Literal["column", "page"]
WIDTHS: dict[Size, float] = {"column": 3.375, "page": 7.0}  # inches, of one and of two columns
ASPECT, WIDE_ASPECT = 0.8, 0.6  # height of a panel over its width; of one as wide as a page
ROW, HANDLE = 0.15, 0.5  # inches: a row of a legend; a line in it with the space around
PICTURES = (".png", ".pdf", ".svg")

RC: dict[RcKeyType, Any] = {
    "font.size": 8,
    "axes.labelsize": 8,
    "axes.titlesize": 8,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "legend.fontsize": 7,
    "legend.title_fontsize": 7,
    "legend.frameon": False,
    "legend.handlelength": 2.2,
    "axes.prop_cycle": cycler(color=COLORS, linestyle=LINES),
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.7,
    "lines.linewidth": 1.3,
    "lines.markersize": 4,
    "image.cmap": "viridis",
    "savefig.dpi": 300,
    "pdf.fonttype": 42,
    "svg.hashsalt": "fort-ganguli",  # else each run has other identifiers
}


@contextmanager
def panels(
    count: int, *, size: Size | None = None, columns: int | None = None
) -> Iterator[tuple[Figure, list[Axes]]]:
    """A figure of ``count`` panels in the shared look.

    Parameters
    ----------
    size
        ``column``: as wide as one column of a journal, panels below each other; ``page``: as wide
        as both, three panels in a row, other numbers in rows of two. By default one panel has the
        former and more have the latter.
    columns
        Panels in a row, where they are to be others.
    """
    size = size or ("column" if count == 1 else "page")
    columns = columns or (1 if size == "column" or count == 1 else 3 if count == 3 else 2)
    rows = -(-count // columns)
    width = WIDTHS[size]
    with rc_context(RC):
        aspect = WIDE_ASPECT if columns == 1 and size == "page" else ASPECT
        height = aspect * width / columns * rows
        figure = Figure(figsize=(width, height), layout="constrained")
        axes = [figure.add_subplot(rows, columns, i + 1) for i in range(count)]
        yield figure, axes


def first_in_row(ax: Axes) -> bool:
    """Whether no panel stands to its left, whose label on y would be its own too."""
    place = ax.get_subplotspec()
    return place is None or place.is_first_col()


def level(name: str) -> dict[str, Any]:
    """Colour, marker and line of a level of the model, as keywords of ``Axes.plot``."""
    own = LEVELS[name]
    place = (list(LEVELS).index(name) + 1) % len(LINES)
    return {"color": own.color, "marker": own.marker, "linestyle": LINES[place], "mfc": "none"}


def predicted_label(level: str) -> str:
    """What a legend calls the prediction of a level."""
    return f"predicted, level {level}"


def shared_legend(figure: Figure, panels: Sequence[Axes]) -> None:
    """One legend above all panels of the artists in any of them: measured, sampled, the rest.

    The figure grows by what it takes, so that the panels keep their size.
    """
    found: dict[str, Artist] = {}
    for ax in panels:
        for handle, label in zip(*ax.get_legend_handles_labels(), strict=True):
            found.setdefault(label, handle)
    first = ("measured", SAMPLED_LABEL)
    labels = sorted(found, key=lambda label: [not label.startswith(each) for each in first])
    if not labels:
        return
    width = HANDLE + max(_width(figure, label) for label in labels)
    columns = max(1, min(len(labels), int(figure.get_figwidth() / width)))
    figure.set_figheight(figure.get_figheight() + ROW * (-(-len(labels) // columns) + 1))
    handles = [found[label] for label in labels]
    figure.legend(handles, labels, loc="outside upper center", ncols=columns)


def _width(figure: Figure, label: str) -> float:
    """Of a label in a legend, in inches."""
    text = figure.text(0, 0, label, fontsize=RC["legend.fontsize"])
    width = text.get_window_extent().width / figure.dpi
    text.remove()
    return width


def save(
    figure: Figure,
    data: xr.Dataset,
    stem: Path,
    *,
    made_by: Mapping[str, Any],
    formats: Sequence[str] = PICTURES,
) -> None:
    """Write the picture ``stem`` in each format, and the data that it shows as .nc.

    The same data make the same bytes: a picture says by which code and command it was made, its
    data when.
    """
    record.save(data, named(stem, ".nc"), made_by=made_by)
    figure.draw_without_rendering()
    figure.set_layout_engine("none")  # laid out once for all formats
    for suffix in formats:
        with files.whole(named(stem, suffix)) as partial, rc_context(RC):
            figure.savefig(partial, metadata=_metadata(suffix, made_by, data=f"{stem.name}.nc"))


def _metadata(suffix: str, made_by: Mapping[str, Any], *, data: str) -> Mapping[str, str | None]:
    commit = f", commit {made_by['commit'][:10]}" if made_by.get("commit") else ""
    command, seed = made_by.get("command"), made_by.get("seed")
    origin = f"{made_by.get('package')} {made_by.get('version')}{commit}"
    by = f"{command} (seed {seed}), {origin}; all parameters are in {data}"
    if suffix == ".pdf":
        return {"Subject": by, "Creator": origin, "CreationDate": None}
    return {"Description": by} | ({"Date": None} if suffix == ".svg" else {"Source": origin})


def named(stem: Path, suffix: str) -> Path:
    """The file of a picture; a dot in its name starts no suffix.

    Raises
    ------
    InputError
        If the picture has no name.

    Examples
    --------
    >>> named(Path("sigma_0.5"), ".png").name
    'sigma_0.5.png'
    """
    if stem.name in ("", ".."):
        raise InputError(f"a picture must have a name, got {str(stem)!r}")
    return stem.with_name(stem.name + suffix)

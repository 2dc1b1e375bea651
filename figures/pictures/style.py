"""The look that all pictures share, and how a picture is saved."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from matplotlib import rc_context
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from theory import InputError, files, record
from theory.levels import LEVELS

if TYPE_CHECKING:
    from matplotlib.typing import RcKeyType

MEASURED, SAMPLED = "0.15", "#009E73"
FG, CLUSTER = (LEVELS[name].color for name in ("FG", "cluster"))
SHUFFLED_LABEL = "measured, outputs shuffled"
SAMPLED_LABEL = "sampled at the nearest level"
PANEL = (3.4, 2.9)  # inches
CROWDED = 6  # epochs whose labels need less room
TICK_GAP = 0.09  # of the axis, between epochs that are labelled
MARGIN = 0.05  # of the axis, on either side of the epochs

RC: dict[RcKeyType, Any] = {
    "font.size": 8.5,
    "axes.titlesize": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.7,
    "lines.linewidth": 1.3,
    "lines.markersize": 4,
    "legend.frameon": False,
    "legend.fontsize": 7.5,
    "savefig.dpi": 200,
    "pdf.fonttype": 42,
}


@contextmanager
def panels(count: int) -> Iterator[tuple[Figure, list[Axes]]]:
    """A figure of ``count`` panels: up to three in one row, more in rows of two."""
    columns = count if count <= 3 else 2
    rows = -(-count // columns)
    with rc_context(RC):
        figure = Figure(figsize=(PANEL[0] * columns, PANEL[1] * rows + 0.4), layout="constrained")
        axes = [figure.add_subplot(rows, columns, i + 1) for i in range(count)]
        yield figure, axes


PICTURES = (".png", ".pdf")


def epoch_axis(ax: Axes, epochs: Sequence[float]) -> None:
    """Epochs of training on x: linear up to the first, logarithmic beyond.

    Ticks stand at the points that have room.
    """
    after = [epoch for epoch in epochs if epoch > 0]
    first, last = min(after, default=1.0), max(after, default=1.0)

    def place(epoch: float) -> float:
        return epoch / first if epoch <= first else 1 + np.log10(epoch / first)

    ticks: list[float] = []
    for epoch in sorted(epochs):
        if not ticks or place(epoch) - place(ticks[-1]) >= TICK_GAP * place(last):
            ticks.append(epoch)
    margin = MARGIN * place(last)
    ax.set_xscale("symlog", linthresh=first)
    ax.set_xlim(-margin * first, last * 10**margin)
    ax.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    ax.set_xticks([], minor=True)
    if len(ticks) > CROWDED:
        ax.tick_params(axis="x", labelsize=6)
    ax.set_xlabel("epoch of training")


def mathematics(symbol: str) -> str:
    """A symbol of the registry of observables with its subscripts set as such.

    Examples
    --------
    >>> mathematics("σ_E/σ_c"), mathematics("Σ_{i≤n} |v_i·g|²")
    ('σ$_{E}$/σ$_{c}$', 'Σ$_{i≤n}$ |v$_{i}$·g|²')
    """
    return re.sub(r"_(?:\{([^}]*)\}|([^\W_]+))", lambda m: f"$_{{{m[1] or m[2]}}}$", symbol)


def predicted_label(level: str) -> str:
    """What a legend calls the prediction of a level."""
    return f"predicted, level {level}"


def shared_legend(figure: Figure, panels: Sequence[Axes]) -> None:
    """One legend above all panels of the artists in any of them: measured, sampled, the rest."""
    found: dict[str, Artist] = {}
    for ax in panels:
        for handle, label in zip(*ax.get_legend_handles_labels(), strict=True):
            found.setdefault(label, handle)
    first = [label for label in ("measured", SHUFFLED_LABEL, SAMPLED_LABEL) if label in found]
    labels = [*first, *(label for label in found if label not in first)]
    handles = [found[label] for label in labels]
    figure.legend(handles, labels, loc="outside upper center", ncols=min(3, len(labels)))


def save(figure: Figure, data: xr.Dataset, stem: Path, *, made_by: Mapping[str, Any]) -> None:
    """Write ``stem`` as .png and .pdf, and the data that it shows as .nc."""
    record.save(data, named(stem, ".nc"), made_by=made_by)
    for suffix in PICTURES:
        with files.whole(named(stem, suffix)) as partial:
            figure.savefig(partial)


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
    if not stem.name:
        raise InputError(f"a picture must have a name, got {str(stem)!r}")
    return stem.with_name(stem.name + suffix)

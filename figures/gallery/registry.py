"""The figures by name: what each shows and what it needs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from types import ModuleType
from typing import Literal

from figures import gallery
from theory import InputError, checks


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One figure; its ``compute`` and ``draw`` are in the module of its name in a room beside.

    Attributes
    ----------
    shows
        What is seen, in a line.
    panels
        Axes that ``draw`` takes.
    needs
        ``model`` alone; ``torch``, to measure a model as a network is measured; the ``record`` of a
        network's measurement; or its ``checkpoints`` too.
    """

    shows: str
    panels: int
    needs: Literal["model", "torch", "record", "checkpoints"]


FIGURES: dict[str, Entry] = {
    "clustering": Entry(
        shows="mean cosines of logit gradients over networks and training, and the model's",
        panels=3,
        needs="record",
    ),
    "simplex": Entry(
        shows="outputs on the simplex of three classes: a network, random energies, their density",
        panels=4,
        needs="record",
    ),
    "trajectory": Entry(
        shows="logit variance, logit-gradient length, weight norm; variance over the radius",
        panels=4,
        needs="record",
    ),
    "phase": Entry(
        shows="where outliers leave the bulk: the diagram, and samples through theory's line",
        panels=3,
        needs="model",
    ),
    "spectrum": Entry(
        shows="bulk and outliers of the model, for means of any lengths, and of a network",
        panels=4,
        needs="record",
    ),
    "confinement": Entry(
        shows="the gradient's share on the outliers: by rank, by the labels' law, over training",
        panels=3,
        needs="record",
    ),
    "sharpness": Entry(
        shows="λ_max over the logits' spread, and over training from what was measured",
        panels=3,
        needs="record",
    ),
    "batch": Entry(
        shows="λ_max of a batch against its size, model and network",
        panels=3,
        needs="checkpoints",
    ),
    "scale": Entry(
        shows="a language model's 50,256 outliers, and N and D beyond any sample",
        panels=3,
        needs="model",
    ),
    "goldilocks": Entry(
        shows="the Goldilocks zone over radius and temperature, with curvature and without",
        panels=4,
        needs="checkpoints",
    ),
    "curvature": Entry(
        shows="spectra of G, K and H of a network, and what the curvature level says",
        panels=3,
        needs="checkpoints",
    ),
    "hierarchy": Entry(
        shows="which mean makes which outlier: spans of means, parts of G, over training",
        panels=4,
        needs="checkpoints",
    ),
    "parametrisation": Entry(
        shows="features, tangent kernel, curvature and clustering over the width, four ways",
        panels=6,
        needs="checkpoints",
    ),
    "rem": Entry(
        shows="freezing of the softmax: participation, entropy, ln Z for C = 10 … 10⁹",
        panels=3,
        needs="record",
    ),
    "benchmark": Entry(
        shows="what independence costs: every level on softmax regression, whose law is exact",
        panels=4,
        needs="torch",
    ),
}


def chosen(names: Iterable[str]) -> tuple[str, ...]:
    """The figures of these names, each once, in the order of the table; all if there is none.

    Raises
    ------
    InputError
        If a name is not in the table.

    Examples
    --------
    >>> chosen(["rem", "phase", "rem"])
    ('phase', 'rem')
    """
    asked = {checks.choice("figure", name, tuple(FIGURES)) for name in names}
    return tuple(name for name in FIGURES if name in asked or not asked)


def of_a_record(names: Iterable[str], *, named: bool) -> tuple[str, ...]:
    """Those of the figures that a record of a network is enough for.

    Raises
    ------
    InputError
        If they were ``named`` by the user and one needs the network itself.

    Examples
    --------
    >>> of_a_record(["batch", "rem"], named=False)
    ('rem',)
    """
    more = [name for name in names if FIGURES[name].needs == "checkpoints"]
    if named and more:
        raise InputError(f"figure {more[0]} needs the network itself, got a record of it")
    return tuple(name for name in names if name not in more)


def module(name: str) -> ModuleType:
    """The module with ``compute`` and ``draw`` of a figure."""
    return getattr(gallery, name)

"""The pictures of a report of all claims: the properties of all networks, the errors of each."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from figures.claims import properties_picture
from figures.pictures import style
from figures.pictures.spectra import errors

if TYPE_CHECKING:
    from figures.claims.study import Studied
    from figures.judge.thresholds import Thresholds

FORMATS = (".png", ".svg")


def draw(
    studied: Mapping[str, Studied],
    folder: Path,
    *,
    folders: Mapping[str, Path],
    thresholds: Thresholds,
    made_by: Mapping[str, Any],
) -> dict[str, dict[str, str]]:
    """Save pictures of the properties on all networks, and of each network's errors.

    Parameters
    ----------
    studied
        What was found on each network, by its title.
    folder
        Of the page.
    folders
        Each network's own, below it, by its title.
    thresholds
        Errors with which a prediction holds.
    made_by
        Provenance, saved with each picture.

    Returns
    -------
    dict
        By the title on the page that they belong to: the file, and the words under it.
    """
    shown = properties_picture.compute(
        {name: each.measured for name, each in studied.items()},
        zones={name: each.zone for name, each in studied.items()},
    )
    with style.panels(len(properties_picture.PANELS)) as (figure, axes):
        for panel, ax in zip(properties_picture.PANELS, axes, strict=True):
            properties_picture.draw(shown, ax, name=panel)
        style.shared_legend(figure, axes)
        style.save(figure, shown, folder / "properties", made_by=made_by, formats=FORMATS)
    found = {
        "property": {
            "properties.png": "The largest eigenvalues behind and before rank C-1 (grey line), the "
            "gradient's share on the first C-1 eigenvectors, λ_max over training, and the "
            "curvature of random planes over the weights' scale."
        }
    }
    for title, own in folders.items():
        data = errors.compute(studied[title].found, thresholds=thresholds)
        with style.panels(len(errors.PANELS)) as (figure, axes):
            for panel, ax in zip(errors.PANELS, axes, strict=True):
                errors.draw(data, ax, name=panel)
            style.shared_legend(figure, axes)
            stem = own / "errors"
            style.save(figure, data, stem, made_by=made_by, formats=FORMATS)
        name = f"{stem.relative_to(folder)}.png"
        found[title] = {name: f"Errors of each level over training, {title}."}
    return found

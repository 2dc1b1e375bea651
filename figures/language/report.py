"""How far predictions of a language model's spectrum lie off, as numbers and as a table."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

LEVELS = {
    "lengths": "predicted, means of one length",
    "FG": "predicted, level FG",
    "FG weighted": "predicted, level FG weighted by curvature",
}
"""What a legend calls the levels of ``empirical.language.study``."""


def errors(record: xr.Dataset) -> xr.Dataset:
    """How far predictions lie off, over step and level.

    ``off`` is the mean of ``|ln(predicted/measured)|`` over the ranks that are predicted;
    ``share`` and ``predicted_share`` are the parts of ``‖g‖²`` on all of ``rank`` together.

    Parameters
    ----------
    record
        Of ``empirical.language.study``.
    """
    return xr.Dataset(
        {
            "off": abs(np.log(record.predicted / record.eigenvalue)).mean("rank"),
            "share": record.gradient_power.sum("rank"),
            "predicted_share": record.predicted_power.sum("rank"),
        }
    )


def told(record: xr.Dataset) -> str:
    """The points of training as lines for a reader, and what they are set against."""
    found = errors(record)
    head = ["step", "loss", "test loss", "λ_max", "share", "q_SLSC", "q_SL", "q_DL"]
    head += [f"{what} {level}" for what in ("λ_max", "off", "share") for level in LEVELS]
    rows = [head]
    for step in record.step.values:
        one, off = record.sel(step=step), found.sel(step=step)
        values = [one.loss, one.test_loss, one.eigenvalue[0], off.share]
        values += [one.q_SLSC, one.q_SL, one.q_DL]
        for values_of in (one.predicted.isel(rank=0), off.off, off.predicted_share):
            values += [values_of.sel(level=level) for level in LEVELS]
        rows.append([str(step), *(f"{float(value):.3g}" for value in values)])
    widths = [max(map(len, row)) for row in zip(*rows, strict=True)]
    lines = [
        f"{name.ljust(max(map(len, head)))}  "
        + "  ".join(row[i].rjust(max(widths[0], *map(len, row))) for row in rows[1:])
        for i, name in enumerate(head)
    ]
    entropy = f"unigram entropy: {float(record.unigram_entropy):.3f} nat"
    return "\n".join([*lines, entropy, "off: mean of |ln(predicted/measured)| over the ranks"])


def numbers(record: xr.Dataset) -> dict[str, Any]:
    """What the record holds, for ``--json``: lists over the steps, None where there is nothing."""
    whole = record.merge(errors(record))

    def plain(values: xr.DataArray) -> Any:
        array = np.asarray(values.values, dtype=float)
        listed = array.astype(object)
        listed[np.isnan(array)] = None
        return listed.tolist()

    axes = {name: whole[name].values.tolist() for name in ("step", "level", "rank")}
    return axes | {str(name): plain(values) for name, values in whole.data_vars.items()}

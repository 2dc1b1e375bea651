"""Records that are made once: read again where the same settings and sources made them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from theory import provenance

if TYPE_CHECKING:
    import xarray as xr


def kept(
    path: Path,
    *,
    made_by: Mapping[str, Any],
    make: Callable[[], xr.Dataset],
    overwrite: bool = False,
) -> tuple[xr.Dataset, bool]:
    """The record at ``path``, and whether it was made now.

    It is read where the same settings, sources and libraries made it; what other sources made of
    the same settings is made anew.

    Parameters
    ----------
    made_by
        Provenance, as of ``theory.provenance``: the record is known by its parameters and seed.
    make
        Called to make it.
    overwrite
        Replace what other settings made.

    Raises
    ------
    InputError
        If other settings made what is there and it is not to be replaced, or it cannot be written.
    """
    from theory import record as records
    from theory.records.runs import Run

    held = Run(made_by=made_by, overwrite=overwrite).held(path)
    if held is not None:
        began = json.loads(held.record.provenance)
        if not provenance.differences(began, made_by, packages=provenance.PACKAGES):
            return held.record, False
    record = make()
    records.save(record, path, made_by=made_by)
    return record.assign_attrs(provenance=json.dumps(made_by)), True

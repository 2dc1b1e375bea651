"""A study in its folder: parts that are made once, then the picture and the report."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from figures.options.kept_run import save_report

if TYPE_CHECKING:
    import xarray as xr

    from figures.options.kept_run import KeptRun

PARTS = "parts"


class Study:
    """One run in its folder: parts that are made once, then the picture and the report."""

    def __init__(self, name: str, run: KeptRun) -> None:
        self.name, self.run, self.bar = name, run.run, run.bar
        self.folder, self.made_by = run.kept.path.parent, run.kept.made_by

    def __call__(self, name: str, make: Callable[..., xr.Dataset], work: int) -> xr.Dataset:
        """The part of this name: made, or read where the same settings made it.

        Raises
        ------
        InputError
            If other settings made what is there, or other code that is not to be gone on from.
        """
        from theory import record as records

        path = self.folder / PARTS / f"{name}.nc"
        path.parent.mkdir(exist_ok=True)
        held = self.run.held(path)
        if held is None:
            made = make(progress=self.bar.update)
            records.save(made, path, made_by=self.run.made_by)
            return made
        self.bar.update(work)
        print(f"{name}: read from an earlier run", file=sys.stderr)
        earlier = self.made_by.get("earlier", [])
        others = [each for each in held.made_by.get("earlier", []) if each not in earlier]
        if others:
            self.made_by = {**self.made_by, "earlier": [*earlier, *others]}
        return held.record

    def finish(
        self, figure: Any, parts: Mapping[str, xr.Dataset], *, numbers: Mapping[str, Any], told: str
    ) -> xr.Dataset:
        """Save picture, data and report."""
        import xarray as xr

        from figures.pictures import style

        made_by = self.made_by
        renamed = [_prefixed(part, name) for name, part in parts.items()]
        data = xr.merge(renamed, combine_attrs="drop").assign_attrs(
            numbers=json.dumps(numbers), told=told
        )
        style.save(figure, data, self.folder / self.name, made_by=made_by)
        save_report(
            self.folder,
            title=f"Wedges: {self.name}",
            told=told,
            pictures={self.name: self.name},
            made_by=made_by,
        )
        return data.assign_attrs(provenance=json.dumps(made_by))


def _prefixed(part: xr.Dataset, prefix: str) -> xr.Dataset:
    """The part with the prefix before the name of each array and axis."""
    if not prefix:
        return part
    names = {*map(str, part.variables), *map(str, part.dims)}
    return part.rename({name: f"{prefix}_{name}" for name in names})

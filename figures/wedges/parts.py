"""A study in its folder: parts that are made once, then the picture and the report."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from figures.options import output

MAKE_THE_NUMBERS = ("theory", "simulate", "empirical", "figures.judge", "figures.wedges")

if TYPE_CHECKING:
    import xarray as xr

    from theory.records.runs import Kept, Run
    from theory.records.settings import Settings

PARTS = "parts"


class Study:
    """One run in its folder: parts that are made once, then the picture and the report."""

    def __init__(self, name: str, run: Run, kept: Kept, bar: Any) -> None:
        self.name, self.run, self.bar = name, run, bar
        self.folder, self.made_by = kept.path.parent, kept.made_by

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
        from figures.reports import provenance
        from theory.records.record import save_text

        made_by = self.made_by
        renamed = [_prefixed(part, name) for name, part in parts.items()]
        data = xr.merge(renamed, combine_attrs="drop").assign_attrs(
            numbers=json.dumps(numbers), told=told
        )
        style.save(figure, data, self.folder / self.name, made_by=made_by)
        text = (
            f"# Wedges: {self.name}\n\n{told}\n\n![{self.name}]({self.name}.png)\n\n"
            f"## Provenance\n\n{provenance.told(made_by)}\n"
        )
        output.said(save_text(text, self.folder / "report.md"))
        return data.assign_attrs(provenance=json.dumps(made_by))


def _prefixed(part: xr.Dataset, prefix: str) -> xr.Dataset:
    """The part with the prefix before the name of each array and axis."""
    if not prefix:
        return part
    names = {*map(str, part.variables), *map(str, part.dims)}
    return part.rename({name: f"{prefix}_{name}" for name in names})


@contextmanager
def study(
    name: str,
    settings: Settings,
    out: str | Path,
    *,
    work: int,
    progress: bool,
    **options: bool,
) -> Iterator[Study]:
    """One run of ``fort-ganguli wedges NAME`` in the folder ``out``, which it claims.

    Parameters
    ----------
    work
        What the bar counts.
    options
        ``overwrite`` and ``mixed_versions``, as of ``theory.records.runs.Run``.

    Raises
    ------
    InputError
        If ``out`` cannot be written or holds another run.
    """
    from tqdm import tqdm

    from theory.records.runs import Run

    seed: int = settings.as_dict()["seed"]
    run = Run.of(
        settings, command=f"wedges {name}", seed=seed, packages=MAKE_THE_NUMBERS, **options
    )
    with (
        run.kept(Path(out) / f"{name}.nc") as kept,
        tqdm(total=work, desc=name, disable=None if progress else True) as bar,
    ):
        yield Study(name, run, kept, bar)

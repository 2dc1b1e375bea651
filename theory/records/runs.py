"""One run told from others by its settings: what it goes on from, and what it must not replace."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from theory import files
from theory import record as records
from theory.checks import InputError
from theory.records.provenance import require_same_code
from theory.records.settings import Settings

if TYPE_CHECKING:
    import xarray as xr

REPORT = "report.md"


class Held(NamedTuple):
    """A record to go on from, and the provenance of what is made from it."""

    record: xr.Dataset
    made_by: dict[str, Any]


@dataclass(frozen=True)
class Kept:
    """A record that a run makes part by part: what is there of it, and where each state goes.

    Attributes
    ----------
    path
        Where it lies.
    begun
        The record to go on from, if there is one.
    made_by
        Provenance of what is made.
    """

    path: Path
    begun: xr.Dataset | None
    made_by: dict[str, Any]

    def save(self, record: xr.Dataset) -> object:
        """Keep the record as it is now."""
        return records.save(record, self.path, made_by=self.made_by)


@dataclass(frozen=True, kw_only=True)
class Run:
    """What is being made, and what of an earlier run may be touched.

    Parameters
    ----------
    made_by
        Provenance, as of ``theory.provenance``: the run is known by its parameters and seed.
    packages
        Those whose code must be the same to go on; none where nothing is gone on with.
    overwrite
        Replace what other settings or other code made.
    mixed_versions
        Go on from what other code made.
    option
        What names the place on the command line.
    """

    made_by: Mapping[str, Any]
    packages: tuple[str, ...] = ()
    overwrite: bool = False
    mixed_versions: bool = False
    option: str = "--out"

    @classmethod
    def of(
        cls,
        settings: Settings,
        *,
        command: str,
        seed: int,
        packages: tuple[str, ...] = (),
        files: Mapping[str, Mapping[str, str]] | None = None,
        overwrite: bool = False,
        mixed_versions: bool = False,
    ) -> Run:
        """The run of these settings, whichever way in they were given by.

        ``files`` has by which name and bytes a setting's file is known, wherever it lies.
        """
        made_by = records.provenance(
            command=f"fort-ganguli {command}",
            parameters=settings.as_dict() | dict(files or {}),
            seed=seed,
            packages=packages,
        )
        return cls(
            made_by=made_by,
            packages=packages,
            overwrite=overwrite,
            mixed_versions=mixed_versions,
        )

    @property
    def how_to_go_on(self) -> str:
        """What to do where another run's results are."""
        return f"name another {self.option}, or replace it with --overwrite"

    def held(self, path: str | Path) -> Held | None:
        """The record at ``path`` that this run goes on from; None to begin anew.

        Raises
        ------
        InputError
            If it is no record, or one that other settings or other code made.
        """
        if not Path(path).exists():
            return None
        if not Path(path).is_file():
            raise InputError(f"cannot write {path}: it is no file")
        try:
            found = records.load(path)
        except InputError as error:
            if self.overwrite:
                return None
            raise InputError(f"{error}: {self.how_to_go_on}") from error
        made_by = self.going_on(json.loads(found.provenance), at=path)
        return None if made_by is None else Held(found, made_by)

    @contextmanager
    def kept(self, path: str | Path) -> Iterator[Kept]:
        """Hold the folder of a record, and go on with it; when all is done, remove others' there.

        Raises
        ------
        InputError
            If the folder is another process's, cannot be written, or holds what may not be
            replaced.
        """
        folder = Path(path).parent
        with files.claimed(folder):
            self.require_replaceable(folder)
            held = self.held(path)
            if held is None:
                yield Kept(Path(path), None, dict(self.made_by))
            else:
                yield Kept(Path(path), held.record, held.made_by)
            self.remove_others(folder)

    def going_on(self, held_by: Mapping[str, Any], *, at: str | Path) -> dict[str, Any] | None:
        """Provenance of what is made from what ``held_by`` made; None where that is replaced.

        Raises
        ------
        InputError
            If other settings or other code made it, and it is not to be replaced.
        """
        try:
            self.require_same_settings(held_by, at=at)
            if not self.packages:
                return dict(self.made_by)
            return require_same_code(
                held_by,
                self.made_by,
                packages=self.packages,
                what=str(at),
                mixed_versions=self.mixed_versions,
            )
        except InputError:
            if self.overwrite:
                return None
            raise

    def require_replaceable(self, folder: str | Path) -> None:
        """Refuse a folder with records of the same command that other settings made.

        And one with a report, but no record of the command that would have made it.

        Raises
        ------
        InputError
            If there is one, and it is not to be replaced.
        """
        if self.overwrite:
            return
        found = list(self._of_the_command(folder))
        for path, held_by in found:
            self.require_same_settings(held_by, at=path)
        report = Path(folder) / REPORT
        if report.exists() and not found:
            raise InputError(
                f"{report} is there and no report of this command: {self.how_to_go_on}"
            )

    def remove_others(self, folder: str | Path) -> None:
        """Where this run is to replace others, remove what is left of them, pictures included.

        Called when this run is done, so that a run that fails loses nothing.
        """
        if not self.overwrite:
            return
        for path, held_by in self._of_the_command(folder):
            if any(differences(_key(held_by), _key(self.made_by))):
                for suffix in (".nc", ".png", ".pdf", ".svg"):
                    path.with_suffix(suffix).unlink(missing_ok=True)

    def _of_the_command(self, folder: str | Path) -> Iterator[tuple[Path, dict[str, Any]]]:
        """Records of the same command in ``folder``, with their provenance."""
        for path in sorted(Path(folder).glob("*.nc")):
            held_by = records.provenance_of(path)
            if held_by.get("command") == self.made_by["command"]:
                yield path, held_by

    def require_same_settings(self, held_by: Mapping[str, Any], *, at: str | Path) -> None:
        """Refuse what other settings made.

        Raises
        ------
        InputError
            With the first setting that differs.
        """
        for found in differences(_key(held_by), _key(self.made_by)):
            raise InputError(
                f"{at} holds another run, its {found.name} is {found.held}, not {found.asked}: "
                f"{self.how_to_go_on}"
            )


class Difference(NamedTuple):
    """A setting that two runs do not share."""

    name: str
    held: object
    asked: object


UNSET = "unset"


def differences(
    held: Mapping[str, Any], asked: Mapping[str, Any], *, under: str = ""
) -> Iterator[Difference]:
    """Settings that differ, by their dotted names; ``unset`` where one has none.

    Examples
    --------
    >>> held, asked = {"training": {"epochs": [0, 1], "seed": 0}}, {"training": {"epochs": [2]}}
    >>> [tuple(found) for found in differences(held, asked)]
    [('training.epochs', [0, 1], [2]), ('training.seed', 0, 'unset')]
    """
    for name in {**held, **asked}:
        old, new = held.get(name, UNSET), asked.get(name, UNSET)
        if isinstance(old, Mapping) or isinstance(new, Mapping):
            parts = [each if isinstance(each, Mapping) else {} for each in (old, new)]
            yield from differences(*parts, under=f"{under}{name}.")
        elif old != new:
            yield Difference(under + name, old, new)


def _key(made_by: Any) -> Any:
    """All that a run's numbers depend on, as JSON has it; the same of the runs that it began from.

    When, where and by what code it was made is no setting.
    """
    if isinstance(made_by, Mapping) and {"command", "parameters"} <= set(made_by):
        return {**_key(made_by["parameters"]), "seed": made_by.get("seed")}
    if isinstance(made_by, Mapping):
        return {name: _key(value) for name, value in made_by.items()}
    return [_key(each) for each in made_by] if isinstance(made_by, list | tuple) else made_by

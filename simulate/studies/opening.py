"""Opening the store of a study for writing: made whole, enlarged whole, and by one process."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import zarr

from simulate.studies import integrity
from simulate.studies.definition import Definition
from simulate.studies.store import Store, create
from simulate.studies.study import Study
from theory import InputError, files
from theory.records.provenance import provenance, require_same_code


@contextmanager
def opened(
    path: Path,
    study: Definition,
    *,
    command: str,
    mixed_versions: bool = False,
    lost: Callable[[int], object] | None = None,
) -> Iterator[Store]:
    """The store of ``study`` at ``path``: a new one, the one that is there, or that one enlarged.

    A store is enlarged, with what it holds in its new place, where the study has more points,
    replicates or sources than it did. New stores come into being by a rename, and one that an error
    leaves without a result goes again, so that a study that is mended has its place. With
    ``mixed_versions`` a store goes on that other code began, and both are in its provenance.
    Cells whose results were lost are pending again, and ``lost`` is called with their number.

    Raises
    ------
    InputError
        If the path cannot be written or is written by another process, or if it holds anything
        but this study or a part of it, or was begun by other code or with files that have changed;
        then it is not touched.
    """
    if not path.name:
        raise InputError(f"the store must have a name of its own, got {str(path)!r}")
    with files.writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    with files.locked(_beside(path, "lock"), of=path):
        with files.writing(path):
            _restore(path)
            files_now = study.files()
            parameters = study.as_dict() | ({"files": files_now} if files_now else {})
            now = provenance(
                command=command,
                parameters=parameters,
                seed=study.seed,
                packages=study.MAKE_THE_NUMBERS,
            )
            new = not path.exists()
            if not new:
                held = read(path, kinds=(type(study),))
                check_part(held.study, study, path=path)
                began = held.provenance
                _require_same_files(began, files_now, path=path)
                made_by = require_same_code(
                    began,
                    now,
                    packages=study.MAKE_THE_NUMBERS,
                    what=str(path),
                    mixed_versions=mixed_versions,
                )
                _clear(path)
                cells = integrity.repair(Store(zarr.open_group(path, mode="r+"), held.study))
                if cells and lost is not None:
                    lost(cells)
                changed = held.study != study or made_by.get("earlier") != began.get("earlier")
                if changed or integrity.coordinates_lost(held):
                    _replace(path, study, made_by=made_by, held=held)
            else:
                _replace(path, study, made_by=now)
        store = Store(zarr.open_group(path, mode="r+"), study)
        try:
            yield store
        except Exception:  # not an interrupt, after which the same command goes on
            if new and not any(n for what, n in store.counts().items() if what != "pending"):
                shutil.rmtree(path, ignore_errors=True)
            raise


def read(path: Path, *, kinds: Sequence[type[Definition]] = (Study,)) -> Store:
    """The store at ``path``, to be read.

    Parameters
    ----------
    kinds
        What it may be a study of.

    Raises
    ------
    InputError
        If it is not the store of a study of such a kind.
    """
    try:
        group = zarr.open_group(path, mode="r")
        definition = json.loads(str(group.attrs["study"]))
        found = definition.get("kind", Study.KIND)
        kind = next((each for each in kinds if found == each.KIND), None)
        if kind is not None:
            return Store(group, kind.restored(definition))
    except (OSError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(f"{path} is not the store of a study; it was not touched") from error
    wanted = " or ".join(each.KIND for each in kinds)
    raise InputError(f"{path} holds another study: its kind is {found}, not {wanted}")


def check_part(held: Definition, study: Definition, *, path: Path) -> None:
    """See that all that ``held`` has is part of ``study``.

    Raises
    ------
    InputError
        If it is not, with the first difference.
    """

    def differ(what: str, old: Any, new: Any) -> str:
        return f"{path} holds another study: its {what} is {old}, not {new}"

    for name in {**held.fixed, **study.fixed}:
        old, new = held.fixed.get(name, "not fixed"), study.fixed.get(name, "not fixed")
        if old != new:
            raise InputError(differ(name, old, new))
    if held.zipped != study.zipped:
        raise InputError(
            differ("form", *("a list of points" if s.zipped else "a grid" for s in (held, study)))
        )
    if held.drawn and held.seed != study.seed:
        raise InputError(differ("seed", held.seed, study.seed))
    if {*held.observables} != {*study.observables}:
        shown = (", ".join(s.observables) for s in (held, study))
        raise InputError(differ("list of observables", *shown))
    if tuple(held.axes) != tuple(study.axes):
        raise InputError(differ("list of axes", *(", ".join(s.axes) for s in (held, study))))
    for dim, labels in held.labels.items():
        lost = [label for label in labels if label not in {*study.labels[dim]}]
        if lost:
            raise InputError(f"{path} holds {dim} = {lost[0]}, which the study does not")
    if not {*held.sources} <= {*study.sources}:
        raise InputError(differ("list of sources", *(", ".join(s.sources) for s in (held, study))))
    if held.drawn and held.replicates > study.replicates:
        raise InputError(differ("number of replicates", held.replicates, study.replicates))


def _require_same_files(began: Mapping[str, Any], now: Mapping[str, str], *, path: Path) -> None:
    before = began.get("parameters", {}).get("files", {})
    for name in before.keys() & now.keys():
        if before[name] != now[name]:
            raise InputError(
                f"{path} was begun with another {name}, which has changed since: name another store"
            )


def _beside(path: Path, what: str) -> Path:
    return path.with_name(f".{path.name}.{what}")


def _restore(path: Path) -> None:
    """Put the store back that a process has moved aside and died."""
    if _beside(path, "old").exists() and not path.exists():
        _beside(path, "old").rename(path)


def _clear(path: Path) -> None:
    """Remove what a process that died has left behind."""
    for what in ("old", "new"):
        shutil.rmtree(_beside(path, what), ignore_errors=True)
    for partial in path.glob("**/*.partial"):
        partial.unlink()


def _replace(
    path: Path, study: Definition, *, made_by: Mapping[str, Any], held: Store | None = None
) -> None:
    """Put a new store at ``path``, with all that is held; it is there whole or not at all."""
    new, old = _beside(path, "new"), _beside(path, "old")
    shutil.rmtree(new, ignore_errors=True)
    try:
        store = create(new, study, made_by=made_by)
        if held is not None:
            held.copy_to(store)
            path.rename(old)
        new.rename(path)
    finally:
        shutil.rmtree(new, ignore_errors=True)
        if path.exists():
            shutil.rmtree(old, ignore_errors=True)

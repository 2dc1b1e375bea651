"""Provenance: which code, libraries, parameters and seed made a result, when and where."""

from __future__ import annotations

import hashlib
import os
import platform
import subprocess
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from theory.checks import InputError

DISTRIBUTION = "fort-ganguli"
PACKAGES = ("theory", "simulate", "empirical", "figures")
LIBRARIES = ("numpy", "scipy", "numba", "xarray", "torch", "scikit-learn")
NUMERICAL = ("numpy", "scipy", "numba")  # every package's numbers depend on these
OF_NETWORKS = ("torch", "scikit-learn")  # those of empirical on these as well

_ROOT = Path(__file__).resolve().parents[2]


def package_version() -> str:
    """Version of the installed distribution, ``unknown`` where none is installed."""
    return _versions().get(DISTRIBUTION, "unknown")


def version_line() -> str:
    """The version; in a git checkout with the commit and whether files differ from it.

    The version of an editable install is that of the commit at which it was installed; the commit
    is today's.
    """
    commit, modified = _commit(_ROOT)
    if commit is None:
        return package_version()
    return f"{package_version()} (running from {_commit_in_words(commit, modified)})"


def code(packages: Iterable[str] = ()) -> dict[str, Any]:
    """The part of a provenance that tells which code runs: ``version`` … ``libraries``.

    Beside those of ``PACKAGES`` it has the digests of rooms and modules in ``packages``, as
    ``figures.judge``: what depends on one does not change with the rest of its package.
    """
    commit, modified = _commit(_ROOT)
    return {
        "version": package_version(),
        "commit": commit,
        "modified": modified,
        "code": {name: _digest(_ROOT, name) for name in dict.fromkeys((*PACKAGES, *packages))},
        "libraries": {name: _versions()[name] for name in LIBRARIES if name in _versions()},
    }


def provenance(
    *,
    command: str,
    parameters: Mapping[str, Any],
    seed: int | None,
    packages: Iterable[str] = (),
) -> dict[str, Any]:
    """Which code, libraries, parameters and seed make a result, when and where.

    Parameters
    ----------
    command
        The command or function that makes the result.
    parameters
        Every parameter with its value; values must be JSON.
    seed
        The resolved seed, or None where nothing random enters.
    packages
        What makes the numbers, as for ``code``.

    Returns
    -------
    dict
        ``package``, ``version``, and where the code lies in a git checkout ``commit`` and
        ``modified`` (whether tracked files differ from it), else None; ``code``, the SHA-256 of the
        source files of each package; ``libraries``, the versions of those installed; ``python``,
        ``platform``; ``date`` in UTC, that of SOURCE_DATE_EPOCH where it is set, so that a result
        can be made again bit for bit; and the arguments.

    Examples
    --------
    >>> made_by = provenance(command="example", parameters={"N": 300}, seed=0)
    >>> made_by["parameters"], sorted(made_by["code"])
    ({'N': 300}, ['empirical', 'figures', 'simulate', 'theory'])
    """
    return {
        "package": DISTRIBUTION,
        **code(packages),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "date": _now().isoformat(timespec="seconds"),
        "command": command,
        "parameters": dict(parameters),
        "seed": seed,
    }


def require_same_code(
    began: Mapping[str, Any],
    now: Mapping[str, Any],
    *,
    packages: Iterable[str],
    what: str,
    mixed_versions: bool,
) -> dict[str, Any]:
    """The provenance of a result that one run began and another goes on with.

    The code is the same where the sources of ``packages`` are, byte for byte but for line endings,
    and the versions of the libraries that their numbers depend on. When and where they ran (date,
    platform, command line, commit) does not count.

    Parameters
    ----------
    began
        Provenance of the result as it was found.
    now
        Provenance of the run that goes on.
    packages
        Those of ``PACKAGES``, rooms or modules of them, that make the numbers.
    what
        What the message names, usually the path of the result.
    mixed_versions
        Go on with other code, and record both.

    Returns
    -------
    dict
        ``now``; where other code had a part, with its provenances in ``earlier``, oldest first.

    Raises
    ------
    InputError
        If the code differs, or ``began`` does not say which it was, without ``mixed_versions``.

    Examples
    --------
    >>> began = provenance(command="example", parameters={}, seed=0)
    >>> now = began | {"libraries": began["libraries"] | {"numpy": "3.0"}}
    >>> went_on = require_same_code(
    ...     began, now, packages=["theory"], what="s.zarr", mixed_versions=True
    ... )
    >>> went_on["earlier"] == [began]
    True
    """
    earlier = began.get("earlier", [])
    found = differences(began, now, packages=packages)
    if found and not mixed_versions:
        raise InputError(
            f"{what} was begun by other code ({'; '.join(found)}): "
            "give --mixed-versions to go on all the same, or a new --out"
        )
    if found:
        earlier = [*earlier, {key: value for key, value in began.items() if key != "earlier"}]
    return {**now, "earlier": earlier} if earlier else dict(now)


def differences(
    began: Mapping[str, Any], now: Mapping[str, Any], *, packages: Iterable[str]
) -> list[str]:
    """What differs in the code of ``packages`` and in the libraries they depend on, in words.

    Parameters
    ----------
    began, now
        Provenances, or the part that ``code`` gives.
    packages
        Those of ``PACKAGES``, rooms or modules of them, that make the numbers.
    """
    if not (isinstance(began.get("code"), dict) and isinstance(began.get("libraries"), dict)):
        return [f"version {began.get('version', 'unknown')} did not record which"]
    names = tuple(packages)
    changed = [name for name in names if began["code"].get(name) != now["code"].get(name)]
    counted = NUMERICAL + (OF_NETWORKS if "empirical" in names else ())
    found = []
    if changed:
        found.append(f"{' and '.join(changed)} of {_described(began)}, now {_described(now)}")
    for name in counted:
        old, new = (made_by["libraries"].get(name, "none") for made_by in (began, now))
        if old != new:
            found.append(f"{name} {old}, now {new}")
    return found


def _described(made_by: Mapping[str, Any]) -> str:
    if not made_by.get("commit"):
        return f"version {made_by.get('version', 'unknown')}"
    return _commit_in_words(made_by["commit"], made_by.get("modified"))


def _commit_in_words(commit: str, modified: bool | None) -> str:
    return f"commit {commit[:10]}{', modified' if modified else ''}"


@cache
def _versions() -> dict[str, str]:
    """Versions of the distributions that are installed, of this one and the libraries."""
    found = {}
    for name in (DISTRIBUTION, *LIBRARIES):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


@cache
def _digest(root: Path, package: str) -> str:
    """SHA-256 of the source files of a package, a room or a module, with their names.

    Line endings do not count.
    """
    digest, place = hashlib.sha256(), root.joinpath(*package.split("."))
    module = place.with_suffix(".py")
    for path in [module] if module.is_file() else sorted(place.rglob("*.py")):
        source = path.read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{path.relative_to(root).as_posix()}\0{len(source)}\0".encode())
        digest.update(source)
    return digest.hexdigest()


@cache
def _commit(root: Path) -> tuple[str | None, bool | None]:
    """Commit of the git checkout at ``root``, and whether tracked files differ from it."""
    if not (root / ".git").exists():  # else git would find a repository further up
        return None, None
    # with every tag excluded, what is left to describe it by is the whole hash
    command = ["describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        done = subprocess.run(
            ["git", "-C", root, *command], capture_output=True, text=True, check=True, timeout=10
        )
    except (OSError, subprocess.SubprocessError):
        return None, None
    commit, _, modified = done.stdout.strip().partition("-")
    return commit, bool(modified)


def _now() -> datetime:
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    return datetime.fromtimestamp(int(epoch), UTC) if epoch.isdigit() else datetime.now(UTC)

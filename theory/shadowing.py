"""Whether another file hides one of the four packages from import.

Their names are common words, and Python takes the first file of a name that it finds: one beside
the user's script comes before those installed. Each ``__init__`` runs this file by its place, as
the package that it lies in may be the hidden one.
"""

import sys
import warnings
from importlib.util import find_spec
from pathlib import Path

NEEDS = {
    "theory": (),
    "simulate": ("theory",),
    "empirical": ("theory",),
    "figures": ("theory", "simulate", "empirical"),
}


def check(package: str) -> None:
    """See, before ``package`` imports anything, that the others are found beside it.

    Raises
    ------
    ImportError
        If another file hides one that ``package`` needs. One that it does not need may have the
        user's own in its place: then a warning.
    """
    home = Path(__file__).resolve().parent.parent
    for name in NEEDS:
        found = _found(name)
        if found is None or found.parent.parent == home or not (home / name).is_dir():
            continue
        shown = found.parent if found.name == "__init__.py" else found
        message = (
            f"{shown} hides the package {name} of fort-ganguli, which lies in {home}: "
            "rename it, or run from another folder"
        )
        if name in NEEDS[package]:
            raise ImportError(message, name=name, path=str(found))
        warnings.warn(message, stacklevel=3)


def _found(name: str) -> Path | None:
    """The file that ``import name`` runs or has run; it is not run here."""
    if name in sys.modules:
        origin = getattr(sys.modules[name], "__file__", None)
    else:
        spec = find_spec(name)
        origin = spec.origin if spec is not None and spec.has_location else None
    return Path(origin).resolve() if origin else None

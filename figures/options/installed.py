"""What an installation without ``[torch]`` lacks, said in one line."""

from __future__ import annotations

from importlib.util import find_spec

from theory import InputError


def require_torch() -> None:
    """Refuse to measure where torch or scikit-learn is missing.

    Raises
    ------
    InputError
        Saying how to install them.
    """
    packages = {"torch": "torch", "sklearn": "scikit-learn"}
    missing = [packages[name] for name in packages if find_spec(name) is None]
    if missing:
        raise InputError(
            f"measuring needs {' and '.join(missing)}: pip install {' '.join(missing)}"
        )

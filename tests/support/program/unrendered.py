"""Pictures that no one looks at, whose rendering would cost more than all else that a test does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from matplotlib.figure import Figure


@contextmanager
def unrendered() -> Iterator[None]:
    """Pictures are drawn on their axes and their data saved; the files of pictures are empty."""

    def savefig(_: Figure, path: Path, **how: Any) -> None:
        path.touch()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Figure, "draw_without_rendering", lambda _: None)
        patch.setattr(Figure, "savefig", savefig)
        yield

"""One study that was swept, for its commands and its pictures."""

from pathlib import Path

import pytest

from figures import cli
from tests.support.program import unrendered
from tests.support.studies.swept_study import STUDY


@pytest.fixture(name="unrendered")
def _unrendered():
    """For tests that do not look at the pictures that are made."""
    with unrendered.unrendered():
        yield


@pytest.fixture(scope="session")
def swept(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("study")
    (path / "study.toml").write_text(STUDY)
    command = ["sweep", str(path / "study.toml"), "--out", str(path / "s.zarr"), "--workers", "1"]
    assert cli.main(command) == 0
    return path

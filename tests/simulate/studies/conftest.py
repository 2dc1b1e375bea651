"""The store of one study, run once."""

from pathlib import Path

import pytest

from simulate.studies import sweep
from tests.support.studies.studies import small


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    """The store of the small study, from one run."""
    path = tmp_path_factory.mktemp("whole") / "s.zarr"
    assert sweep.sweep(small(), path) == {"pending": 0, "done": 18, "failed": 0, "computed": 18}
    return path

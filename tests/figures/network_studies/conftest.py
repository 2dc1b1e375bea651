"""The store of one study of networks, swept once."""

from pathlib import Path

import pytest

from simulate.studies.sweep import sweep
from tests.support.studies.network_studies import small


@pytest.fixture(scope="package")
def whole(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("networks") / "s.zarr"
    assert sweep(small(), path) == {"pending": 0, "done": 8, "failed": 0, "computed": 8}
    return path

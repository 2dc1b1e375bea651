"""The random energy model against a table of double integrals at 30 digits."""

import json

import numpy as np
import pytest

from tests.support.references.energies_at_thirty_digits import POINTS, TABLE
from theory import rem

ROWS = json.loads(TABLE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['C']}, {row['sigma_z']:.3g}")
def test_against_thirty_digits(row):
    C, sigma = row["C"], row["sigma_z"]
    assert abs(float(row["one"]) - 1) < 1e-10
    ours = {
        "participation": rem.participation(sigma, C=C),
        "cube": rem.power_sum(sigma, C=C, order=3),
        "log_partition": rem.log_partition(sigma, C=C),
        "entropy": rem.entropy(sigma, C=C),
    }
    for name, value in ours.items():
        assert float(value) == pytest.approx(float(row[name]), rel=1e-9, abs=0), name


def test_the_table_has_every_point():
    found = [(row["C"], row["sigma_z"] / float(rem.freezing(row["C"]))) for row in ROWS]
    np.testing.assert_allclose(found, POINTS, rtol=1e-15)

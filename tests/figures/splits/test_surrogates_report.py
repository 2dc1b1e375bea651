"""The report on surrogates, of errors that are made up."""

import numpy as np
import pytest
import xarray as xr

from empirical.hierarchy.kinds import SURROGATES
from figures.judge.errors import OTHER
from figures.splits import surrogates_report as report
from figures.splits.surrogates import QUANTITIES
from theory.records.provenance import provenance

NAMES = [*SURROGATES, OTHER]


@pytest.fixture(scope="module")
def found():
    """Errors of 20 %, of *own means* 2 %, of *own noise* less but not always; wine has no 1."""
    error = np.full((2, 2, 3, len(NAMES), len(QUANTITIES)), -0.2)
    error += 0.01 * np.arange(3)[:, None, None]
    error[..., NAMES.index("own means"), :] = 0.02
    error[..., NAMES.index("own noise"), :] = np.array([0.01, 0.3, 0.01])[:, None]
    undecided = np.full((2, 2, 3, 2), 12.0)
    error[1, 1] = undecided[1, 1] = np.nan
    return xr.Dataset(
        {
            "error": (("network", "epoch", "split", "surrogate", "quantity"), error),
            "undecided": (("network", "epoch", "split", "part"), undecided),
        },
        coords={
            "network": ["relu", "wine"],
            "epoch": [0.0, 1.0],
            "surrogate": NAMES,
            "quantity": list(QUANTITIES),
            "part": ["measured", "held out"],
        },
    )


def rows(table):
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines()[2:]]


def test_what_mends_is_bold_and_what_may_not_is_not(found):
    told = rows(report.errors(found, quantity="top"))
    assert [row[:2] for row in told] == [
        ["ReLU, digits", "0"],
        ["ReLU, digits", "1"],
        ["ReLU, wine", "0"],
    ]
    cells = dict(zip(NAMES, told[0][2:], strict=True))
    assert cells["own means"] == "**2.0 ± 0.0**"
    assert cells["own noise"].startswith("10.7")
    assert cells["not Gaussian"] == cells["one covariance"] == "19.0 ± 2.5"


def test_the_page(found):
    made_by = provenance(command="example", parameters={}, seed=0)
    text = report.text(found, made_by=made_by)
    assert "| ReLU, wine | 0 | 12 | 12 |".replace(" ", "") in text.replace(" ", "")
    assert all(kind.meaning in text for kind in SURROGATES.values())

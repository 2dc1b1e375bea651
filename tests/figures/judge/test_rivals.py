"""Rivals on a record: what each says, what it needs, and that each can fail and hold."""

import numpy as np
import pytest
import xarray as xr

from figures.judge.rivals import rivals
from figures.reports.levels import rivals as report
from theory.rivals import collapse, pennington_bahri

C, N = 3, 90
Y = np.arange(N) % C


def point(*, Gamma, loss=0.5):
    z = np.random.default_rng(0).standard_normal((N, C))
    p = np.exp(z) / np.exp(z).sum(1, keepdims=True)
    return xr.Dataset(
        {
            "p": (("example", "logit"), p),
            "labels": ("example", Y),
            "weights": 600,
            "loss": loss,
            "Gamma_cluster": (("mean", "mean_other"), Gamma),
            "sigma_E": ("level", [1.0]),
            "effective_dimension": ("level", [50.0]),
            "eigenvalues": ("rank", [1.0]),
        },
        coords={"level": ["cluster"], "epoch": 1.0},
    )


def by_name(record, found=None):
    return {each.name: each for each in rivals(record, xr.Dataset() if found is None else found)}


def test_collapsed_means_hold_where_they_make_the_spectrum():
    from theory.models import Isotropic

    Gamma = collapse.gram(C, length=2.0)
    record = point(Gamma=Gamma)
    top = Isotropic(record.p.values, Gamma=Gamma, sigma_E=1.0, D=50, groups=Y).outliers[0]
    record["eigenvalues"] = ("rank", [top])
    found = by_name(record)["neural collapse"]
    assert found.predicted == pytest.approx(top)
    assert found.verdict == "holds"
    assert "0.00 away" in found.says
    of_FG = by_name(point(Gamma=np.kron(np.ones((C, C)), np.eye(C))))["neural collapse"]
    assert "1.00 away" in of_FG.says


def test_the_index_is_that_of_the_loss_and_the_shape():
    record = point(Gamma=np.eye(C * C))
    missing = by_name(record)["Pennington and Bahri"]
    assert missing.predicted is None
    assert missing.verdict == "needs the group addition"
    H = xr.Dataset({"hessian_negative": ("sum", [0.1])}, coords={"sum": ["measured"]})
    found = by_name(record, H)["Pennington and Bahri"]
    assert found.predicted == pennington_bahri.index(0.5, phi=600 / (N * (C - 1)))
    assert found.found == 0.1
    assert found.verdict == "fails"


def test_groups_need_the_hierarchy():
    record = point(Gamma=np.eye(C * C))
    assert by_name(record)["Papyan"].verdict == "needs the group hierarchy"
    parts = xr.DataArray([6.0, 3.5, 0.4, 0.1], dims="part")
    found = by_name(record.assign(part_trace=parts))["Papyan"]
    assert found.found == pytest.approx(0.95)
    assert found.verdict == "holds"


def test_the_table_has_a_line_for_each():
    record = point(Gamma=np.eye(C * C)).expand_dims("epoch")
    table = report.told(record, xr.Dataset(coords={"epoch": [1.0]}))[1]
    assert len(table.splitlines()) == 2 + 5
    numbers = report.numbers(record.isel(epoch=0), xr.Dataset())
    assert numbers["Dong et al."]["predicted"] == 0.5
    assert numbers["Granziol, Zohren and Roberts"]["predicted"] is None

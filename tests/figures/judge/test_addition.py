"""H as a free sum: a record whose K is free of its G, and one whose K is not."""

from __future__ import annotations

import json

import numpy as np
import pytest
import xarray as xr

from figures import fit
from figures.judge import addition
from figures.reports.levels import addition as report
from tests.support.draws.drawn_records import C, D, Truth, record
from theory import stream


def with_curvature(measured: xr.Dataset, *, free: bool) -> xr.Dataset:
    """With H and K of D dimensions, all their eigenvalues as nodes; K has two in equal parts."""
    rng = stream(0, "K")
    G = np.zeros(D)
    known = measured.eigenvalues.values[0]
    G[: known.size] = known[:D]
    b = np.repeat([-1.0, 1.0], D // 2) * known[0] / 5
    U = np.linalg.qr(rng.standard_normal((D, D)))[0] if free else np.eye(D)
    H = np.diag(G) + (U * b) @ U.T
    weights = np.full((1, 1, D), 1 / D)
    dims = ("epoch", "probe", "node")
    return measured.assign(
        weights=("epoch", [D]),
        hessian_nodes=(dims, np.linalg.eigvalsh(H)[None, None]),
        hessian_weights=(dims, weights),
        curvature_nodes=(dims, b[None, None]),
        curvature_weights=(dims, weights),
        freeness=("epoch", [0.01]),
        freeness_error=("epoch", [0.02]),
    )


@pytest.fixture(scope="module")
def measured():
    rng = stream(1, "means")
    means = rng.standard_normal((C * C, D)) / np.sqrt(D)
    return record(Truth(means=means, T=np.full(D, 1 / D), K_C=np.eye(C)), seed=0)


def test_a_free_K_is_predicted_and_a_semicircle_is_not_it(measured):
    found = fit.fit(with_curvature(measured, free=True)).isel(epoch=0)
    truth, free, circle, model = (found.sel(sum=name) for name in addition.SUMS)
    for name in ("hessian_top", "hessian_bottom"):
        assert float(free[name]) == pytest.approx(float(truth[name]), rel=0.02)
        assert float(model[name]) == pytest.approx(float(truth[name]), rel=0.15)
    assert abs(float(circle.hessian_bottom) / float(truth.hessian_bottom) - 1) > 0.3
    assert float(free.hessian_negative) == pytest.approx(float(truth.hessian_negative), abs=0.02)


def test_a_K_that_is_not_free_is_not_predicted(measured):
    found = fit.fit(with_curvature(measured, free=False)).isel(epoch=0)
    truth, free = (found.sel(sum=name) for name in addition.SUMS[:2])
    assert abs(float(free.hessian_top) / float(truth.hessian_top) - 1) > 0.02


def test_the_report_tells_it_and_json_too(measured):
    found = fit.fit(with_curvature(measured, free=True))
    caption, table = report.told(found)
    assert "free sum" in caption
    assert "λ_min(H): G ⊞ K" in table
    told = json.loads(json.dumps(report.numbers(found.isel(epoch=0))))
    assert told["hessian"]["freeness"]["value"] == pytest.approx(0.01)
    assert set(told["hessian"]) == {"freeness", *addition.SUMS}
    assert report.told(fit.fit(measured)) == []

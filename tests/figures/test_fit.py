"""A fit of records that are drawn from the model: it predicts, and false assumptions are seen."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import xarray as xr
from drawn import GROUPS, C, D, Truth, record

from empirical.estimates import jackknife
from figures import fit
from figures.judge.levels import LEVELS
from figures.pictures import errors, style
from figures.reports import fit as fit_report
from theory import stream

DRAWS = 5
BIAS = 0.02  # of an outlier and of the share: order R tr T²/(tr T)²
BULK = 0.08  # by rank, where two samples of one model differ by about as much
K_C = np.array([[1.6, 0.5, -0.3, 0.2], [0.5, 1, 0.2, -0.3], [-0.3, 0.2, 0.9, 0.1]])
K_C = np.vstack([K_C, [0.2, -0.3, 0.1, 0.5]])


def truth(case: str) -> Truth:
    """Unit noise; means that differ between classes, the more so where that is what matters."""
    rng = stream(3, "means", case)
    isotropic = np.full(D, 1 / D)
    shared, own = rng.standard_normal((1, C, D)), rng.standard_normal((C, C, D))
    if case == "anisotropic noise":
        steep = np.arange(1, D + 1) ** -0.9
        T = steep / steep.sum()
        means = ((shared + 0.7 * own) * np.sqrt(T)).reshape(C * C, D)
        return Truth(means=means, T=T, K_C=K_C)
    if case == "means of classes":
        means = ((0.7 * shared + own) / np.sqrt(D)).reshape(C * C, D)
        return Truth(means=means, T=isotropic, K_C=np.eye(C))
    means = ((shared + 0.7 * own) / np.sqrt(D)).reshape(C * C, D)
    return Truth(means=means, T=isotropic, K_C=np.eye(C), slope=2.5, sigma_z=2.5)


@cache
def one(case: str, seed: int) -> tuple[xr.Dataset, xr.Dataset]:
    """What is measured of a draw, and its fit."""
    measured = record(truth(case), seed=seed)
    return measured, fit.fit(measured)


@cache
def fits(case: str) -> xr.Dataset:
    return xr.concat([one(case, seed)[1].isel(epoch=0) for seed in range(DRAWS)], dim="draw")


def deviation(errors: xr.DataArray) -> np.ndarray:
    """Mean over draws in units of 4 standard errors and the stated bias."""
    error = errors.std("draw", ddof=1) / np.sqrt(DRAWS)
    return (np.abs(errors.mean("draw")) / (4 * error + BIAS)).values


def outliers(case: str, source: str) -> float:
    """Worst deviation of an outlier."""
    return float(deviation(fits(case).outlier_error.sel(source=source)).max())


def share(case: str, source: str) -> float:
    return float(deviation(fits(case).share_error.sel(source=source)))


def bulk(case: str, source: str) -> float:
    return float(fits(case).bulk_distance.sel(source=source).mean())


@pytest.mark.parametrize("case", ["anisotropic noise", "means of classes", "growing means"])
def test_the_whole_model_predicts_every_draw_of_itself(case):
    assert outliers(case, "anisotropic") < 1
    assert bulk(case, "anisotropic") < BULK
    if case != "growing means":  # of which the gradient sees other means than G: r, not A
        assert share(case, "anisotropic") < 1
    assert outliers(case, fit.OTHER) < 1  # two samples of one model


@pytest.mark.parametrize("level", ["FG", "cluster", "weighted"])
def test_isotropic_noise_is_rejected_by_the_bulk(level):
    case = "anisotropic noise"
    assert bulk(case, level) > 5 * BULK
    assert bulk("means of classes", level) < (0.8 if level == "FG" else BULK)


def test_one_mean_a_logit_is_rejected_where_means_differ_by_class():
    case = "means of classes"
    assert outliers(case, "FG") > 1
    assert share(case, "FG") > 1.3
    assert bulk(case, "FG") > 5 * BULK
    for level in ("cluster", "weighted"):
        assert outliers(case, level) < 1
        assert share(case, level) < 1


def test_plain_means_are_rejected_where_they_grow_with_the_curvature_weight():
    case = "growing means"
    assert outliers(case, "cluster") > 5
    assert bulk(case, "cluster") > 3 * bulk(case, "anisotropic")
    assert outliers(case, "weighted") < 1


def test_the_report_says_which_assumption_broke():
    measured, found = one("means of classes", 0)
    told = fit_report.sentences(measured, found)
    assert len(told) == 1
    assert "Broken: one mean a logit" in told[0]
    assert "Broken: noise that is isotropic" not in told[0]
    assert "Other examples of the network differ by" in told[0]
    text = fit_report.text({"drawn": (measured, found)})
    assert text == fit_report.text({"drawn": (measured, fit.fit(measured))})
    rows = [line for line in text.splitlines() if line.replace(" ", "").startswith("|drawn|")]
    assert len(rows) == len(LEVELS) + 1
    assert sum("**" in row for row in rows) == 1


def test_other_examples_and_the_logit_curvature_are_told_only_where_measured():
    measured, whole = one("means of classes", 0)
    few = measured.drop_vars([name for name in measured if str(name).startswith("resampled")])
    found = fit.fit(few)
    assert found.source.values.tolist() == list(LEVELS)
    assert found.identical(whole.sel(source=list(LEVELS)))
    assert "sigma_H" not in found
    text = fit_report.text({"drawn": (few, found)})
    assert fit.OTHER not in text.lower()
    assert set(fit_report.numbers({"drawn": (few, found)})["drawn"][0]["errors"]) == set(LEVELS)
    shown = errors.compute(found)
    with style.panels(len(errors.PANELS)) as (_, axes):
        for name, ax in zip(errors.PANELS, axes, strict=True):
            errors.draw(shown, ax, name=name)
            assert len(ax.get_lines()) == len(LEVELS) + 1


def test_errors_of_known_spectra():
    measured = np.array([4.0, 2.0, 1.0, 0.5, 0.5])
    same = fit.judge(measured, 0.3, measured=measured, measured_share=0.3, top=2)
    assert not same.outlier_error.any()
    assert same.share_error == same.bulk_distance == 0
    other = fit.judge(
        np.array([5.0, 1.0, 0.5, 0.5, 0.0]), 0.1, measured=measured, measured_share=0.3, top=2
    )
    np.testing.assert_allclose(other.outlier_error, [0.25, -0.5])
    assert other.share_error == pytest.approx(-0.2)
    assert other.bulk_distance == pytest.approx(0.5)  # of [0.5, 0, 0.5] over [1, 0.5, 0.5]


@pytest.mark.parametrize("scale", [1.0, 3.0])
def test_sigma_H_from_the_norm_of_the_logit_curvature(scale):
    """A record whose K is the model's own: a GOE of semicircle radius ``2 σ_H √(mean‖r‖²)``."""
    measured, _ = one("means of classes", 0)
    point = measured.isel(epoch=0)
    residuals = point.p.values - np.eye(C)[point.labels.values.astype(int)]
    size = np.sqrt((residuals**2).sum(axis=1).mean())
    W = stream(0, "GOE").standard_normal((D, D)) / np.sqrt(2 * D)
    K = scale * size * (W + W.T)
    term = xr.Dataset(
        {
            "term_frobenius": (("epoch", "term"), [[np.linalg.norm(K)]]),
            "term_frobenius_error": (("epoch", "term"), [[0.1]]),
            "term_bottom": (("epoch", "term", "rank_bottom"), [[np.linalg.eigvalsh(K)[[1, 0]]]]),
        },
        coords={"term": ["K"], "epoch": [0.0]},
    )
    found = fit.fit(measured.assign(weights=("epoch", [D])).merge(term)).isel(epoch=0)
    assert float(found.sigma_H) == pytest.approx(scale, rel=4 / D)
    assert float(found.sigma_H_error) == pytest.approx(0.1 / (size * np.sqrt(D + 1)))
    assert float(found.curvature_excess) == pytest.approx(1, abs=0.05)


def test_every_level_has_its_colour_and_the_needed_groups_are_those_of_a_drawn_record():
    assert set(fit.NEEDED) <= set(GROUPS)
    assert set(LEVELS) <= set(style.LEVEL_COLOR)


def test_intervals_have_the_degrees_of_freedom_of_the_jackknife():
    """A fit needs no torch, and so cannot ask the jackknife for its number of blocks."""
    assert fit.BLOCKS == jackknife.BLOCKS

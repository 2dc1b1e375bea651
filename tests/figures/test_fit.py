"""A fit of records that are drawn from the model: it predicts, and false assumptions are seen."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
import xarray as xr

from empirical.estimates import jackknife
from figures import fit
from figures.judge.errors import OTHER, Spectrum, spectrum_errors
from figures.judge.thresholds import Thresholds
from figures.pictures import style
from figures.pictures.spectra import errors
from figures.reports.levels import fit as fit_report
from figures.reports.levels import parameters
from tests.support.draws.drawn_records import GROUPS, C, D, Truth, record
from theory import stream
from theory.levels import LEVELS

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
    return xr.concat(
        [one(case, seed)[1].isel(epoch=0) for seed in range(DRAWS)], dim="draw", join="outer"
    )


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
    assert outliers(case, OTHER) < 1  # two samples of one model


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


@pytest.mark.parametrize("case", ["anisotropic noise", "means of classes"])
def test_errors_of_outliers_spread_as_the_noise_says(case):
    """At the true level; the parameters' own errors add to it, but less than half."""
    found = fits(case).sel(source="anisotropic")
    pulls = (found.outlier_error / found.outlier_error_std).values
    size = float(np.sqrt((pulls**2).mean()))
    sampling = 4 / np.sqrt(2 * pulls.size)
    assert 1 - sampling < size < 1.5 * (1 + sampling)
    wrong = pulls * np.sqrt(D / float(found.outlier.size))  # a spread of order 1/√(C-1)
    assert np.sqrt((wrong**2).mean()) > 1.5 * (1 + sampling)


def test_the_report_holds_the_judgement_and_the_same_words_again():
    measured, found = one("means of classes", 0)
    told: dict[str, Any] = {
        "thresholds": Thresholds(),
        "made_by": [{"package": "drawn", "version": "0"}],
    }
    text = fit_report.text({"drawn": (measured, found)}, **told)
    assert text == fit_report.text({"drawn": (measured, fit.fit(measured))}, **told)
    assert "Broken at level FG: one mean for each logit, whatever the true class" in text
    assert "e+0" not in text
    assert "## Glossary" in text
    T = measured.noise_spectrum.isel(epoch=0).values
    crowding = C**2 * (T**2).sum() / T.sum() ** 2
    assert found.crowding.item() == pytest.approx(crowding)
    lines = text.splitlines()
    head = next(i for i, line in enumerate(lines) if "K_C: largest" in line)
    cells = dict(zip(lines[head].split("|"), lines[head + 2].split("|"), strict=True))
    assert float(cells[" crowding "]) == pytest.approx(crowding, rel=0.05)
    for name in LEVELS:
        assert f"| {name} |" in text.replace("  ", "")
    told["thresholds"] = Thresholds(share=0.07)
    changed = fit_report.text({"drawn": (measured, found)}, **told)
    assert "0.070" in changed


def test_other_examples_and_the_logit_curvature_are_told_only_where_measured():
    measured, whole = one("means of classes", 0)
    few = measured.drop_vars([name for name in measured if str(name).startswith("resampled")])
    found = fit.fit(few)
    assert found.source.values.tolist() == list(LEVELS)
    assert found.identical(whole.sel(source=list(LEVELS)).drop_vars("edge_difference"))
    assert "sigma_H" not in found
    told: dict[str, Any] = {"thresholds": Thresholds(), "made_by": []}
    text = fit_report.text({"drawn": (few, found)}, **told)
    assert "two samples |" not in text
    numbers = fit_report.numbers({"drawn": (few, found)}, thresholds=Thresholds())
    (epoch,) = numbers["drawn"]
    assert set(epoch["errors"]) == set(epoch["judged"]) == set(LEVELS)
    assert epoch["judged"]["FG"]["share"]["samples"] is None
    shown = errors.compute(found, thresholds=Thresholds())
    with style.panels(len(errors.PANELS)) as (_, axes):
        for name, ax in zip(errors.PANELS, axes, strict=True):
            errors.draw(shown, ax, name=name)
            assert len(ax.get_lines()) == len(LEVELS) + (name == "lambda_max")


def test_errors_of_known_spectra():
    true = Spectrum(np.array([4.0, 2.0, 1.0, 0.5, 0.5]), 0.3)
    same = spectrum_errors(true, true=true, top=2)
    assert not same["outlier_error"].any()
    assert same["share_error"] == same["bulk_distance"] == 0
    other = spectrum_errors(Spectrum(np.array([5.0, 1.0, 0.5, 0.5, 0.0]), 0.1), true=true, top=2)
    np.testing.assert_allclose(other["outlier_error"], [0.25, -0.5])
    assert other["share_error"] == pytest.approx(-0.2)
    assert other["bulk_distance"] == pytest.approx(0.5)  # of [0.5, 0, 0.5] over [1, 0.5, 0.5]


def test_the_edge_is_judged_against_the_eigenvalue_behind_the_levels_own_outliers():
    measured, found = one("means of classes", 0)
    true = measured.eigenvalues.isel(epoch=0).values
    others = measured.resampled_eigenvalues.isel(epoch=0).values
    point = found.isel(epoch=0)
    for level in LEVELS:
        own = point.sel(level=level)
        k = int(own.predicted_outliers.count())
        assert float(own.edge_error) == pytest.approx(float(own.predicted_bulk_edge) / true[k] - 1)
        assert float(own.edge_difference) == pytest.approx(others[k] / true[k] - 1)


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


def test_the_needed_groups_are_those_of_a_drawn_record():
    assert set(fit.NEEDED) <= set(GROUPS)


def test_intervals_have_the_degrees_of_freedom_of_the_jackknife():
    """A fit needs no torch, and so cannot ask the jackknife for its number of blocks."""
    assert parameters.BLOCKS == jackknife.BLOCKS

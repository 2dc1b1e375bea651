"""Slow statistics: a fit finds the parameters of models it is drawn from, and its intervals cover.

Run with ``pytest tests/verify/test_fit_recovery.py -s`` for the table: truth, mean and bias of the
estimates, their standard deviation, the mean standard error, and how many 95 % intervals hold the
truth. 300 examples with logits of standard deviation 1.5 and 5; a half of them is worth 266 and 124
independent rows. T is told to about a quarter of these ranks. Deeper, the law of equal rows is not
that of rows of unequal weight and correlated logits, and beyond a half T is a continued power law:
its bias, +21 % at rank 100 of 266 and +29 % at rank 60 of 124, is more than its standard error, and
half and two thirds of the intervals hold the truth.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import torch
import xarray as xr

from empirical.estimates.anisotropy import Anisotropy, anisotropy
from empirical.estimates.parameters import Estimate, estimate
from empirical.operators import Operator
from empirical.operators.traces import frobenius
from figures.judge.curvature import logit_curvature
from figures.reports.levels.parameters import WIDTH
from tests.support.draws.drawn_gradients import seen
from tests.support.draws.drawn_records import SHARES, Truth, sample
from theory import stream

C, D, N = 4, 300, 300
DRAWS = 240
CASES = {"undecided": 1.5, "confident": 5.0}
LEVELS = [("undecided", level) for level in ("FG", "cluster", "weighted")]
LEVELS += [("confident", "weighted")]
BIAS = {"undecided": 0.03, "confident": 0.06}  # of an eigenvalue of T to the ranks that are told
RANKS = [("undecided", rank) for rank in (1, 3, 10, 30, 60)]
RANKS += [("confident", rank) for rank in (1, 3, 10, 30)]
DEEP = [("undecided", 100), ("confident", 60)]


def model(case: str) -> Truth:
    T = np.arange(1, D + 1) ** -0.8
    T /= T.sum()
    rng = stream(11, "recovery")
    means = (rng.standard_normal((1, C, D)) + 0.7 * rng.standard_normal((C, C, D))) * np.sqrt(T)
    root = rng.standard_normal((C, C)) + 2 * np.eye(C)
    K_C = root @ root.T
    K_C *= C / np.trace(K_C)
    return Truth(means=means.reshape(C * C, D), T=T, K_C=K_C, sigma_z=CASES[case])


TRUTH = model("undecided")


@cache
def draws(case: str = "undecided") -> list[tuple[Estimate, Anisotropy]]:
    found = []
    for index in range(DRAWS):
        rng = stream(0, "recovery", index)
        own = sample(model(case), rng.choice(C, N, p=SHARES), rng=rng)
        levels = estimate(own)
        found.append((levels, anisotropy(own, levels.weighted)))
    return found


def scales(level: str) -> dict[str, float]:
    """``σ_c``, ``σ_E``, ``D_eff`` of the model; at level FG classes are part of the noise."""
    c = TRUTH.means.reshape(C, C, D)
    D_eff = TRUTH.T.sum() ** 2 / (TRUTH.T**2).sum()
    square = np.einsum("y,ykd,ykd->", SHARES, c, c) / C
    if level != "FG":
        return {"sigma_c": square**0.5, "sigma_E": TRUTH.sigma_E, "effective_dimension": D_eff}
    shared = np.einsum("y,ykd->kd", SHARES, c)
    mean = np.sum(shared**2) / C
    noise = TRUTH.sigma_E**2 + square - mean
    rest = c - shared
    products = np.einsum("ykd,wld->ykwl", rest, rest)  # of rows k, l of classes y, w
    K, T = TRUTH.K_C.diagonal(), TRUTH.T
    along = np.einsum("ykd,d->yk", rest**2, T)
    squares = (
        np.einsum("y,w,ykwl->", SHARES, SHARES, products**2)
        + 2 * C * K.sum() * np.einsum("y,yk->", SHARES, along) / C
        + K.sum() ** 2 * np.sum(T**2)
    ) / C**2
    return {"sigma_c": mean**0.5, "sigma_E": noise**0.5, "effective_dimension": noise**2 / squares}


def row(name: str, truth, values, errors, *, width: float = WIDTH) -> tuple[float, float, float]:
    """Print one line; relative bias, its standard error, and coverage."""
    truth, values, errors = (np.asarray(each) for each in (truth, values, errors))
    mean, sd = values.mean(axis=0), values.std(axis=0, ddof=1)
    coverage = float((np.abs(values - truth) <= width * errors).mean())
    scale = np.abs(truth).max()
    bias = float(np.abs(mean - truth).max() / scale)
    of = f" (worst of {truth.size})" if truth.size > 1 else ""
    at = np.unravel_index(np.abs(mean - truth).argmax(), truth.shape)
    print(
        f"{name:32s} {truth[at]:9.4f} {mean[at]:9.4f} {(mean - truth)[at] / scale:+8.2%} "
        f"{sd[at]:9.4f} {errors.mean(axis=0)[at]:9.4f} {coverage:7.1%}{of}"
    )
    return bias, float(sd[at] / scale / np.sqrt(len(values))), coverage


def nominal(coverage: float) -> bool:
    """Whether 95 % to three binomial deviations."""
    return abs(coverage - 0.95) <= 3 * np.sqrt(0.95 * 0.05 / DRAWS)


@pytest.fixture(scope="module", autouse=True)
def header():
    names = ("truth", "mean", "bias", "sd", "se", "cover")
    print(f"\n{'':32s} {names[0]:>9s} {names[1]:>9s} {names[2]:>8s} ", end="")
    print(f"{names[3]:>9s} {names[4]:>9s} {names[5]:>7s}")


@pytest.mark.parametrize(("case", "level"), LEVELS)
@pytest.mark.parametrize("name", ["sigma_c", "sigma_E", "effective_dimension"])
def test_lengths_and_dimension(case, level, name):
    levels = [getattr(found, level) for found, _ in draws(case)]
    values = [getattr(each, name) for each in levels]
    errors = [getattr(each.error, name) for each in levels]
    truth = scales(level)[name]
    bias, error, coverage = row(f"{name} {level}, {case}", truth, values, errors)
    assert bias < 4 * error + 0.01
    assert nominal(coverage)
    assert not nominal(row("  at 1.3 of it", 1.3 * truth, values, errors)[2])


@pytest.mark.parametrize(("case", "level"), LEVELS)
def test_gram_matrix_of_the_means(case, level):
    c = TRUTH.means
    if level == "FG":
        c = np.einsum("y,ykd->kd", SHARES, c.reshape(C, C, D))
    levels = [getattr(found, level) for found, _ in draws(case)]
    values = np.stack([each.Gamma.numpy() for each in levels])
    errors = np.stack([each.error.Gamma.numpy() for each in levels])
    bias, error, coverage = row(f"Gamma {level}, {case}", c @ c.T, values, errors)
    assert bias < 4 * error + 0.02
    assert nominal(coverage)


@pytest.mark.parametrize("case", CASES)
def test_covariance_across_logits(case):
    values = np.stack([noise.K_C.numpy() for _, noise in draws(case)])
    errors = np.stack([noise.K_C_error.numpy() for _, noise in draws(case)])
    bias, error, coverage = row(f"K_C, {case}", seen(TRUTH.K_C), values, errors)
    assert bias < 4 * error + 0.02
    assert nominal(coverage)
    assert not nominal(row("  the identity", seen(np.eye(C)), values, errors)[2])


@pytest.mark.parametrize(("case", "rank"), RANKS)
def test_eigenvalues_of_T(case, rank):
    values = [float(noise.T[rank - 1]) for _, noise in draws(case)]
    errors = [float(noise.T_error[rank - 1]) for _, noise in draws(case)]
    truth = TRUTH.T[rank - 1]
    bias, error, coverage = row(f"t_{rank}, {case}", truth, values, errors, width=1.96)
    assert bias < 4 * error + BIAS[case]
    assert nominal(coverage)
    assert not nominal(row("  at 1.5 of it", 1.5 * truth, values, errors, width=1.96)[2])


@pytest.mark.parametrize(("case", "rank"), DEEP)
def test_deep_eigenvalues_of_T_are_good_to_a_third(case, rank):
    values = [float(noise.T[rank - 1]) for _, noise in draws(case)]
    errors = [float(noise.T_error[rank - 1]) for _, noise in draws(case)]
    truth = TRUTH.T[rank - 1]
    bias, _, coverage = row(f"t_{rank}, {case}", truth, values, errors, width=1.96)
    assert bias < 0.33
    assert not nominal(coverage)  # as said above


def test_logit_curvature():
    """K of the model with exact products; as many probes as `measure` takes."""
    sigma_H, rows = 0.7, []
    labels = np.arange(N) % C
    p = sample(TRUTH, labels, rng=stream(1, "recovery")).p.numpy()
    size = np.sqrt(((p - np.eye(C)[labels]) ** 2).sum(axis=1).mean())
    for index in range(DRAWS):
        W = stream(2, "GOE", index).standard_normal((D, D)) / np.sqrt(2 * D)
        K = torch.from_numpy(sigma_H * size * (W + W.T))
        operator = Operator(lambda v, K=K: v @ K, D, K.dtype, K.device)
        norm = frobenius(operator, sketch=10, probes=20, seed=index)
        point = xr.Dataset(
            {
                "p": (("example", "logit"), p),
                "labels": ("example", labels),
                "weights": ((), D),
                "term_frobenius": ("term", [norm.value]),
                "term_frobenius_error": ("term", [norm.error]),
                "term_bottom": (("term", "rank_bottom"), [torch.linalg.eigvalsh(K)[[1, 0]]]),
            },
            coords={"term": ["K"]},
        )
        rows.append({**logit_curvature(point), "own": float(K.norm()) / size / np.sqrt(D + 1)})
    values, errors, own, excess = (
        np.array([each[name] for each in rows])
        for name in ("sigma_H", "sigma_H_error", "own", "curvature_excess")
    )
    bias, error, coverage = row("sigma_H", sigma_H, values, errors)
    assert bias < 4 * error
    assert nominal(coverage)
    assert nominal(row("  of this K", 1.0, values / own, errors / own)[2])
    assert not nominal(row("  at 1.1 of it", 1.1 * sigma_H, values, errors)[2])
    assert excess.mean() == pytest.approx(1, abs=0.03)

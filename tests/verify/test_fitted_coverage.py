"""Slow statistics: intervals of fitted parameters cover, p-values of a true level are uniform.

Run with ``pytest tests/verify/test_fitted_coverage.py -s`` for the table: how many of 60 draws have
the truth in their 68 and 95 % intervals, and how many p-values are below 0.05 and 0.32. A share is
held to its value within 3.5 binomial standard deviations; intervals of 0.6 times the width are not.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from scipy import stats

from figures.judge.minimum_distance import DRAWS, Draw, Estimate, estimate
from tests.support.draws import level_draws
from tests.support.draws.level_draws import C
from theory import stream

SPECTRA = 60
CASES: dict[str, tuple[Draw, dict[str, float]]] = {
    "FG": (level_draws.FG, {"sigma_c": 1.5, "sigma_E": 2.0, "D": 40}),
    "cluster": (level_draws.cluster, {"sigma_c": 2.0, "sigma_y": 1.5, "sigma_E": 1.5, "D": 80}),
}


@cache
def fits(case: str) -> list[Estimate]:
    draw, truth = CASES[case]
    start = {name: round(1.2 * x) if name == "D" else 1.2 * x for name, x in truth.items()}
    return [
        estimate(draw(truth, stream(3, case, i)), start=start, draw=draw, C=C, seed=i)
        for i in range(SPECTRA)
    ]


def inside(case: str, level: float, *, narrower: float = 1.0) -> np.ndarray:
    """Share of the intervals of each parameter that hold the truth."""
    truth = CASES[case][1]
    width = narrower * stats.t.ppf((1 + level) / 2, DRAWS - 1 - len(truth))
    off = [np.abs(np.log(each.value / list(truth.values()))) / each.error for each in fits(case)]
    return (np.array(off) < width).mean(axis=0)


def tolerance(share: float, count: int = SPECTRA) -> float:
    return 3.5 * float(np.sqrt(share * (1 - share) / count))


@pytest.mark.parametrize("case", list(CASES))
def test_intervals_cover(case):
    print(f"{case:8s} settled", np.mean([each.settled for each in fits(case)]))
    for level in (0.68, 0.95):
        covered = inside(case, level)
        print(f"{case:8s} {level:.0%} intervals hold", covered.round(3))
        assert np.all(np.abs(covered - level) < tolerance(level))
    assert inside(case, 0.95, narrower=0.6).mean() < 0.95 - tolerance(0.95)


@pytest.mark.parametrize("case", list(CASES))
def test_p_values_of_the_true_level_are_uniform(case):
    p = np.array([each.p_after for each in fits(case)])
    print(f"{case:8s} p < 0.05, < 0.32:", (p < 0.05).mean().round(3), (p < 0.32).mean().round(3))
    for share in (0.05, 0.32):
        assert abs((p < share).mean() - share) < tolerance(share)
    assert stats.kstest(p, "uniform").pvalue > 1e-3

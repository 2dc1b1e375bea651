"""The verify lane: 50 random points over levels and label laws, and its table.

Run with ``pytest tests/verify/test_fifty_points.py -s`` to see the table: the largest gap between
sampled mean and prediction in deviations of one draw; what exceeds the stated bias, in standard
errors; and the part of the draws inside the 95 % bands. Each neighbouring wrong
formula that is put in place of the right one makes the lane fail on the observable named.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from tests.support.draws import points
from theory import averages, gradient, hessian
from theory.across_levels import fluctuations
from theory.averaged import bulk_edge

POINTS, AVERAGED = 50, 12
LARGEST_DEVIATION = 4.5  # of about 400 values
COVERAGE = (0.90, 0.99)


@dataclasses.dataclass
class Line:
    """What the table says of one observable."""

    points: int
    gap: float
    deviation: float
    coverage: float

    @property
    def failed(self) -> bool:
        low, high = COVERAGE
        wrong = not np.isnan(self.coverage) and not low <= self.coverage <= high
        return wrong or not self.deviation < LARGEST_DEVIATION


def table(rows: list[points.Row]) -> dict[str, Line]:
    """One line for each observable, printed."""
    lines = {}
    for name in dict.fromkeys(r.observable for r in rows):
        own = [r for r in rows if r.observable == name]
        inside = np.concatenate([r.covered().ravel() for r in own])
        coverage = float(inside.mean()) if inside.size else float("nan")
        gap = max(r.gap() for r in own)
        lines[name] = Line(len(own), gap, max(r.deviation() for r in own), coverage)
    print(f"\n{'observable':28s} points  gap/sd  max |z|  coverage")
    for name, line in lines.items():
        numbers = f"{line.gap:7.2f} {line.deviation:8.2f} {line.coverage:9.3f}"
        print(f"{name:28s} {line.points:6d} {numbers}")
    return lines


def conditional(indices, **options) -> list[points.Row]:
    return [
        dataclasses.replace(r, observable=f"{points.point(i).level}: {r.observable}")
        for i in indices
        for r in points.rows(i, **options)
    ]


def averaged(indices, **options) -> list[points.Row]:
    return [r for i in indices for r in points.averaged_rows(i, **options)]


def test_fifty_points():
    lines = table(conditional(range(POINTS)) + averaged(range(AVERAGED)))
    assert not [name for name, line in lines.items() if line.failed]


def without_splitting(params, **options):
    found = averages_outliers(params, **options)
    return dataclasses.replace(found, mean=np.full_like(found.mean, found.mean.mean()))


def narrow(p, **options):
    """The diagonal's variance as off the diagonal."""
    found = conditional_outliers(p, **options)
    return dataclasses.replace(found, std=found.std / np.sqrt(2))


def without_noise(p, r, *, sigma_E, **options):
    """As if the noise had no gradient of its own."""
    found = power_given(p, r, sigma_E=sigma_E, **options)
    quiet = found.norm**2 - sigma_E**2 * np.sum(r * r) / len(p) ** 2
    return dataclasses.replace(found, outliers=found.outliers * found.norm**2 / quiet)


averages_outliers, averages_power = averages.outliers, averages.power
averages_norm_std = averages.frobenius_std
conditional_outliers, edge_given = fluctuations.outliers, bulk_edge.given
norm_given, power_given = hessian.frobenius, gradient.power
curved, anisotropic = fluctuations.curvature, fluctuations.separable
WRONG = {
    "FG: outliers": (fluctuations, "outliers", narrow),
    "FG: bulk edge": (
        bulk_edge,
        "given",
        lambda p, *, Gamma, **options: edge_given(p, **options),
    ),
    "FG: norm²": (
        hessian,
        "frobenius",
        lambda p, *, D, **options: norm_given(p, D=10**9, **options),
    ),
    "FG: gradient share": (gradient, "power", without_noise),
    "cluster: outliers": (fluctuations, "outliers", narrow),
    "curvature: outliers": (
        fluctuations,
        "curvature",
        lambda p, r, *, sigma_H, **options: curved(p, r, sigma_H=2 * sigma_H, **options),
    ),
    "separable: outliers": (
        fluctuations,
        "separable",
        lambda p, *, K_C, **options: anisotropic(p, **options),
    ),
    "averaged outliers": (averages, "outliers", without_splitting),
    "averaged share": (
        averages,
        "power",
        lambda params: averages_power(dataclasses.replace(params, labels="balanced", margin=0.0)),
    ),
    "averaged norm²": (  # the variance of complex gradients
        averages,
        "frobenius_std",
        lambda params: averages_norm_std(params) / np.sqrt(2),
    ),
}


@pytest.mark.parametrize("observable", WRONG)
def test_a_neighbouring_wrong_formula_fails(observable, monkeypatch):
    monkeypatch.setattr(*WRONG[observable])
    rows = averaged(range(8)) if observable.startswith("averaged") else conditional(range(24))
    assert table(rows)[observable].failed


def test_a_tenth_more_noise_fails():
    lines = table(conditional(range(16), noise=1.1) + averaged(range(4), noise=1.1))
    for name in ("FG: trace", "FG: norm²", "FG: gradient norm²", "averaged trace"):
        assert lines[name].failed

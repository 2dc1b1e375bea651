"""The threshold of each outlier: counts, closed forms, and the transition in samples."""

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.draws.sampling import hessian, logit_gradients, means, outputs
from theory import Params, averages, curvature
from theory import hessian as theory_hessian
from theory.across_levels import overlaps
from theory.averaged import threshold
from theory.models import Isotropic


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.integers(2, 40),
    st.integers(2, 5),
    st.sampled_from([10, 1000, 10**9]),
    st.floats(0.1, 5),
    st.booleans(),
)
def test_it_counts_the_outliers_at_every_noise(seed, N, C, D, sigma_z, grouped):
    rng = np.random.default_rng(seed)
    p, groups = outputs(rng, N=N, C=C, sigma_z=sigma_z), rng.integers(C, size=N)
    c = rng.standard_normal((C * C if grouped else C, min(D, 30)))
    model = {"Gamma": c @ c.T, "D": D, "groups": groups if grouped else None}
    critical = threshold.critical_noise(p, **model)
    assert np.all(np.diff(critical) <= 0)
    for sigma_E in [*critical * (1 - 1e-6), *critical * (1 + 1e-6)]:
        found = theory_hessian.outliers(p, sigma_E=sigma_E, **model)
        assert len(found) == np.sum(critical > sigma_E)


def test_overlap_and_gap_vanish_there():
    p = outputs(np.random.default_rng(0), N=50, C=4, sigma_z=1.0)
    model = {"Gamma": np.diag([1.0, 2.0, 3.0, 4.0]), "D": 500}
    critical = threshold.critical_noise(p, **model)[-1]
    models = [Isotropic(p, sigma_E=critical * (1 - x), **model) for x in (1e-2, 1e-4, 1e-6)]
    inside = [each.solution.transfer[-1] for each in models]  # without the random part, rank/D
    np.testing.assert_allclose(inside[1:] / np.array(inside[:-1]), 0.01, rtol=0.1)  # linear
    lowest = theory_hessian.outliers(p, sigma_E=critical * (1 - 1e-6), **model)[-1]
    edge = theory_hessian.edges(p, sigma_E=critical, D=500)[-1, 1]
    assert lowest == pytest.approx(edge, rel=1e-5)


def test_critical_curvature_counts_the_outliers():
    p = outputs(np.random.default_rng(2), N=50, C=4, sigma_z=1.0)
    r = p - np.eye(4)[np.arange(50) % 4]
    model = {"Gamma": np.diag([1.0, 2.0, 3.0, 4.0]), "sigma_E": 1.0, "D": 500}
    critical = threshold.critical_curvature(p, r, **model)
    assert len(critical) == 3
    for sigma_H in [*critical * (1 - 1e-6), *critical * (1 + 1e-6)]:
        found = curvature.outliers(p, r, sigma_H=sigma_H, **model)
        assert len(found) == np.sum(critical > sigma_H)
    assert np.all(np.isinf(threshold.critical_curvature(p, 0 * r, **model)))


def test_the_transition_in_samples():
    """Overlap of the top eigenvector with the means' span: large below, small above."""
    rng = np.random.default_rng(1)
    p, c = outputs(rng, N=150, C=2, sigma_z=1.0), means(rng, R=2, D=600)
    critical = threshold.critical_noise(p, Gamma=c @ c.T, D=600)[0]
    span = np.linalg.qr(c.T)[0]
    inside = {}
    for factor in (0.7, 1.4):
        sample = []
        for _ in range(8):
            H = hessian(logit_gradients(rng, c, sigma_E=factor * critical, N=150), p)
            sample.append(np.sum((span.T @ np.linalg.eigh(H)[1][:, -1]) ** 2))
        inside[factor] = np.mean(sample)
    found = overlaps.span(p, Gamma=c @ c.T, sigma_E=0.7 * critical, D=600)[0]
    assert inside[0.7] == pytest.approx(found, abs=0.1)
    assert found > 0.3
    assert inside[1.4] < 0.15


def test_equal_outputs_from_sympy():
    """Edge u₊ = t(1 + √(n/D)); σ_c²/C · u₊/(u₊ - t) = u₊ at (σ_E/σ_c)⁴ = N D/(C-1)."""
    N, k, D, ratio = sp.symbols("N k D rho", positive=True)  # k = C - 1
    t = ratio**2 / (N * (k + 1))
    edge = t * (1 + sp.sqrt(N * k / D))
    gap = edge / ((k + 1) * (edge - t)) - edge
    assert sp.simplify(gap.subs(ratio, (N * D / k) ** sp.Rational(1, 4))) == 0
    assert sp.simplify(gap.subs(ratio, (N * D / (k + 1)) ** sp.Rational(1, 4))) != 0
    for sizes in ((300, 10, 1000), (40, 2, 10**6), (7, 3, 5)):
        rows, classes, weights = sizes
        p = np.full((rows, classes), 1 / classes)
        found = threshold.critical_noise(p, Gamma=np.eye(classes), D=weights)
        expected = threshold.equal_outputs_ratio(N=rows, C=classes, D=weights)
        np.testing.assert_allclose(found, np.full(classes - 1, expected), rtol=1e-9)


def test_averaged_ratio():
    sizes = {"N": 300, "C": 10, "D": 1000, "sigma_c": 1.0}
    small = Params(**sizes, sigma_z=1e-3, sigma_E=1.0)
    assert threshold.critical_ratio(small) == pytest.approx(
        threshold.equal_outputs_ratio(N=300, C=10, D=1000), rel=1e-3
    )
    for sigma_z in (0.5, 3.0):
        critical = threshold.critical_ratio(Params(**sizes, sigma_z=sigma_z, sigma_E=0.1))
        for factor, count in ((0.99, 9), (1.01, 0)):
            params = Params(**sizes, sigma_z=sigma_z, sigma_E=factor * critical)
            assert len(averages.outliers(params).mean) == count


def test_frozen_outputs_and_no_means_have_none():
    frozen = np.eye(3)[[0, 1, 2, 0]]
    assert threshold.critical_noise(frozen, Gamma=np.eye(3), D=10).shape == (0,)
    p = np.full((4, 3), 1 / 3)
    assert threshold.critical_noise(p, Gamma=np.zeros((3, 3)), D=10).shape == (0,)

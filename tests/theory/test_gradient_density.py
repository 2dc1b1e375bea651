"""The gradient's power as a density over the bulk: its total, and where sampling puts it."""

import numpy as np
import pytest

from tests.support.draws.sampling import dual, labels, logit_gradients, means
from theory import InputError, gradient, hessian


def bulk_nodes(edges, n):
    """Points and weights over every interval of the bulk, exact at square-root edges."""
    angle = (np.arange(n) + 0.5) * np.pi / n - np.pi / 2
    middle, half = edges.mean(axis=1), (edges[:, 1] - edges[:, 0]) / 2
    x = middle[:, None] + half[:, None] * np.sin(angle)
    return x.ravel(), (half[:, None] * np.cos(angle) * np.pi / n).ravel()


@pytest.mark.parametrize("grouped", [False, True])
@pytest.mark.parametrize("law", ["uniform", "balanced", "calibrated", "margin"])
def test_density_and_outliers_hold_all_power(law, grouped):
    rng = np.random.default_rng(0)
    N, C, D = 40, 4, 60
    y, p = labels(rng, rng.standard_normal((N, C)), law=law, margin=1.0)
    c = means(rng, R=C * C if grouped else C, D=D)
    model = {"Gamma": c @ c.T, "sigma_E": 0.8, "D": D, "groups": y if grouped else None}
    r = p - np.eye(C)[y]
    edges = hessian.edges(p, sigma_E=0.8, D=D)
    assert len(edges) == 1  # no gap that could hold an outlier
    x, weight = bulk_nodes(edges, 200)
    found = gradient.density(x, p, r, **model)
    assert found.min() >= 0
    assert found @ weight == pytest.approx(gradient.power(p, r, **model).bulk, abs=1e-6)


def test_where_in_the_bulk_the_power_lies():
    """Thirds of the bulk's range; spreading the power evenly over the eigenvectors is rejected."""
    rng = np.random.default_rng(1)
    N, C, D = 50, 3, 200
    y, p = labels(rng, rng.standard_normal((N, C)), law="uniform")
    r, c = p - np.eye(C)[y], means(rng, R=C, D=D, sigma_c=2.0)
    model = {"Gamma": c @ c.T, "sigma_E": 4.0, "D": D}
    edges = hessian.edges(p, sigma_E=4.0, D=D)
    x, weight = bulk_nodes(edges, 200)
    cuts = np.quantile(x, [1 / 3, 2 / 3])
    density = gradient.density(x, p, r, **model) * weight
    even = hessian.density(x, p, sigma_E=4.0, D=D) * weight
    third = np.searchsorted(cuts, x)
    expected = np.bincount(third, density)
    wrong = np.bincount(third, even) / even.sum() * density.sum()
    rows = []
    for _ in range(150):
        values, share = dual(logit_gradients(rng, c, sigma_E=4.0, N=N), p, r)
        k = len(hessian.outliers(p, **model))
        rows.append(np.bincount(np.searchsorted(cuts, values[k:]), share[k:], minlength=3))
    mean, error = np.mean(rows, axis=0), np.std(rows, axis=0) / np.sqrt(len(rows))
    assert np.all(np.abs(mean - expected) < 4 * error + 0.01)
    assert np.any(np.abs(mean - wrong) > 4 * error + 0.04)


def test_off_the_bulk_there_is_none():
    p = np.full((30, 3), 1 / 3)
    r = p - np.eye(3)[np.arange(30) % 3]
    options = {"Gamma": np.eye(3), "sigma_E": 1.0, "D": 60}
    high = hessian.edges(p, sigma_E=1.0, D=60)[-1, 1]
    np.testing.assert_array_equal(gradient.density([-1.0, 1.1 * high], p, r, **options), 0)
    with pytest.raises(InputError, match="sigma_E must be greater than 0, got 0"):
        gradient.density(0.1, p, r, Gamma=np.eye(3), sigma_E=0.0, D=60)

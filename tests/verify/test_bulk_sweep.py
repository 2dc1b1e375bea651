"""Sweep of the bulk law over hundreds of random populations, and the large ones."""

import numpy as np
import pytest

from tests.support.references.bulk_at_sixty_digits import (
    closing_pair,
    density,
    peak,
    population,
    probes,
)
from theory import stream
from theory.bulk import SampleCovariance


@pytest.mark.parametrize("block", range(20))
def test_random_populations(block):
    """50 populations a block: density at 1e-9 of the peak, monotone cdf, quantiles, transform."""
    for draw in range(50):
        rng = stream(block, "bulk-sweep", draw)
        atoms, weights, ratio = population(rng)
        law = SampleCovariance(atoms, weights, ratio=ratio)
        edges = law.edges()
        assert (np.diff(edges.ravel()) > 0).all()
        x = probes(rng, edges, 6)
        w = np.ones_like(atoms) if weights is None else weights
        expected = [density(v, atoms, w, ratio=ratio) for v in x]
        np.testing.assert_allclose(law.density(x), expected, rtol=0, atol=1e-9 * peak(law))
        many = np.sort(np.r_[probes(rng, edges, 300), edges.ravel()])
        assert (np.diff(law.cdf(many)) >= -1e-13).all()
        q = rng.uniform(law.mass_at_zero, 1, 10)
        assert (law.cdf(law.quantile(q)) >= q - 2e-12).all()
        z = rng.normal(size=10) * edges[-1, 1] + 1j * 10.0 ** rng.uniform(-14, 1, 10)
        g = law.stieltjes(z)[:, None]
        shrunk = atoms * (1 - ratio - ratio * z[:, None] * g)
        again = (w / w.sum() / (shrunk - z[:, None])).sum(axis=1)
        np.testing.assert_allclose(again, g[:, 0], rtol=1e-9)


@pytest.mark.parametrize("t", [1 + 1e-5, 1.1, 3.0, 1e4, 1e8])
def test_gaps_about_to_close(t):
    for excess in np.r_[-np.logspace(-16, -2, 15), 0, np.logspace(-16, -2, 15)]:
        ratio, middle = closing_pair(t, excess=excess)
        law = SampleCovariance([1.0, t], ratio=ratio)
        edges = law.edges()
        around = np.r_[middle, edges.ravel()]
        x = np.ravel(around * (1 + np.r_[-1, 1] * np.logspace(-16, -1, 16)[:, None])[..., None])
        x = x[((x[:, None] > edges[:, 0]) & (x[:, None] < edges[:, 1])).any(axis=1)]
        expected = [density(v, [1.0, t], [1, 1], ratio=ratio) for v in x]
        np.testing.assert_allclose(law.density(x), expected, rtol=0, atol=1e-9 * peak(law))


@pytest.mark.parametrize("ratio", [1e-3, 1e-2, 0.3, 1.0, 30.0, 1e3])
@pytest.mark.parametrize("size", [1000, 10_000])
@pytest.mark.parametrize("kind", ["decades", "uniform", "powers"])
def test_large_populations(kind, size, ratio):
    rng = stream(0, "bulk-large", size)
    if kind == "decades":
        atoms = 10 ** rng.uniform(-10, 0, size)
    elif kind == "uniform":
        atoms = rng.uniform(1e-3, 1, size)
    else:
        atoms = np.arange(1.0, size + 1) ** -2
    law = SampleCovariance(atoms, ratio=ratio)
    edges = law.edges()
    x = probes(rng, edges, 500)
    assert (law.density(x) > 0).all()
    assert (np.diff(law.cdf(np.sort(x))) >= -1e-13).all()
    q = rng.uniform(law.mass_at_zero, 1, 20)
    assert (law.cdf(law.quantile(q)) >= q - 2e-11).all()
    for v in x[:2]:
        expected = density(v, atoms, np.ones(size), ratio=ratio)
        assert float(law.density(v)) == pytest.approx(expected, rel=1e-8)

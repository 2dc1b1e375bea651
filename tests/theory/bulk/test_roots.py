"""Roots of the law's equation against 60 digits."""

import numpy as np
import pytest

from tests.support.references.bulk_at_sixty_digits import density, peak, population, probes
from theory import stream
from theory.bulk import SampleCovariance


@pytest.mark.parametrize("seed", range(40))
def test_density_against_sixty_digits(seed):
    rng = stream(seed, "bulk-populations")
    atoms, weights, ratio = population(rng)
    law = SampleCovariance(atoms, weights, ratio=ratio)
    x = probes(rng, law.edges(), 8)
    w = np.ones_like(atoms) if weights is None else weights
    expected = [density(v, atoms, w, ratio=ratio) for v in x]
    np.testing.assert_allclose(law.density(x), expected, rtol=0, atol=1e-10 * peak(law))


@pytest.mark.parametrize("ratio", [0.3, 1.0, 3.0])
def test_density_of_a_thousand_atoms(ratio):
    rng = stream(0, "bulk-thousand")
    atoms = rng.gamma(2.0, size=1000)
    law = SampleCovariance(atoms, ratio=ratio)
    low, high = law.edges()[-1]
    x = np.r_[rng.uniform(low, high, 2), high * (1 - 1e-9), np.nextafter(high, 0)]
    expected = np.array([density(v, atoms, np.ones(1000), ratio=ratio) for v in x])
    top = peak(law)
    np.testing.assert_allclose(law.density(x), expected, rtol=0, atol=1e-11 * top)
    smoothed = law.stieltjes(x + 1e-8j).imag / np.pi
    assert abs(smoothed - expected).max() > 1e-9 * top

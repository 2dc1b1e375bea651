"""The separable law's mass over its support."""

import numpy as np
import pytest

from tests.support.sampling import labels
from theory import separable


@pytest.mark.parametrize("seed", [0, 2, 3, 5])
def test_mass_of_random_covariances(seed):
    """One and several atoms, power laws, frozen outputs, either side of lower rank."""
    rng = np.random.default_rng(seed)
    dimension, classes = int(rng.choice([20, 100, 300])), int(rng.integers(2, 6))
    _, p = labels(rng, 3.0 * rng.random() * rng.standard_normal((25, classes)), law="uniform")
    T = [
        np.ones(dimension),
        np.arange(1, dimension + 1.0) ** -1.2,
        rng.choice([0.1, 1.0, 10.0], dimension),
        rng.exponential(size=dimension),
    ][seed % 4]
    M = rng.standard_normal((classes, classes))
    bulk = {"sigma_E": 1.0, "T": T, "K_C": M @ M.T if seed % 3 else None}
    low, high = separable.edges(p, **bulk)[0]
    x = low * (high / low) ** np.linspace(0, 1, 601)
    x = np.concatenate([x[:1], (x[1:] + x[:-1]) / 2, x[-1:]])
    mass = np.trapezoid(separable.density(x, p, **bulk), x)
    assert mass == pytest.approx(min(1, 25 * (classes - 1) / dimension), rel=0.01)

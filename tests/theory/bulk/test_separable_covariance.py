"""The separable law's mass over its support."""

import numpy as np
import pytest

from tests.support.draws.sampling import labels
from theory import separable
from theory.bulk.separable_covariance import SeparableLaw


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


def test_atoms_too_small_to_count_leave_no_lower_edge():
    few = {"b": np.ones(1), "b_count": np.array([50.0])}
    t = {"t": np.array([1e-38, 1.0]), "t_count": np.array([100.0, 20.0])}
    assert SeparableLaw(**few, **t).lower_edge() == 0.0
    long = {"t": np.ones(1), "t_count": np.array([120.0])}
    law = SeparableLaw(**few, **long)  # Marchenko and Pastur's, of 50 rows and 120 weights
    assert law.lower_edge() == pytest.approx((np.sqrt(120) - np.sqrt(50)) ** 2, rel=1e-6)

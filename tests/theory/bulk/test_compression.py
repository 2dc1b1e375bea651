"""Populations in fewer atoms: the law of all of them is the judge."""

import numpy as np
import pytest

from theory import InputError, stream
from theory.bulk import SampleCovariance
from theory.bulk.compression import MAX_ATOMS, compressed, resolved


def population(n, seed=0):
    return np.sort(stream(seed, "compression").gamma(4.0, size=n))


def density_errors(few, every, D):
    """Relative errors of the density of ``few`` at places where the law of ``every`` has it."""
    law = SampleCovariance(every, ratio=every.size / D)
    rank = stream(1, "compression").random(200)
    x = law.quantile(1 - min(1.0, D / every.size) * rank)
    nodes, weights = few
    found = SampleCovariance(nodes, weights, ratio=every.size / D).density(x)
    return np.abs(found / law.density(x) - 1)


@pytest.mark.parametrize("D", [50, 10**4, 10**6, 10**7])
def test_the_density_is_that_of_all_atoms(D):
    """From one interval (D = 50) to hundreds: an edge moved by 1e-9 costs most, close to it."""
    every = population(4500)
    few = resolved(every, share=1 / D)
    assert density_errors(few, every, D).max() < 1e-6
    intervals = SampleCovariance(*few, ratio=every.size / D).edges()
    np.testing.assert_allclose(
        intervals, SampleCovariance(every, ratio=every.size / D).edges(), rtol=1e-8
    )


def test_blocks_of_equal_numbers_are_rejected_where_each_atom_has_an_interval():
    every = population(6000)
    fixed = compressed(every, MAX_ATOMS // 2)
    assert density_errors(fixed, every, 10**4).max() < 1e-5
    assert np.mean(density_errors(fixed, every, 10**8)) > 0.01


@pytest.mark.parametrize("few", [compressed, resolved])
def test_three_moments_are_kept(few):
    every = population(9000)
    nodes, weights = few(every, 2048) if few is compressed else few(every, share=0.01)
    assert nodes.size < every.size / 2
    for power in range(4):
        assert weights @ nodes**power == pytest.approx(np.mean(every**power), rel=1e-12)


def test_what_smooths_the_bulk_leaves_fewer_atoms():
    """With a semicircle wider than all atoms, as with strong curvature, none stands alone."""
    every = population(4500)
    alone, _ = resolved(every, share=1e-12)
    smooth, _ = resolved(every, share=1e-12, smooth=2 * every[-1])
    assert alone.size == every.size
    assert smooth.size < alone.size


def test_atoms_at_zero_are_one():
    every = np.r_[np.zeros(3000), population(3000)]
    nodes, weights = resolved(every, share=1e-3)
    assert weights[nodes == 0].sum() == pytest.approx(0.5, rel=1e-12)


def test_too_many_intervals_are_refused():
    with pytest.raises(InputError, match="D must be less for a bulk of 20000 eigenvalues"):
        resolved(np.linspace(1, 2, 20_000), share=1e-15)

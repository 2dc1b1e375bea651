"""The simplex: draws of random energies against exact values, and the density's law."""

import numpy as np

from theory import rem

Z = 4.5


def test_draws_of_energies_have_the_exact_largest_output(fast):
    data = fast("simplex")
    error = data.model_largest_error
    assert np.all(np.abs(data.model_largest - data.exact_largest) < Z * error)
    other = rem.largest(1.2 * data.sigma_z.values, C=3)
    assert np.any(np.abs(data.model_largest.values - other) > Z * error.values)


def test_the_density_integrates_to_one_and_turns_over(fast):
    data = fast("simplex")
    # over the uniform law: a plain mean, short of what lies beyond the last points of the grid
    whole = data.density.mean("point")
    assert abs(float(whole[0]) - 1) < 0.01
    assert 0.5 < float(whole[1]) < 1.2
    centre = int(np.abs(data.points.values - 1 / 3).sum(axis=1).argmin())
    assert float(data.density[0, centre]) > 0.99 * float(data.density[0].max())
    assert float(data.density[1, centre]) < 1.01 * float(data.density[1].min())


def test_the_network_leaves_the_centre_further_than_independent_energies(fast):
    data = fast("simplex")
    gap = (data.largest - data.exact_largest) / data.largest_error
    assert float(gap[-1]) > Z
    assert np.all(data.sizes["shown"] == 2)

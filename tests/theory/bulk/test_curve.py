"""The curve of roots of many atoms, and across gaps."""

import numpy as np

from theory.bulk import SampleCovariance


def test_quantiles_stop_at_gaps():
    law = SampleCovariance([0.0, 1.0, 100.0, 100.0], ratio=0.1)
    assert len(law.edges()) == 2
    np.testing.assert_array_equal(
        law.quantile([0.0, 0.25, 0.5, 1.0]), [0.0, 0.0, law.edges()[0, 1], law.edges()[1, 1]]
    )
    np.testing.assert_allclose(law.cdf([0.0, 10.0, 1e9]), [0.25, 0.5, 1.0])


def test_ten_thousand_atoms():
    atoms = np.logspace(-10, 0, 10_000)
    law = SampleCovariance(atoms, ratio=0.3)
    low, high = law.edges()[0]
    x = np.geomspace(low, high, 102)[1:-1]
    step = np.diff(law.cdf(x))
    assert (step > 0).all()
    x0, x1 = x[:-1], x[1:]
    simpson = (law.density(x0) + 4 * law.density((x0 + x1) / 2) + law.density(x1)) * (x1 - x0) / 6
    np.testing.assert_allclose(simpson, step, rtol=1e-3)

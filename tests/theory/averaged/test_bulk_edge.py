"""The largest eigenvalue of the bulk over the model."""

import numpy as np
import pytest

from tests.support.sampling import outputs
from theory import Params
from theory.averaged import bulk_edge
from theory.spread import tracy_widom


def test_white_edge_is_johnstones():
    """All eigenvalues of the blocks 1/C: centre and scale of a white Wishart matrix (Ma 2012)."""
    rows, cols = 50 * 3 - 0.5, 200 - 0.5
    law = bulk_edge.given(np.full((50, 4), 0.25), sigma_E=1.0, D=200)
    size = 0.25 / 50 / 200
    root = np.sqrt(rows) + np.sqrt(cols)
    assert law.centre == pytest.approx(size * root**2, rel=1e-12)
    scale = size * root * (1 / np.sqrt(rows) + 1 / np.sqrt(cols)) ** (1 / 3)
    assert law.scale == pytest.approx(scale, rel=1e-9)
    assert law.mean == pytest.approx(law.centre + law.scale * tracy_widom.MEAN)


def test_average_edge_is_the_edge_of_its_law():
    params = Params(N=2000, C=5, D=4000, sigma_z=1.0, sigma_c=1.0, sigma_E=0.7)
    p = outputs(np.random.default_rng(0), N=2000, C=5, sigma_z=1.0)
    given = bulk_edge.given(p, sigma_E=0.7, D=4000, Gamma=np.eye(5))
    averaged = bulk_edge.averaged(params)
    assert averaged.centre == pytest.approx(given.centre, rel=0.02)
    assert averaged.scale == pytest.approx(given.scale, rel=0.05)

"""The gradient's share over labels and means."""

import numpy as np

from theory import Params, averages


def test_share_at_the_papers_size():
    """FG's N=300, C=10, D=1000: one draw anywhere between 0.35 and 0.84."""
    found = averages.power(Params(N=300, C=10, D=1000, sigma_z=0.1, sigma_c=1.0, sigma_E=0.7))
    low, high = found.quantile([0.01, 0.99])
    assert 0.30 < low < 0.40
    assert 0.80 < high < 0.88
    assert np.all(np.diff(found.quantile(np.linspace(0, 1, 11))) > 0)

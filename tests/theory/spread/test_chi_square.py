"""Equally likely values of gamma laws."""

import numpy as np
import pytest

from theory.spread.chi_square import gamma_nodes


@pytest.mark.parametrize("shape", [0.5, 3.0, 1e6])
def test_nodes_have_the_law_they_stand_for(shape):
    """Mean one and variance 1/shape, to the midpoint rule's error; they increase."""
    nodes = gamma_nodes(4000, shape=shape)
    assert np.all(np.diff(nodes) > 0)
    assert nodes.mean() == pytest.approx(1, abs=2e-3)
    assert nodes.var() * shape == pytest.approx(1, abs=0.02)

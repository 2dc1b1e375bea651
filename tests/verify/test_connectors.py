"""The 3-connector of four digits networks at many points: enough parts, and too few."""

from __future__ import annotations

import pytest

from empirical.settings import WedgeConnectors
from figures.wedges.connectors import connector

POINTS = 3000


@pytest.mark.parametrize("seed", [0, 1])
def test_a_three_connector_stays_within_the_bound_if_its_edges_have_enough_parts(seed):
    within = {}
    for parts in (4, 6):
        settings = WedgeConnectors(m=(3,), divisions=(parts,), points=POINTS, seed=seed)
        found = connector(settings, m=3)
        bound = float(found.optima.max()) + settings.bound
        within[parts] = float((found.connector <= bound).mean())
    assert within[6] >= 0.99
    assert within[4] < 0.99

"""Cuts of the toy landscape at many draws: the law of the nearest plane, uniform and structured."""

from __future__ import annotations

import numpy as np
import pytest

from simulate.wedges import Subspace
from theory import stream
from theory.wedges import Nearest, cuts

DRAWS = 3000
DIMENSIONS = (30, 35, 38)


@pytest.mark.parametrize("kind", ["uniform", "structured"])
@pytest.mark.parametrize("D", [100, 1000])
def test_the_nearest_plane_is_met_as_often_as_theory_has_it(D, kind):
    n = D - 40
    tolerance = 0.3 * Nearest(D, n).quantile(0.5)
    met = np.zeros((DRAWS, len(DIMENSIONS)))
    for i in range(DRAWS):
        rng = stream(0, D, i)
        base = rng.standard_normal(D)
        off = np.sort(np.argsort(np.abs(base))[:40])
        if kind == "uniform":
            columns = rng.standard_normal((40, DIMENSIONS[-1]))
        else:
            columns = Subspace(D, d=DIMENSIONS[-1], seed=i).columns(off)
        for j, d in enumerate(DIMENSIONS):
            frame = np.linalg.qr(columns[:, :d])[0]
            left = base[off] - frame @ (frame.T @ base[off])
            met[i, j] = np.linalg.norm(left) <= tolerance
    theory = cuts.nearest_plane(DIMENSIONS, D=D, n=n, tolerance=tolerance)
    band = 4 * np.sqrt(theory * (1 - theory) / DRAWS) + 0.01  # stated error of the law
    assert np.all(np.abs(met.mean(axis=0) - theory) < band)
    shifted = cuts.nearest_plane(np.array(DIMENSIONS) - 1, D=D, n=n, tolerance=tolerance)
    assert np.any(np.abs(met.mean(axis=0) - shifted) > band)

"""What independence costs: the exact law is nearer than every level, and than itself without it."""

import numpy as np
import pytest

pytestmark = pytest.mark.slow


def test_the_exact_law_is_nearer_than_all_that_takes_the_outputs_for_independent(fast):
    data = fast("benchmark")
    mean = data["size"].mean(["draw", "norm"]).sel(quantity="outliers")
    exact = float(mean.sel(source="exact"))
    assert exact < 0.05
    others = mean.drop_sel(source=["exact", "other examples"])
    assert float(others.min()) > 1.5 * exact


def test_what_is_shown_is_one_draw(fast):
    data = fast("benchmark")
    exact = data.predicted.sel(source="exact").values
    assert exact.shape == data.eigenvalues.shape
    assert exact.sum() == pytest.approx(data.eigenvalues.values.sum(), rel=0.1)
    assert np.all(np.diff(exact) <= 1e-12)

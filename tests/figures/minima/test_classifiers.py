"""Numbers of theory's classifiers: those of the closed forms, and their limits."""

import numpy as np
import pytest

from figures.minima.classifiers import of_clouds, of_patterns
from theory import InputError


def test_few_patterns_leave_the_whole_sphere():
    """``ln 2`` of the volume goes with each pattern, and no margin is too large."""
    found = of_patterns(1e-3)
    assert found["log_volume"] == pytest.approx(-1e-3 * np.log(2), rel=1e-2)
    assert found["capacity"] == pytest.approx(2)
    assert "largest_margin" not in found
    assert of_patterns(1.0)["largest_margin"] > 0


def test_others_around_the_best_classifier():
    found = of_clouds(1.0, noise=0.5, overlaps=[0.9, 0.6])
    assert found["squared_overlap"] == pytest.approx(2 / 3)
    assert found["training_error"] < found["error"]
    assert np.all(np.array(found["local_entropy"]) < np.log(1 - np.array([0.81, 0.36])) / 2)
    assert found["error"] < found["error_at_overlaps"][0] < found["error_at_overlaps"][1]
    looser = of_clouds(1.0, noise=0.5, overlaps=[0.9], errors=0.2)
    assert looser["local_entropy"][0] > found["local_entropy"][0]
    assert "local_entropy" not in of_clouds(1.0, noise=0.5)


def test_bounds_are_named():
    with pytest.raises(InputError, match="alpha must be greater than 0, got 0"):
        of_patterns(0.0)
    with pytest.raises(InputError, match="noise must be greater than 0, got -1"):
        of_clouds(1.0, noise=-1.0)
    with pytest.raises(InputError, match="errors must be at most 1, got 2"):
        of_clouds(1.0, noise=1.0, overlaps=[0.5], errors=2.0)

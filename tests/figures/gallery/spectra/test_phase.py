"""The transition: samples on theory's line on both sides of it."""

import numpy as np
import pytest

AWAY = 0.3  # from the threshold, in units of it: nearer, a finite draw is on neither side
Z = 4.5


def points(data, name):
    """Mean and standard error of the samples, and the closed form, above the threshold."""
    sampled = data[name]
    mean, error = sampled.mean("replicate"), sampled.std("replicate", ddof=1)
    above = data.mean_length.values > 1 + AWAY
    return (
        mean.values[:, above],
        error.values[:, above] / np.sqrt(sampled.sizes["replicate"]),
        data[f"predicted_{name}"].values[:, above],
    )


@pytest.mark.parametrize("name", ["lambda_max", "overlap"])
def test_samples_lie_on_the_closed_form_above_the_threshold(fast, name):
    data = fast("phase")
    mean, error, predicted = points(data, name)
    allowed = Z * error + 2 / data.size.values[:, None] * predicted  # the next order is 1/D
    assert np.all(np.abs(mean - predicted) < allowed)
    for factor in (0.9, 1.1):  # no neighbouring line would do
        assert np.any(np.abs(mean - factor * predicted) > allowed)


def test_below_it_there_is_the_edge_alone(fast):
    data = fast("phase")
    below = data.mean_length.values < 1 - AWAY
    top = data.lambda_max.mean("replicate").values[:, below]
    size = data.size.values[:, None].astype(float)
    # the mean of Tracy and Widom's law lies below the edge by a few N^(-2/3)
    assert np.all(top < 1 + 3 * size ** (-2 / 3))
    assert np.all(top > 1 - 6 * size ** (-2 / 3))
    assert data.overlap.mean("replicate").values[-1, below].max() < 0.15
    assert np.all(data.predicted_lambda_max.values[:, below] == 1)


def test_the_line_parts_the_diagram(fast):
    data = fast("phase")
    over = data.noise_ratio / data.critical_ratio
    assert float(data.prominence.where(over < 0.4).min()) > 2
    beyond = data.prominence.where(over > 2.5)  # the fifth eigenvalue is then of the bulk
    assert float(beyond.max()) < 2
    assert float(beyond.mean()) < 1.4


def test_the_line_is_continuous_at_the_threshold(fast):
    data = fast("phase")
    at = int(np.abs(data.line_mean_length.values - 1).argmin())
    assert float(data.line_lambda_max[at]) == pytest.approx(1, abs=0.01)
    assert float(data.line_overlap[at]) < 0.1
    assert np.all(np.diff(data.line_lambda_max.values[at + 1 :]) > 0)

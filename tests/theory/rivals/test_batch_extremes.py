"""The additive law: against a matrix of one eigenvalue with GOE noise."""

import numpy as np
import pytest

from theory import InputError
from theory.rivals.batch_extremes import largest, noise_from


@pytest.mark.parametrize("full", [0.5, 2.0, 4.0])
def test_it_is_that_of_draws(full):
    n, s, rng = 300, 1.0, np.random.default_rng(1)
    found = []
    for _ in range(10):
        W = rng.standard_normal((n, n)) * s / np.sqrt(2 * n)
        H = W + W.T
        H[0, 0] += full
        found.append(np.linalg.eigvalsh(H)[-1])
    expected = float(largest(full, noise=s))
    error = 4.5 * np.std(found) / np.sqrt(10) + 2 * n ** (-2 / 3)  # Tracy-Widom at the edge
    assert abs(np.mean(found) - expected) < error
    assert abs(np.mean(found) - full) > error


@pytest.mark.parametrize("batch", [4.5, 8.0, 11.0])
def test_the_noise_is_found_again(batch):
    assert largest(4.0, noise=noise_from(4.0, batch)) == pytest.approx(batch)


def test_what_it_refuses():
    with pytest.raises(InputError, match="full must be non-negative"):
        largest([-1.0], noise=1.0)
    with pytest.raises(InputError, match="batch must be at least full"):
        noise_from(4.0, 3.0)

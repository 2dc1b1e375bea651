"""Probes are standard normal and addressed by seed and index; errors are those of a mean."""

import numpy as np
import pytest
import torch

from empirical.operators.operator import Operator
from empirical.operators.probes import Estimated, mean, normal
from theory.checks import InputError

SIZE = 20_000
IDENTITY = Operator(lambda vectors: vectors, D=SIZE)


def test_a_probe_is_standard_normal():
    v = normal(IDENTITY, seed=3, index=0)
    assert v.shape == (SIZE,)
    for power, moment in ((1, 0.0), (2, 1.0), (4, 3.0)):
        sample = v**power
        assert abs(float(sample.mean()) - moment) < 4 * float(sample.std()) / SIZE**0.5


def test_a_probe_depends_on_its_seed_and_index_only():
    first = normal(IDENTITY, seed=3, index=1)
    torch.manual_seed(0)
    assert torch.equal(first, normal(IDENTITY, seed=3, index=1))
    for other in (normal(IDENTITY, seed=3, index=2), normal(IDENTITY, seed=4, index=1)):
        assert abs(float(first @ other)) < 4 * SIZE**0.5


def test_the_error_is_that_of_the_mean():
    rng = np.random.default_rng(0)
    samples = rng.standard_normal((50, 400))
    found = mean(samples)
    np.testing.assert_allclose(found.value, samples.mean(0))
    scatter = found.value / found.error  # of Student's law with 49 degrees of freedom
    assert scatter.std() == pytest.approx((49 / 47) ** 0.5, abs=4 / 800**0.5)
    assert not found.exact
    assert Estimated(1.0, 0.0).exact


def test_one_probe_has_no_error():
    with pytest.raises(InputError, match="at least 2 probes, got 1"):
        mean(np.ones(1))

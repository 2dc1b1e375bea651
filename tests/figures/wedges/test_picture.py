"""Bars of binomial rates in the pictures of wedges."""

import numpy as np
import pytest
from scipy.stats import binom

from figures.wedges.picture import binomial_bars


@pytest.mark.parametrize("trials", [1, 8, 100])
def test_bars_are_the_rates_at_which_the_count_is_just_believable(trials):
    counts = np.arange(trials + 1)
    down, up = binomial_bars(counts, trials)
    low, high = counts / trials - down, counts / trials + up
    assert low[0] == 0
    assert high[-1] == 1
    np.testing.assert_allclose(binom.sf(counts[1:] - 1, trials, low[1:]), 0.025)
    np.testing.assert_allclose(binom.cdf(counts[:-1], trials, high[:-1]), 0.025)

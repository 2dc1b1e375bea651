"""Softmax regression as a network: what is measured on it is what is sampled of it."""

import numpy as np
import pytest

from empirical.measure import measure
from empirical.networks.regression import softmax_regression
from empirical.settings import Measurement
from simulate.mixture import sample, spectrum
from theory.regression import Mixture


def test_its_spectrum_is_that_of_the_sampler():
    mixture = Mixture.orthogonal(C=3, d=12, separation=2.0, norm=1.0)
    drawn = sample(mixture, N=40, seed=0)
    network, data = softmax_regression(mixture.W, x=drawn.x, y=drawn.y)
    asked = Measurement(observe=("logits", "spectrum"), examples=40, held_out=0)
    measured = measure(network, data, asked)
    found = spectrum(drawn)
    assert measured.eigenvalues.values[:24] == pytest.approx(found.eigenvalues, rel=1e-8, abs=1e-12)
    share = found.power[:2].sum() / found.power.sum()
    assert float(measured.gradient_power[:2].sum()) == pytest.approx(share, rel=1e-8)
    assert np.sort(measured.p.values, axis=0) == pytest.approx(np.sort(drawn.p, axis=0))

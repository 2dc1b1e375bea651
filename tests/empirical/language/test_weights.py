"""Weights of logit gradients."""

from __future__ import annotations

import pytest
import torch

from empirical.estimates.parameters import curvature_weights
from empirical.language import Readout
from empirical.language.weights import Weights
from tests.support.networks.language import small
from theory.checks import InputError


def test_weights_of_curvature_are_those_of_the_model():
    network, windows = small()
    readout = Readout(network, windows, chunk_bytes=600)
    with torch.no_grad():
        p = network.head(network.features(windows.tokens)).flatten(0, 1).softmax(1)
    expected = curvature_weights(p)
    found = Weights(readout, "curvature")
    torch.testing.assert_close(found.of(p.clone()), expected, rtol=1e-12, atol=0)
    torch.testing.assert_close(found.totals(readout), expected.sum(0), rtol=1e-12, atol=0)


def test_equal_weights_count_the_examples():
    readout = Readout(*small())
    totals = Weights(readout, "equal").totals(readout)
    assert totals.tolist() == [readout.N] * readout.C
    with pytest.raises(InputError, match="weighting must be one of equal, curvature, got 'even'"):
        Weights(readout, "even")  # pyright: ignore[reportArgumentType]

"""Which matrix is formed, and its memory."""

from __future__ import annotations

import pytest

from empirical.capture import capture
from empirical.gauss_newton.spectrum import eigenvalues, spectrum
from empirical.jacobian.gradients import LogitGradients
from empirical.networks import mlp
from tests.support.references.explicit_jacobian import random_data
from theory.checks import InputError


def test_the_smaller_matrix_is_formed(network, data, monkeypatch):
    sample = capture(network, data)
    dual = spectrum(sample)
    small = sample.gradients.D < 23 * 3
    monkeypatch.setattr(
        LogitGradients, "gram" if small else "second_moment", lambda *_: pytest.fail("the larger")
    )
    assert (
        len(spectrum(sample).eigenvalues)
        == len(dual.eigenvalues)
        == min(23 * 3, sample.gradients.D)
    )


def test_memory_for_the_matrix_is_asked_for_first():
    sample = capture(mlp((5, 30, 4), seed=0), random_data(23))
    for work in (spectrum, eigenvalues):
        with pytest.raises(InputError, match="for the spectrum of 23 examples of 4 classes"):
            work(sample, memory=1000)

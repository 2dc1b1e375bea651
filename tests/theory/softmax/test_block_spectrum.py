"""Traces from few nodes against sums over all blocks."""

import numpy as np
import pytest
from scipy.special import softmax as softmax_rows

from theory import softmax, stream

ROWS = 3000


def outputs(sigma_z: float, C: int) -> np.ndarray:
    return softmax_rows(sigma_z * stream(0, "block-spectrum").standard_normal((ROWS, C)), axis=1)


@pytest.mark.parametrize("C", [2, 7])
@pytest.mark.parametrize("sigma_z", [0.01, 1.0, 20.0])
def test_traces_are_those_of_all_blocks_however_near_the_pole(sigma_z, C):
    """Next to it what rounds an eigenvalue moves a trace by as much over the distance."""
    p = outputs(sigma_z, C)
    spectrum = softmax.block_spectrum(p)
    assert spectrum.largest == pytest.approx(softmax.largest_eigenvalue(p), rel=1e-13)
    assert len(spectrum.nodes) < ROWS / 3
    for distance in (1e-5, 1e-2, 0.5, 1.0, 1e4):  # of -1/κ from the largest, over it
        kappa = (distance - 1) / spectrum.largest
        exact = softmax.resolvent_trace_means(p, kappa=kappa)
        error = np.abs(spectrum.trace_means(kappa) / exact - 1)
        assert error.max() < 1e-12 / min(distance, 1)


def test_powers_up_to_the_nineteenth_are_those_of_the_eigenvalues():
    p = outputs(1.0, 4)
    spectrum, values = softmax.block_spectrum(p), softmax.eigenvalues(p)
    for power in (1, 2, 9, 19):
        exact = (values**power).sum() / ROWS
        assert spectrum.weights @ spectrum.nodes**power == pytest.approx(exact, rel=1e-12)


def test_decided_outputs_have_nothing():
    spectrum = softmax.block_spectrum(np.eye(3))
    assert spectrum.largest == 0
    assert not spectrum.trace_means(2.0).any()

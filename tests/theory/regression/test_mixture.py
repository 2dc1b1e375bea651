"""The mixture: its span, and what it refuses."""

import numpy as np
import pytest

from theory import InputError
from theory.regression import Mixture


def test_the_basis_spans_weights_and_means():
    rng = np.random.default_rng(0)
    mixture = Mixture(rng.standard_normal((3, 20)), rng.standard_normal((3, 20)))
    Q = mixture.basis
    assert Q.shape == (20, 6)
    assert pytest.approx(np.eye(6), abs=1e-12) == Q.T @ Q
    for rows in (mixture.W, mixture.means):
        assert np.asarray(rows) @ Q @ Q.T == pytest.approx(np.asarray(rows), abs=1e-10)


def test_weights_along_the_means_are_calibrated():
    mixture = Mixture.orthogonal(C=3, d=10, separation=1.5)
    x = np.random.default_rng(1).standard_normal((50, 10))
    z = x @ np.asarray(mixture.W).T
    distances = ((x[:, None] - np.asarray(mixture.means)) ** 2).sum(-1) / 2
    assert z - z[:, :1] == pytest.approx(distances[:, :1] - distances, abs=1e-10)


def test_what_it_refuses():
    with pytest.raises(InputError, match="means must have the shape of W"):
        Mixture(np.ones((3, 20)), np.ones((2, 20)))
    with pytest.raises(InputError, match="d must be above 6"):
        Mixture(np.ones((3, 6)), np.ones((3, 6)))
    with pytest.raises(InputError, match="separation"):
        Mixture.orthogonal(C=3, d=20, separation=-1.0)

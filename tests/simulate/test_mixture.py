"""The mixture's sampler: against G and g written out, and the law of its inputs."""

import numpy as np
import pytest

from simulate.mixture import LabelledInputs, sample, spectrum
from theory import InputError
from theory.regression import Mixture

MIXTURE = Mixture.orthogonal(C=3, d=8, separation=2.0)


def test_spectrum_is_that_of_G_written_out():
    drawn = sample(MIXTURE, N=30, seed=1)
    G, g = np.zeros((24, 24)), np.zeros(24)
    for x, y, p in zip(*drawn, strict=True):
        G += np.kron(np.diag(p) - np.outer(p, p), np.outer(x, x)) / 30
        g += np.kron(p - np.eye(3)[y], x) / 30
    values, vectors = np.linalg.eigh(G)
    found = spectrum(drawn)
    assert found.eigenvalues == pytest.approx(values[::-1][:16], rel=1e-10, abs=1e-14)
    assert found.power == pytest.approx((vectors.T @ g)[::-1][:16] ** 2, rel=1e-6, abs=1e-12)


def test_inputs_are_those_of_the_mixture():
    N = 20_000
    drawn = sample(MIXTURE, N=N, seed=0)
    for y in range(3):
        own = drawn.x[drawn.y == y]
        assert np.abs(own.mean(0) - np.asarray(MIXTURE.means)[y]).max() < 4.5 / np.sqrt(len(own))
        assert abs(len(own) / N - 1 / 3) < 4.5 * np.sqrt(2 / 9 / N)
    away = drawn.p - np.eye(3)[drawn.y]  # weights along the means: the outputs are calibrated
    assert np.abs(away.mean(0)).max() < 4.5 * away.std() / np.sqrt(N)
    weighed = (drawn.p * away).mean()
    assert abs(weighed) < 4.5 * (drawn.p * away).std() / np.sqrt(3 * N)


def test_it_is_of_its_seed():
    first, again, other = (sample(MIXTURE, N=5, seed=s) for s in (1, 1, 2))
    assert isinstance(first, LabelledInputs)
    assert np.array_equal(first.x, again.x)
    assert not np.array_equal(first.x, other.x)
    with pytest.raises(InputError, match="N must be"):
        sample(MIXTURE, N=0, seed=0)

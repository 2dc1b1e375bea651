"""Two Gaussian clouds: overlap and errors of Hebb's rule against drawn examples."""

from math import sqrt

import numpy as np
import pytest
from scipy.special import ndtr

from theory import InputError, stream
from theory.perceptron import mixture

ALPHA, NOISE, DIMENSION = 1.5, 0.7, 400


def drawn(replicate: int) -> tuple[float, float, float, float]:
    """Squared overlap, test error, and training errors of Hebb's rule and beside it."""
    rng = stream(0, "mixture", replicate)
    n = int(ALPHA * DIMENSION)
    true = sqrt(DIMENSION) * np.eye(DIMENSION)[0]  # any direction is as good
    x = true / sqrt(DIMENSION) + sqrt(NOISE) * rng.standard_normal((n, DIMENSION))  # times y
    w = x.sum(axis=0)
    w /= np.linalg.norm(w)
    cosine = w @ true / sqrt(DIMENSION)
    aside = rng.standard_normal(DIMENSION)
    aside -= (aside @ w) * w
    beside = 0.8 * w + 0.6 * aside / np.linalg.norm(aside)
    return (
        cosine**2,
        float(ndtr(-cosine / sqrt(NOISE))),
        float((x @ w < 0).mean()),
        float((x @ beside < 0).mean()),
    )


def test_against_drawn_examples():
    seen = np.array([drawn(i) for i in range(60)])
    told = np.array(
        [
            mixture.squared_overlap(ALPHA, noise=NOISE),
            mixture.error(ALPHA, noise=NOISE),
            mixture.training_error(ALPHA, noise=NOISE),
            mixture.training_error(ALPHA, noise=NOISE, overlap=0.8),
        ]
    )
    errors = seen.std(axis=0, ddof=1) / sqrt(len(seen))
    assert np.all(np.abs(seen.mean(axis=0) - told) < 4 * errors + 1 / DIMENSION * told)
    wrong = mixture.error(ALPHA, noise=NOISE)  # as if training examples were new ones
    assert seen[:, 2].mean() < wrong - 10 * errors[2]


def test_limits():
    assert float(mixture.error(1e9, noise=0.5)) == pytest.approx(ndtr(-1 / sqrt(0.5)), rel=1e-8)
    assert float(mixture.error(1.0, noise=0.5, overlap=0.0)) == 0.5
    assert float(mixture.squared_overlap(1e9, noise=1.0)) == pytest.approx(1, rel=1e-8)
    wide = mixture.training_error([0.1, 1.0, 10.0], noise=0.5, overlap=0.9)
    assert np.all(np.diff(wide) > 0)
    assert np.all(wide < mixture.error([0.1, 1.0, 10.0], noise=0.5, overlap=0.9))


def test_bad_input_is_refused():
    with pytest.raises(InputError, match="noise must be greater than 0, got 0"):
        mixture.error(1.0, noise=0.0)
    with pytest.raises(InputError, match=r"overlap must lie in \[-1, 1\], got 1.1"):
        mixture.error(1.0, noise=1.0, overlap=1.1)

"""Two Gaussian clouds: overlap and errors of Hebb's rule against drawn examples."""

from math import log, pi, sqrt

import numpy as np
import pytest
from scipy.special import ndtr

from theory import ConvergenceError, InputError, stream
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


def test_close_to_hebb_nearly_all_classifiers_err_as_little():
    ratio = 1.5 / 0.5  # of (α+Δ)/(αΔ)
    density = np.exp(-ratio / 2) / sqrt(2 * pi)
    for cosine in (0.999, 0.9999):
        lost = sqrt(pi) * ratio * density * (1 - cosine**2) ** 1.5 / 8
        found = log(1 - cosine**2) / 2 - float(mixture.local_entropy(cosine, alpha=1.0, noise=0.5))
        assert found == pytest.approx(lost, rel=sqrt(1 - cosine**2))


def test_how_many_err_as_little():
    cosine = np.array([0.9, 0.5])
    bound = np.log(1 - cosine**2) / 2
    all_of_them = mixture.local_entropy(cosine, alpha=1.0, noise=0.5, errors=0.5)
    np.testing.assert_allclose(all_of_them, bound, rtol=1e-12)
    asked = [0.03, 0.06, 0.12]
    found = [mixture.local_entropy(cosine, alpha=1.0, noise=0.5, errors=e) for e in asked]
    assert np.all(np.diff(found, axis=0) >= 0)
    assert np.all(found <= bound + 1e-12)


def test_too_few_classifiers_are_told():
    with pytest.raises(ConvergenceError, match="too few classifiers"):
        mixture.local_entropy(0.999, alpha=1.0, noise=0.5, errors=0.001)
    with pytest.raises(ConvergenceError, match="replica symmetry does not hold"):
        mixture.local_entropy(0.6, alpha=5.0, noise=1.0, errors=0.05)


def test_bad_input_is_refused():
    with pytest.raises(InputError, match="noise must be greater than 0, got 0"):
        mixture.error(1.0, noise=0.0)
    with pytest.raises(InputError, match=r"overlap must lie in \[-1, 1\], got 1.1"):
        mixture.error(1.0, noise=1.0, overlap=1.1)
    with pytest.raises(InputError, match=r"overlap must lie in \[0.01, 0.9999\], got 1..1"):
        mixture.local_entropy(1.0, alpha=1.0, noise=1.0)
    with pytest.raises(InputError, match=r"errors must be at least 0\.0001, got 0"):
        mixture.local_entropy(0.9, alpha=1.0, noise=1.0, errors=0.0)
    with pytest.raises(InputError, match="errors must be at most 1, got 2"):
        mixture.local_entropy(0.9, alpha=1.0, noise=1.0, errors=2.0)

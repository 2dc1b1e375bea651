"""Classifiers around Hebb's that misclassify few: the saddle against samples, and by quadrature."""

from math import exp, log, pi, sqrt

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import ndtr

from theory import stream
from theory.perceptron import mixture
from theory.perceptron.mixture_saddle import at_price, fields, saddle

ALPHA, NOISE, S, BETA = 1.5, 0.7, 0.5, 1.5
DIMENSION, DRAWS, REPLICATES = 16, 2000, 200


def drawn(replicate: int) -> tuple[float, ...]:
    """What is weighed by exp(-β · errors) among random classifiers of the cosine S with Hebb's.

    The logarithm of the mean weight over d, beyond that of the mean number of errors; the share of
    errors; the overlap of two; the cosine with the true direction.
    """
    rng, d = stream(0, "around", replicate), DIMENSION
    true = np.eye(d)[0]
    x = true + sqrt(NOISE) * rng.standard_normal((int(ALPHA * d), d))  # times y
    w = x.sum(axis=0)
    w /= np.linalg.norm(w)
    aside = rng.standard_normal((DRAWS, d))
    aside -= np.outer(aside @ w, w)
    aside /= np.linalg.norm(aside, axis=1)[:, None]
    v = S * w + sqrt(1 - S * S) * aside
    errors = (v @ x.T < 0).sum(axis=1)
    weights = np.exp(-BETA * errors)
    gained = (log(weights.mean()) + BETA * errors.mean()) / d
    weights /= weights.sum()
    same = float(weights @ weights)
    overlap = (np.sum((weights @ v) ** 2) - same) / (1 - same)  # of two different ones
    return gained, float(weights @ errors) / len(x), overlap, float(weights @ v @ true)


def test_against_drawn_classifiers():
    seen = np.array([drawn(i) for i in range(REPLICATES)])
    told = at_price(BETA, S, alpha=ALPHA, noise=NOISE)
    bound = log(1 - S * S) / 2
    free = float(mixture.training_error(ALPHA, noise=NOISE, overlap=S))
    gained = told.log_volume - bound + ALPHA * BETA * (free - told.errors)
    cosine = S * sqrt(float(mixture.squared_overlap(ALPHA, noise=NOISE)))
    expected = np.array([gained, told.errors, told.q, cosine])
    mean, errors = seen.mean(axis=0), seen.std(axis=0, ddof=1) / sqrt(REPLICATES)
    assert np.all(np.abs(mean - expected) < 4 * errors + expected / DIMENSION)

    # as if Hebb's did not fix the mean of the fields, and as if each classifier were on its own
    ratio = (ALPHA + NOISE) / (ALPHA * NOISE)
    loose = fields(0.0, told.q, mean=S * sqrt(ratio), beta=BETA).errors
    wrong = np.array([loose, S * S])
    assert np.all(np.abs(mean[1:3] - wrong) > 4 * errors[1:3] + wrong / DIMENSION)


def density(z):
    return exp(-z * z / 2) / sqrt(2 * pi)


@pytest.mark.parametrize(
    ("alpha", "noise", "overlap", "errors"), [(1.0, 0.5, 0.3, 0.05), (4.0, 2.0, 0.7, 0.15)]
)
def test_the_volume_is_extremal(alpha, noise, overlap, errors):
    mean = overlap * sqrt((alpha + noise) / (alpha * noise))

    def volume(q, c, beta):
        def partition(z):
            right = ndtr((mean + sqrt(q) * z + c) / sqrt(1 - q))
            return density(z) * log(exp(-beta) + (1 - exp(-beta)) * right)

        entropy = (log(1 - q) + (q - overlap**2) / (1 - q)) / 2
        patterns = quad(partition, -12, 12, epsabs=1e-12, limit=200)[0]
        return entropy + alpha * (c * c / (2 * (1 - q)) + patterns + beta * errors)

    found = saddle(overlap, alpha=alpha, noise=noise, errors=errors)
    at = np.array([found.q, found.shift, found.beta])
    assert volume(*at) == pytest.approx(found.log_volume, abs=1e-9)
    assert found.errors == pytest.approx(errors, abs=1e-10)
    for step in 1e-4 * np.eye(3):
        assert abs(volume(*(at + step)) - volume(*(at - step))) < 1e-8
    aside = 0.02 * np.eye(3)
    for step in aside[1:]:  # a minimum in the shift and in β
        assert min(volume(*(at + step)), volume(*(at - step))) > found.log_volume + 1e-6


@pytest.mark.parametrize("q", [0.02, 0.5, 0.98])
@pytest.mark.parametrize("beta", [0.3, 12.0])
def test_averages_over_the_fields(q, beta):
    centre = 0.4
    u = np.linspace(-14, 14, 400_001) * max(1, sqrt(q / (1 - q)))
    z = (u * sqrt(1 - q) - centre) / sqrt(q)
    weights = np.exp(-(z**2) / 2) / sqrt(2 * pi) * (z[1] - z[0])
    F = exp(-beta) + (1 - exp(-beta)) * ndtr(u)
    g = np.gradient(np.log(F), u)
    found = fields(centre, q, mean=0.0, beta=beta)
    assert found.log_partition == pytest.approx(float(np.log(F) @ weights), abs=1e-6)
    assert found.errors == pytest.approx(float(exp(-beta) * ndtr(-u) / F @ weights), abs=1e-6)
    assert found.slope == pytest.approx(float(g @ weights), abs=1e-5)
    assert found.slope_square == pytest.approx(float(g**2 @ weights), abs=1e-5)
    curvature = np.gradient(g, u)
    assert found.replicon == pytest.approx(float(curvature**2 @ weights), abs=1e-4)

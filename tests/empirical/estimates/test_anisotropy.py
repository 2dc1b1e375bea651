"""The noise's covariance and the means in it, on gradients drawn from a model that is known."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from empirical.capture import Sample
from empirical.estimates.anisotropy import anisotropy
from empirical.estimates.deviations import halves
from empirical.estimates.parameters import curvature_weights, estimate, nearest_gram
from empirical.jacobian.outer_products import Outer
from tests.support.draws.drawn_gradients import K_C, MEANS, C, D, T, sample_of, seen
from theory import stream

N = 900


def draw(seed: int, *, sigma_z: float = 0.0, slope: float = 0.0) -> Sample:
    """Logits of spread sigma_z; means that grow by ``slope`` times the curvature weight's rank."""
    rng = stream(seed, "anisotropy")
    y = np.arange(N) % C
    z = torch.from_numpy(sigma_z * rng.standard_normal((N, C)))
    weights = curvature_weights(z.softmax(1)).numpy()
    noise = rng.standard_normal((N, C, D)) * np.sqrt(T)
    noise = np.einsum("kl,nld->nkd", np.linalg.cholesky(K_C), noise)
    rank = weights.argsort(0).argsort(0) / N - 0.5
    J = MEANS.reshape(C, C, D)[y] * (1 + slope * rank)[:, :, None] + noise
    sample = sample_of(J, y)
    return Sample(z, sample.targets, sample.gradients)


def found(sample: Sample):
    return anisotropy(sample, estimate(sample).weighted)


def test_variances_are_those_of_T():
    a = found(draw(0))
    first = slice(0, 20)
    np.testing.assert_allclose(a.T[first].numpy(), T[first], rtol=0.2)
    assert abs(float(a.T.sum()) / T.sum() - 1) < 0.03
    z = (a.T[first].numpy() - T[first]) / a.T_error[first].numpy()
    assert np.abs(z).max() < 4


def test_sample_eigenvalues_would_be_more_spread():
    """The power of the split: in the half that gives the directions the variances are biased."""
    few = draw(1)
    few = few.take(torch.arange(120))
    a = found(few)
    in_sample = np.linalg.eigvalsh(
        np.cov(few.gradients.layers[0].linear_part[..., 0][::2].flatten(0, 1).T)
    )
    assert in_sample[-1] > 1.15 * float(a.T[0])


def test_components_of_the_means_make_up_their_gram_matrix():
    sample = draw(2)
    e = estimate(sample)
    a = anisotropy(sample, e.weighted)
    together = a.means @ a.means.T + a.rest
    scale = float(e.weighted.Gamma.diagonal().max())
    torch.testing.assert_close(together, e.weighted.Gamma, rtol=0, atol=0.02 * scale)
    along = np.square(MEANS).sum(0)  # weights in the order of T, of which the first are known best
    first = a.means.square().sum(0)[:3].sum()
    assert float(first) == pytest.approx(along[:3].sum(), rel=0.35)


def test_covariance_across_logits():
    a = found(draw(3, sigma_z=1.5))
    np.testing.assert_allclose(a.K_C, seen(K_C), atol=0.12)
    assert np.abs(a.K_C.numpy() - seen(np.eye(C))).max() > 0.3
    assert float(a.K_C.trace()) == pytest.approx(C)
    share = 1 - K_C.sum() / C**2  # of the noise, tr PKP/tr K
    assert a.sigma_E**2 == pytest.approx(share * T.sum(), rel=0.03)
    assert abs(share - 1) > 0.1


def test_noise_along_differences_of_logits_keeps_the_trace_of_G():
    """K is found entry by entry, and has an eigenvalue far below zero along 1, which G is not."""
    rng = stream(0, "contrasts")
    y = np.arange(400) % 5
    z = 3 * rng.standard_normal((400, 5))
    first, second = np.argsort(-z)[:, :2].T
    signs = np.eye(5)[first] - np.eye(5)[second]  # of an example's two likeliest logits
    noise = signs[:, :, None] * rng.standard_normal((400, 1, 60))
    drawn = sample_of(rng.standard_normal((5, 5, 60))[y] / 8 + noise, y)
    sample = Sample(torch.from_numpy(z), drawn.targets, drawn.gradients)
    p = sample.p.numpy()
    A = np.einsum("nk,kl->nkl", p, np.eye(5)) - np.einsum("nk,nl->nkl", p, p)
    E = np.einsum("nkd,nld->nkl", noise, noise)
    true = np.einsum("nkl,nkl->", A, E) / 400
    a = found(sample)
    assert a.sigma_E**2 * np.sum(A.mean(0) * a.K_C.numpy()) == pytest.approx(true, rel=0.04)
    entries = np.einsum("nkl,nkl->kl", np.abs(A), E) / np.abs(A).sum(0)
    assert np.linalg.eigvalsh(entries)[0] < -0.5 * np.trace(entries) / 5
    nearest = nearest_gram(torch.from_numpy(entries)).numpy()
    assert np.sum(A.mean(0) * nearest) < 0.9 * true


def test_weighted_means_are_those_that_G_sees():
    """Longer means where the curvature is larger: only the weighted level knows."""
    sample = draw(4, sigma_z=2.0, slope=0.8)
    e = estimate(sample)
    w = curvature_weights(sample.p).numpy()
    y = sample.targets.numpy()
    rank = w.argsort(0).argsort(0) / N - 0.5
    factor = np.stack(
        [np.average(1 + 0.8 * rank[y == c], axis=0, weights=w[y == c]) for c in range(C)]
    )
    truth = np.square(MEANS).sum(1) * factor.ravel() ** 2
    np.testing.assert_allclose(e.weighted.Gamma.diagonal(), truth, rtol=0.06)
    assert np.abs(e.cluster.Gamma.diagonal().numpy() / truth - 1).max() > 0.2


def test_halves_share_no_example_and_stay_within_their_rows():
    sample = draw(5, sigma_z=3.0)
    index = torch.arange(N, dtype=torch.float64)
    layer = sample.gradients.layers[0]
    assert isinstance(layer, Outer)
    layer.cotangents[..., 0, 0] = index[:, None]  # marks the example
    weights = curvature_weights(sample.p)
    left, right = halves(sample.gradients, sample.targets, weights, rows=300)
    marks = []
    for half in (left, right):
        layer = half.gradients.layers[0]
        assert isinstance(layer, Outer)
        marks.append(set(layer.cotangents[:, 0, 0, 0].tolist()))
    assert not marks[0] & marks[1]
    assert all(90 <= len(own) <= 100 for own in marks)
    taken = torch.tensor(sorted(marks[0] | marks[1])).long()
    total = weights.sum(1)
    assert total[taken].mean() > 1.3 * total.mean()
    for half in (left, right):  # dividing by the probability makes up for it
        assert float(half.weights.sum()) == pytest.approx(float(total.sum()) / 2, rel=0.1)


def test_there_are_no_more_directions_than_weights_or_than_noise_has():
    """Of 12 weights the noise has two that never move: ten eigenvalues, and means in all."""
    sample = draw(6).take(torch.arange(450))
    few = sample.gradients.layers[0].linear_part[..., 0][:, :, :12].clone()
    few[:, :, 10:] = 1.0
    few = sample_of(few.numpy(), sample.targets.numpy())
    e = estimate(few)
    a = anisotropy(few, e.weighted)
    assert a.T_error.shape == (10,)
    assert a.T.shape == (12,)
    assert float(a.T.sum()) == pytest.approx(e.weighted.sigma_E**2, rel=1e-12)
    np.testing.assert_allclose(a.T[:10].numpy(), T[:10], rtol=0.25)
    together = a.means @ a.means.T + a.rest
    scale = float(e.weighted.Gamma.diagonal().max())
    torch.testing.assert_close(together, e.weighted.Gamma, rtol=0, atol=0.02 * scale)

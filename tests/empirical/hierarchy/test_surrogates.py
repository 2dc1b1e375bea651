"""Surrogates of logit gradients against explicit ones, and in cases where they are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from empirical.capture import capture
from empirical.estimates.anisotropy import denoised, sample_means
from empirical.estimates.parameters import curvature_weights, weighted
from empirical.hierarchy.kinds import SURROGATES
from empirical.hierarchy.surrogates import surrogates
from empirical.networks import mlp
from tests.support.references.explicit_jacobian import jacobian, random_data
from theory.checks import InputError

C = 4


def unequal(N):
    """Classes of unequal noise."""
    data = random_data(N, seed=N)
    return replace(data, inputs=data.inputs * (1 + data.targets[:, None]) / 2)


@pytest.fixture(scope="module")
def network():
    made = mlp((5, 8, C), seed=0)
    with torch.no_grad():
        for weights in made.parameters():
            weights *= 1.5
    return made


@pytest.fixture(scope="module")
def samples(network):
    return [capture(network, unequal(N)) for N in (40, 80)]


@pytest.fixture(scope="module")
def found(samples):
    return surrogates(*samples, seed=0, draws=1).surrogate_eigenvalues


def blocks(p):
    return torch.diag_embed(p) - p[:, :, None] * p[:, None, :]


def spectrum(J, p):
    G = torch.einsum("nkd,nkl,nle->de", J, blocks(p), J) / len(J)
    return torch.linalg.eigvalsh(G).flip(0).numpy()


def deviations(J, sample):
    """E/√f from explicit gradients."""
    E = torch.zeros_like(J)
    w, y = curvature_weights(sample.p), sample.targets
    for label in range(C):
        own = y == label
        share = w[own] / w[own].sum(0)
        E[own] = J[own] - torch.einsum("nk,nkd->kd", share, J[own])
        E[own] /= (1 - 2 * share + share.square().sum(0)).sqrt()[:, :, None]
    return E


def test_what_is_measured_comes_first(network, samples, found):
    J = jacobian(network, unequal(40))
    assert found.surrogate.values.tolist() == ["measured", *SURROGATES]
    np.testing.assert_allclose(
        found.sel(surrogate="measured")[:20], spectrum(J, samples[0].p)[:20], rtol=1e-9
    )


def test_own_noise_leaves_the_means_of_others(network, samples, found):
    sample, others = samples
    E = deviations(jacobian(network, unequal(40)), sample)
    raw = sample_means(others, curvature_weights(others.p))
    means = denoised(raw, weighted(others).Gamma).view(C, C, -1)
    expected = spectrum(means[sample.targets] + E, sample.p)
    np.testing.assert_allclose(found.sel(surrogate="own noise")[:20], expected[:20], rtol=1e-9)
    raw = raw.view(C, C, -1)  # would be as far off as their noise
    assert spectrum(raw[sample.targets] + E, sample.p)[0] != pytest.approx(expected[0], rel=1e-3)


def test_gaussian_noise_has_the_donors_covariance(network, samples):
    """The trace in the mean over draws: that of means and of the noise of the donors."""
    sample, others = samples
    E = deviations(jacobian(network, unequal(80)), others)
    weight = 1 - others.p.square().sum(1)
    Gamma = weighted(others).Gamma.view(C, C, C, C)
    traces = {}
    for name, same in (("one covariance", False), ("one for each class", True)):
        total = 0.0
        for A, label in zip(blocks(sample.p), sample.targets, strict=True):
            w = weight * (others.targets == label) if same else weight
            noise = torch.einsum("n,nkd,nld->kl", w / w.sum(), E, E)
            total += float((A * (Gamma[label, :, label] + noise)).sum()) / len(sample.targets)
        traces[name] = total
    for name, expected in traces.items():
        drawn = [
            surrogates(sample, others, seed=seed, kinds=[name], draws=1).surrogate_eigenvalues[1]
            for seed in range(25)
        ]
        values = np.array([float(each.sum()) for each in drawn])
        error = values.std(ddof=1) / np.sqrt(len(values))
        assert abs(values.mean() - expected) < 4 * error
    assert abs(traces["one covariance"] / traces["one for each class"] - 1) > 0.01


def test_gradients_of_the_very_example_are_the_measured_ones(samples):
    found = surrogates(samples[0], samples[0], seed=0, nearest=1).surrogate_eigenvalues
    np.testing.assert_allclose(
        found.sel(surrogate="means by outputs")[:20],
        found.sel(surrogate="measured")[:20],
        rtol=1e-9,
    )
    others = found.drop_sel(surrogate=["measured", "means by outputs"])
    assert np.all(
        np.abs(others[:, :3] / found.sel(surrogate="measured")[:3] - 1).max("rank") > 1e-3
    )


def test_equal_outputs_are_as_many_undecided_examples_as_there_are(samples):
    flat = [type(each)(0 * each.logits, each.targets, each.gradients) for each in samples]
    assert surrogates(*flat, seed=0, draws=1).undecided.values == pytest.approx([40, 80])
    assert np.all(surrogates(*samples, seed=0, draws=1).undecided.values < [40, 80])


def test_a_class_of_few_is_refused(samples):
    few = samples[0].take(torch.arange(10))
    with pytest.raises(InputError, match="at least 4"):
        surrogates(few, samples[1], seed=0)

"""Clustering cosines and logit statistics against explicit Jacobians."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from empirical.capture import capture
from empirical.estimates import clustering
from empirical.networks import mlp
from tests.support.references.explicit_jacobian import jacobian, random_data
from theory.checks import InputError


def reference_cosines(J, targets):
    """The three means, pair by pair as they are defined."""
    N, C, _ = J.shape
    length = J.norm(dim=2, keepdim=True)
    units = torch.where(length > 0, J / length, 0)
    cos = torch.einsum("nkd,mld->nkml", units, units).numpy()
    y = targets.numpy()
    slsc, sl, dl = [], [], []
    for k in range(C):
        same = [cos[m, k, n, k] for m in range(N) for n in range(N) if m != n]
        own = [cos[m, k, n, k] for m in range(N) for n in range(N) if m != n and y[m] == y[n] == k]
        slsc.append(np.mean(own))
        sl.append(np.mean(same))
        dl += [cos[:, k, :, other] for other in range(C) if other != k]
    return np.mean(slsc), np.mean(sl), np.mean(dl)


def test_cosines_are_the_defined_means_of_pairs(network, data):
    found = clustering.cosines(capture(network, data))
    expected = reference_cosines(jacobian(network, data), data.targets)
    np.testing.assert_allclose((found.q_SLSC, found.q_SL, found.q_DL), expected, rtol=1e-11)


def test_a_gradient_of_length_zero_counts_as_cosine_zero(data):
    network = mlp((5, 4), bias=False, seed=0)
    data.inputs[3] = 0
    found = clustering.cosines(capture(network, data))
    expected = reference_cosines(jacobian(network, data), data.targets)
    np.testing.assert_allclose((found.q_SLSC, found.q_SL, found.q_DL), expected, atol=1e-13)


def test_one_linear_layer_has_the_closed_form():
    """∂z_k/∂W has row k equal to the input: same-logit cosines are the inputs', others vanish."""
    data = random_data(30)
    data.inputs[:] = data.inputs[0]
    found = clustering.cosines(capture(mlp((5, 4), seed=0), data))
    assert found.q_SLSC == pytest.approx(1, abs=1e-12)
    assert found.q_SL == pytest.approx(1, abs=1e-12)
    assert found.q_DL == pytest.approx(0, abs=1e-12)


def test_statistics_of_logits(network, data):
    sample = capture(network, data)
    z, J = sample.logits, jacobian(network, data)
    p = z.softmax(1)
    found = clustering.statistics(sample)
    assert found.variance == pytest.approx(float(z.numpy().var()), rel=1e-12)
    assert found.confidence == pytest.approx(float(p.max(1).values.mean()), rel=1e-12)
    assert found.participation == pytest.approx(float((p**2).sum(1).mean()), rel=1e-12)
    assert found.entropy == pytest.approx(float(-(p * p.log()).sum(1).mean()), rel=1e-12)
    own = p[torch.arange(len(p)), data.targets]
    assert found.loss == pytest.approx(float(-own.log().mean()), rel=1e-12)
    right = float((p.argmax(1) == data.targets).sum()) / len(p)
    assert found.accuracy == pytest.approx(right)
    lengths = J.square().sum(2).sqrt()
    torch.testing.assert_close(clustering.lengths(sample), lengths, rtol=1e-11, atol=1e-13)
    assert clustering.gradient_length(sample) == pytest.approx(
        float(lengths.square().mean().sqrt()), rel=1e-12
    )


def test_entropy_of_a_certain_network_is_zero(data):
    network = mlp((5, 4), seed=0)
    with torch.no_grad():
        network.get_parameter("0.weight").mul_(1e5)
    assert clustering.statistics(capture(network, data)).entropy == pytest.approx(0, abs=1e-12)


def test_means_and_their_grams(network, data):
    J = jacobian(network, data)
    found = clustering.means(capture(network, data))
    torch.testing.assert_close(found.over_all, J.mean(0), rtol=1e-12, atol=1e-12)
    classes = torch.cat([J[data.targets == y].mean(0) for y in range(4)])
    torch.testing.assert_close(found.over_classes, classes, rtol=1e-12, atol=1e-12)
    close: dict[str, Any] = {"rtol": 1e-11, "atol": 1e-11}
    torch.testing.assert_close(found.gram_of_classes, classes @ classes.T, **close)
    torch.testing.assert_close(found.gram, J.mean(0) @ J.mean(0).T, **close)


def test_a_class_that_is_missing_is_named(data):
    data.targets[data.targets == 2] = 1
    with pytest.raises(InputError, match="at least 2 examples in the sample, got 0 of class 2"):
        clustering.cosines(capture(mlp((5, 4), seed=0), data))

"""Likeness of outputs: what it does not see, and a second way to it."""

import numpy as np
import pytest
import torch
from scipy.stats import ortho_group

from empirical.data import digits
from empirical.networks import mlp
from empirical.taxonomy import similarity
from theory import InputError, stream

DATA = digits(seed=0)[1]


def representations(N, p, q):
    return (torch.from_numpy(stream(0, n).standard_normal((N, n))) for n in (p, q))


def test_it_is_one_under_rotation_scaling_and_shift_and_not_under_stretching():
    X, _ = representations(50, 6, 4)
    Q = torch.from_numpy(ortho_group.rvs(6, random_state=0))
    assert similarity.linear_cka(X, 7 * X @ Q + 3) == pytest.approx(1, abs=1e-12)
    stretch = torch.diag(torch.tensor([1.0, 2, 4, 8, 16, 32], dtype=X.dtype))
    assert similarity.linear_cka(X, X @ stretch) < 0.8


def test_it_is_the_cosine_of_centred_gram_matrices():
    X, Y = representations(40, 6, 3)
    H = np.eye(40) - 1 / 40
    K, L = (H @ (Z @ Z.T).numpy() @ H for Z in (X, Y))
    expected = np.trace(K @ L) / np.sqrt(np.trace(K @ K) * np.trace(L @ L))
    assert similarity.linear_cka(X, Y) == pytest.approx(expected, rel=1e-12)
    assert similarity.linear_cka(Y, X) == pytest.approx(expected, rel=1e-12)


def test_of_a_constant_representation_it_is_not_defined():
    assert np.isnan(similarity.linear_cka(torch.ones(5, 2), torch.rand(5, 2)))


def test_of_a_network_with_itself_it_is_one_and_with_another_less():
    network, other = (mlp((64, 20, 10), seed=seed) for seed in (0, 1))
    assert similarity.cka(network, network, DATA, seed=0) == pytest.approx(1)
    assert similarity.cka(network, other, DATA, seed=0) < 0.9
    assert network.training


def test_mixed_inputs_lie_between_two_examples_as_beta_says():
    """Variance of ``Beta(α, α)`` is ``1/(4(2α + 1))``: of the share that an input is its own."""
    N, alpha = 1500, 16.0
    inputs = torch.eye(N)
    data = type(DATA)(inputs, torch.arange(N) % 10, 10, "one-hot")
    found = similarity.mixed(data, alpha=alpha, seed=0).inputs
    torch.testing.assert_close(found.sum(1), torch.ones(N))
    share = found.diagonal().double().numpy()
    share = share[share < 1]  # not one mixed with itself
    variance = 1 / (4 * (2 * alpha + 1))
    error = np.sqrt(2 / N)
    assert abs(share.mean() - 0.5) < 4 * np.sqrt(variance / N)
    assert abs(share.var() / variance - 1) < 4 * error
    other = 1 / (4 * (alpha + 1))
    assert abs(share.var() / other - 1) > 4 * error


def test_the_seed_alone_tells_what_is_mixed():
    one, same, other = (similarity.mixed(DATA, seed=seed).inputs for seed in (0, 0, 1))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


def test_bad_input_is_told_by_name():
    with pytest.raises(InputError, match="X and Y must be"):
        similarity.linear_cka(torch.zeros(3, 2), torch.zeros(4, 2))
    with pytest.raises(InputError, match="alpha must be greater than 0, got 0"):
        similarity.mixed(DATA, alpha=0, seed=0)
    tokens = type(DATA)(DATA.targets[:, None], DATA.targets, 10, "text")
    with pytest.raises(InputError, match="those of text are tokens"):
        similarity.mixed(tokens, seed=0)

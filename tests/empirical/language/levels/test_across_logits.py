"""The noise's covariance across logits, against explicit gradients."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from empirical.language import Readout, Windows
from empirical.language.levels.across_logits import across_logits, covariance
from empirical.language.levels.true_classes import TrueClasses, together
from tests.support.networks.language import jacobian, small

Z = 4.5
SHARE = torch.linspace(1, 2, 7, dtype=torch.float64) / 10.5


@pytest.fixture(scope="module")
def explicit():
    network, windows = small(n=12)
    z, J = jacobian(network, windows)
    return Readout(network, windows, chunk_bytes=600), z, J


def seen(matrix: np.ndarray) -> np.ndarray:
    """Without what all logits share, which is not in G."""
    P = np.eye(len(matrix)) - 1 / len(matrix)
    return P @ matrix @ P


def test_given_pairs_have_the_covariance_of_their_gradients(explicit):
    """All of it with as many columns as features; with two, the diagonal by weight is kept."""
    readout, _, J = explicit
    pairs = torch.tensor([[0, 9], [3, 30], [17, 8]])
    change = J[pairs[:, 0]] - J[pairs[:, 1]]
    dense = (torch.einsum("mkd,mld->kl", change, change) / 6).numpy()
    found = covariance(readout, pairs, share=SHARE, rank=8)
    whole = found.covariance.matrix * found.sigma_E2.value
    np.testing.assert_allclose(seen(whole), seen(dense), rtol=1e-9, atol=1e-9 * dense.max())
    share = SHARE.numpy()
    assert float(share @ np.diag(found.covariance.matrix)) == pytest.approx(1, rel=1e-12)
    few = covariance(readout, pairs, share=SHARE, rank=2)
    assert few.covariance.rank == 2
    np.testing.assert_allclose(np.diag(few.covariance.matrix), np.diag(found.covariance.matrix))
    assert np.linalg.norm(seen(few.covariance.matrix - found.covariance.matrix)) > 0.01


def test_the_noise_that_G_sees_is_unbiased(explicit):
    """Against all pairs of one group and different windows; one group alone would be refused."""
    readout, z, J = explicit
    tokens = readout.windows.tokens
    readout = readout.on(Windows(tokens, tokens, 7))  # the class tells what was read
    classes = TrueClasses(torch.arange(7), 7)
    p = z.softmax(1)
    A = p * (1 - p)
    impurity, share = A.sum(1), A.sum(0) / A.sum()
    body, head = J[:, :, :-63], J[:, :, -63:]  # 7 logits of 8 features and a bias
    J = torch.cat([body - torch.einsum("k,nkd->nd", share, body)[:, None], head], dim=2)
    window = torch.arange(readout.N) // 4

    def whole(groups):
        total = 0.0
        for g in range(groups.count):
            own = impurity * (groups.of(readout.windows) == g)
            pairs = torch.outer(own, own) * (window[:, None] != window)
            K = torch.einsum("k,nkd,mkd->nm", share, J, J)
            each = (K.diagonal()[:, None] + K.diagonal() - 2 * K) / 2
            total += float(own.sum() / impurity.sum() * (pairs * each).sum() / pairs.sum())
        return total

    found = across_logits(readout, classes=classes, draws=150, rank=4, seed=1).sigma_E2
    assert found.error < 0.1 * found.value
    assert abs(found.value - whole(classes)) < Z * found.error
    assert abs(found.value - whole(together(readout.windows))) > Z * found.error

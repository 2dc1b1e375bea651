"""The estimated loss of orthogonality against Lanczos vectors that lose it."""

import numpy as np
import pytest

from empirical.operators.semiorthogonal import Loss

EPS = float(np.finfo(np.float32).eps)
STEPS = 60


@pytest.fixture(scope="module")
def lanczos():
    """α, β and the products of single-precision Lanczos vectors, never made orthogonal again."""
    values = np.r_[100.0, np.linspace(0, 1, 199)].astype(np.float32)
    rng = np.random.default_rng(0)
    vectors = [np.zeros(200, np.float32), rng.standard_normal(200).astype(np.float32)]
    vectors[1] /= np.float32(np.linalg.norm(vectors[1].astype(float)))
    alpha, beta = [], [0.0]
    for _ in range(STEPS):
        w = values * vectors[-1] - np.float32(beta[-1]) * vectors[-2]
        alpha.append(float(w.astype(float) @ vectors[-1]))
        w -= np.float32(alpha[-1]) * vectors[-1]
        beta.append(float(np.linalg.norm(w.astype(float))))
        vectors.append(w / np.float32(beta[-1]))
    Q = np.array(vectors[1:], dtype=float)
    return np.array(alpha), np.array(beta[1:]), np.abs(Q @ Q.T)


def test_it_is_told_before_two_vectors_have_much_in_common(lanczos):
    alpha, beta, products = lanczos
    lost = [products[j + 1, : j + 1].max() > 20 * EPS**0.5 for j in range(STEPS)]
    loss = Loss(EPS)
    told = [loss.after(alpha[: j + 1], beta[: j + 1]) for j in range(STEPS)]
    assert any(lost)
    assert np.flatnonzero(told)[0] <= np.flatnonzero(lost)[0]
    assert not any(told[:2])  # it takes steps to grow


def test_what_was_made_orthogonal_is_lost_later(lanczos):
    alpha, beta, _ = lanczos

    def told(restore: bool) -> int:
        loss, steps = Loss(EPS), 0
        for j in range(STEPS):
            count = loss.after(alpha[: j + 1], beta[: j + 1])
            steps += count > 0
            if restore and count:
                loss.restored(count)
        return steps

    assert 0 < told(restore=True) < told(restore=False) / 2

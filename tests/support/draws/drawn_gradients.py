"""Logit gradients drawn from a model that is known."""

from __future__ import annotations

import numpy as np
import torch

from empirical.capture import Sample
from empirical.jacobian.gradients import LogitGradients
from empirical.jacobian.outer_products import Outer
from theory import stream

C, D, SIGMA_E = 3, 60, 2.0


SPECTRUM = np.arange(1, D + 1) ** -0.7


T = SPECTRUM / SPECTRUM.sum() * SIGMA_E**2


D_EFF = T.sum() ** 2 / (T**2).sum()


K_C = np.array([[1.5, 0.6, 0.2], [0.6, 1.0, -0.4], [0.2, -0.4, 0.5]])  # trace C, far from identity


def seen(K: np.ndarray) -> np.ndarray:
    """What G sees of a covariance across logits, ``PKP`` with ``P = I - 11ᵀ/C``, at trace C."""
    P = np.eye(len(K)) - 1 / len(K)
    out = P @ K @ P
    return out * len(K) / np.trace(out)


SIZES = (12, 8, 16)


MEANS = stream(7, "means").standard_normal((C * C, D)) / 4  # row y C + k


GAMMA = MEANS @ MEANS.T


DRAWS = 150


def sample_of(J: np.ndarray, y: np.ndarray) -> Sample:
    """A sample whose logit gradients are the rows of J: one layer with input one, no bias."""
    ones = torch.ones(len(y), 1, 1, dtype=torch.float64)
    layer = Outer(("weight",), ones, torch.from_numpy(J)[..., None], 1)
    return Sample(torch.zeros(J.shape[:2]).double(), torch.from_numpy(y), LogitGradients((layer,)))


def draw(index: int) -> Sample:
    rng = stream(0, "estimates", index)
    y = rng.permutation(np.repeat(np.arange(C), SIZES))
    noise = rng.standard_normal((len(y), C, D)) * np.sqrt(T)
    noise = np.einsum("kl,nld->nkd", np.linalg.cholesky(K_C), noise)
    return sample_of(MEANS.reshape(C, C, D)[y] + noise, y)

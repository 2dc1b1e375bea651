"""Spectra of a level at a small point, its parameters free: for fits that must recover them."""

from __future__ import annotations

import numpy as np

from figures.judge.minimum_distance import Parameters
from simulate.ensemble import ensemble
from simulate.hessian import sample
from simulate.one_draw.draws import examples
from theory import Params
from theory.arrays import Array

C = 3
EXAMPLES = examples(Params(N=60, C=C, D=1, sigma_z=1.5, sigma_c=1, sigma_E=1), seed=0)
LENGTHS = np.array([0.6, 1.0, 1.4])
OWN = np.linspace(-1, 1, C * C)[:, None] * np.array([1.0, -0.5, 0.25])  # of each class and logit


def FG(own: Parameters, rng: np.random.Generator) -> Array:
    """Means of unequal lengths, one a logit."""
    return _spectrum(own, np.diag((own["sigma_c"] * LENGTHS) ** 2), None, rng)


def cluster(own: Parameters, rng: np.random.Generator) -> Array:
    """The means of FG, and what the true class adds to them in other directions."""
    shared = np.kron(np.ones((C, C)), np.diag((own["sigma_c"] * LENGTHS) ** 2))
    classes = OWN @ OWN.T + 0.5 * np.eye(C * C)
    return _spectrum(own, shared + own["sigma_y"] ** 2 * classes, EXAMPLES.y, rng)


def anisotropic(rng: np.random.Generator) -> Array:
    """FG with noise of a power law over the weights: no parameters of FG make its bulk."""
    D = 300
    means = np.diag(LENGTHS) @ rng.standard_normal((C, D)) / np.sqrt(D)
    e = ensemble(
        EXAMPLES.p,
        EXAMPLES.r,
        means=means,
        T=np.arange(1.0, D + 1) ** -1.2,
        sigma_E=2.0,
        D=D,
    )
    return sample(e, rng=rng).eigenvalues


def _spectrum(
    own: Parameters, Gamma: Array, groups: np.ndarray | None, rng: np.random.Generator
) -> Array:
    e = ensemble(
        EXAMPLES.p, EXAMPLES.r, Gamma=Gamma, sigma_E=own["sigma_E"], D=int(own["D"]), groups=groups
    )
    return sample(e, rng=rng).eigenvalues

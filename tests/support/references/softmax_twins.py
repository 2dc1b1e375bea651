"""The softmax kernels in dense NumPy: one matrix per example."""

import numpy as np

from tests.support.draws.sampling import blocks


def resolvents(p, kappa):
    """A (I + κA)⁻¹ of each example, (N, C, C)."""
    A = blocks(p)
    return np.linalg.solve(np.eye(p.shape[1]) + kappa * A, A)


def group_sums(values, groups, G):
    """Sum of the values of each group's examples, (G, ...)."""
    return np.array([values[groups == g].sum(axis=0) for g in range(G)])

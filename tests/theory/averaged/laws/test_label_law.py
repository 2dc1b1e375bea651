"""Moments of the residuals of each label law."""

from dataclasses import replace

import numpy as np
import pytest

from tests.support.draws.sampling import labels
from theory import Params, softmax
from theory.averaged.laws import label_law
from theory.averaged.laws.logit_law import logit_law

BASE = Params(N=300, C=10, D=1000, sigma_z=1.0, sigma_c=1.0, sigma_E=0.7)


LAWS = ["uniform", "balanced", "calibrated", "margin"]


def with_law(law, **changes):
    return replace(BASE, labels=law, margin=1.5 if law == "margin" else 0.0, **changes)


@pytest.mark.parametrize("law", LAWS)
def test_residuals_of_each_law(law):
    """``E|r|²`` and V at two κ against 2,000 drawn batches of 40 labels; another law is refused."""
    params = with_law(law, N=40)
    rng = np.random.default_rng(0)
    R, sizes, sums = 2000, [], {0.0: [], -0.5: []}
    for _ in range(R):
        z = params.sigma_z * rng.standard_normal((params.N, params.C))
        y, p = labels(rng, z, law=law, margin=params.margin)
        r = p - np.eye(params.C)[y]
        sizes.append(np.mean(np.sum(r * r, axis=1)))
        for kappa, found in sums.items():
            groups = np.zeros(params.N, dtype=np.int64)
            v = softmax.resolvent_apply_sum(p, r, kappa=kappa, groups=groups, G=1)
            found.append(np.sum(v * v) / params.N)
    found = logit_law(params)
    assert np.mean(sizes) == pytest.approx(label_law.residual_square(found), rel=1e-2)
    other = logit_law(with_law("balanced" if law != "balanced" else "uniform"))
    for kappa, values in sums.items():
        error = np.std(values) / np.sqrt(R)
        V = label_law.variance(found, kappa=kappa)
        assert abs(np.mean(values) - V) < 4 * error + 0.01 * V
        wrong = label_law.variance(other, kappa=kappa)
        assert abs(np.mean(values) - wrong) > 8 * error + 0.01 * V

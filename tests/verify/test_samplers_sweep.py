"""The three samplers are one distribution, over seeds, label laws, sizes and levels."""

from typing import Any

import numpy as np
import pytest
from scipy.stats import ks_2samp, kstest

from simulate import dual, primal, top
from simulate.ensemble import ensemble
from simulate.one_draw.draws import examples
from theory import Params, stream
from theory.params import LABEL_LAWS

DRAWS, k, SEEDS = 150, 4, 6
LEVELS = ("FG", "cluster", "separable", "curvature")


def model(level, seed):
    rng = stream(50, level, seed)
    C = int(rng.integers(3, 7))
    N, D = C * int(rng.integers(5, 9)), int(rng.integers(40, 300))
    law = LABEL_LAWS[seed % len(LABEL_LAWS)]
    sizes: dict[str, Any] = {"N": N, "C": C, "D": D, "margin": 1.0 if law == "margin" else 0.0}
    scales: dict[str, Any] = {"sigma_z": float(rng.uniform(0.2, 4)), "sigma_c": 1.0, "sigma_E": 1.0}
    drawn = examples(Params(labels=law, **sizes, **scales), seed=seed)
    R = C * C if level == "cluster" else C
    means = rng.standard_normal((R, D)) / np.sqrt(D)
    options: dict[str, Any] = {"groups": drawn.y} if level == "cluster" else {}
    if level == "separable":
        factor = rng.standard_normal((C, C))
        options = {"K_C": factor @ factor.T, "T": rng.choice([0.5, 1.0, 6.0], size=D)}
    if level == "curvature":
        options = {"sigma_H": 0.02}
    sigma_E = float(rng.uniform(0.2, 2))
    return ensemble(drawn.p, drawn.r, means=means, sigma_E=sigma_E, D=D, **options)


def full(path, e, *key):
    rows = []
    for i in range(DRAWS):
        eigenvalues, power, norm = path.spectrum(e, rng=stream(51, *key, i))
        rows.append([*eigenvalues[:k], *power[:k] / norm**2, norm])
    return np.array(rows)


def matrix_free(e, *key):
    rows = []
    for i in range(DRAWS):
        t = top.sample(e, k=k, rng=stream(52, *key, i))
        rows.append([*t.eigenvalues, *t.gradient_power, t.gradient_norm])
    return np.array(rows)


@pytest.mark.parametrize("level", LEVELS)
def test_samplers_agree(level):
    against = {"top": [], "dual": []}
    for seed in range(SEEDS):
        e = model(level, seed)
        reference = full(primal, e, "primal", seed)
        others = {"top": matrix_free(e, seed)}
        if level != "curvature":
            others["dual"] = full(dual, e, "dual", seed)
        for name, other in others.items():
            pairs = zip(reference.T, other.T, strict=True)
            against[name] += [float(np.asarray(ks_2samp(a, b))[1]) for a, b in pairs]
    for pvalues in against.values():
        if pvalues:
            assert min(pvalues) > 1e-3 / len(pvalues)
            assert kstest(pvalues, "uniform").pvalue > 1e-4

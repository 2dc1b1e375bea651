"""A prediction by itself: what it costs, and that any parameters have one or are refused."""

from __future__ import annotations

import json
from collections import Counter

import numpy as np
import pytest

from figures.predict import predict
from tests.support.draws import random_parameters
from tests.support.program import command_line
from theory import InputError, Params, checks
from theory.models import outlier_equation
from theory.models.noise import Noise


def test_a_prediction_solves_each_equation_once(monkeypatch):
    """``predict --seed``: outputs checked once, one outlier equation, one edge, one law."""
    counts: Counter[str] = Counter()

    def counted(owner, name):
        plain = getattr(owner, name)
        monkeypatch.setattr(owner, name, lambda *a, **k: counts.update([name]) or plain(*a, **k))

    counted(checks, "probabilities")
    counted(outlier_equation, "solve")
    for name in ("edge", "law"):
        solved = Noise.__dict__[name]
        monkeypatch.setattr(
            solved, "func", lambda self, n=name, f=solved.func: counts.update([n]) or f(self)
        )
    params = Params(N=60, C=5, D=200, sigma_z=1.0, sigma_c=1.0, sigma_E=0.7)
    predict(params, seed=0)
    assert counts == {"probabilities": 1, "solve": 1, "edge": 1, "law": 1}


@pytest.mark.parametrize("given", [[], ["--seed", "0"]], ids=["averaged", "given"])
@pytest.mark.parametrize("kind", ["moderate", "wide", "extreme"])
def test_any_parameters_have_a_prediction_or_one_line(kind, given):
    answered = 0
    for index in range(10):
        point = getattr(random_parameters, kind)(np.random.default_rng([index, 11]))
        options = [(f"--{name.replace('_', '-')}", str(value)) for name, value in point.items()]
        found = command_line.run("predict", *sum(options, ()), *given, "--json")
        assert found.returncode in (0, 2), (found.stderr, point)
        if found.returncode:
            assert found.stderr.count("\n") == 1, (found.stderr, point)
            assert "unexpected" not in found.stderr, (found.stderr, point)
            assert "convergence" not in found.stderr, (found.stderr, point)
            continue
        answered += 1
        values = json.loads(found.stdout)
        assert np.isfinite(values["lambda_max"]), point
        assert 0 <= values["gradient_power"] <= 1 + 1e-12, point
    assert answered >= (1 if kind == "extreme" else 5)


@pytest.mark.parametrize("seed", [None, 0])
def test_without_means_all_is_bulk(seed):
    """``Tr G`` has only the noise, and no eigenvector holds a share that stays for ``D → ∞``."""
    params = Params(N=60, C=5, D=10_000, sigma_z=0.0, sigma_c=0.0, sigma_E=0.7)
    found = predict(params, seed=seed)
    assert found.outliers.size == 0
    assert found.gradient_share.item() == 0
    assert found.trace.item() == pytest.approx(0.7**2 * (1 - 1 / 5), rel=1e-12)
    n, D, scale = 60 * 4, 10_000, 0.7**2 / 10_000 / (60 * 5)  # all p = 1/C: the closed form
    edges = [scale * (np.sqrt(D) + sign * np.sqrt(n)) ** 2 for sign in (-1, 1)]
    np.testing.assert_allclose(found.bulk_edges.values[0], edges, rtol=1e-9)


def test_outputs_that_are_all_certain_are_refused():
    """Of the G that is zero nothing is predicted; with curvature the semicircle is left."""
    frozen = {"N": 60, "C": 5, "D": 200, "sigma_z": 1e6, "sigma_c": 1.0, "sigma_E": 0.7}
    with pytest.raises(InputError, match=r"sigma_z and margin must leave an example undecided"):
        predict(Params(**frozen), seed=0)

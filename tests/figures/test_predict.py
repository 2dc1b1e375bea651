"""A prediction by itself: what it costs, and that any parameters have one or are refused."""

from __future__ import annotations

import json
from collections import Counter

import numpy as np
import pytest

from figures.predict import predict
from tests.support import command_line, random_parameters
from theory import Params, checks
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


def test_without_means_given_the_outputs():
    """No means and a seed: a share of zero (an array of no rank was a traceback)."""
    found = predict(Params(N=40, C=4, D=60, sigma_z=1.0, sigma_c=0.0, sigma_E=1.0), seed=0)
    assert found.gradient_share == 0
    assert found.outliers.size == 0

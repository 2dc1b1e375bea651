"""A prediction by itself: what it costs."""

from __future__ import annotations

from collections import Counter

from figures.predict import predict
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

"""Matrix-free draws at sizes that no dense matrix reaches, against deterministic equivalents."""

from typing import Any

import numpy as np
import pytest

from simulate.density import density
from simulate.one_draw.draws import examples, mean_gram
from simulate.top import top
from theory import Params, curvature, gradient, hessian, stream


def model(*, N, C, D, sigma_E=2.0):
    params = Params(N=N, C=C, D=D, sigma_z=1.5, sigma_c=1.0, sigma_E=sigma_E)
    Gamma = mean_gram(params, rng=stream(40, "means"))
    options: dict[str, Any] = {"Gamma": Gamma, "sigma_E": sigma_E, "D": D}
    return examples(params, seed=40), options


def test_ten_thousand_examples_and_ten_million_weights():
    drawn, options = model(N=10_000, C=10, D=10**7, sigma_E=20.0)
    t = top(drawn.p, drawn.r, k=9, rng=stream(41), **options)
    expected = hessian.outliers(drawn.p, **options)
    np.testing.assert_allclose(t.eigenvalues, expected, rtol=2e-3)
    noiseless = hessian.outliers(drawn.p, **{**options, "sigma_E": 0.1})
    assert np.abs(t.eigenvalues / noiseless - 1).min() > 2e-2
    share = gradient.power(drawn.p, drawn.r, **options).outliers.sum()
    assert t.gradient_power.sum() == pytest.approx(share, abs=0.01)


def test_curvature_at_a_million_weights():
    drawn, options = model(N=300, C=5, D=10**6)
    bent = {**options, "sigma_H": 0.04}
    draws = [top(drawn.p, drawn.r, k=4, rng=stream(42, i), **bent).eigenvalues for i in range(10)]
    expected = curvature.outliers(drawn.p, drawn.r, **bent)
    np.testing.assert_allclose(np.mean(draws, axis=0), expected, rtol=3e-3)
    flat = hessian.outliers(drawn.p, **options)
    assert (np.abs(np.mean(draws, axis=0) / flat - 1) > 6e-3).all()


def test_density_lies_in_the_bulk_and_fills_it():
    drawn, options = model(N=3000, C=5, D=20_000)
    _, q = density(drawn.p, drawn.r, k=4, steps=50, rng=stream(43), **options)
    noise = {"sigma_E": 2.0, "D": 20_000}
    edges = hessian.edges(drawn.p, **noise)
    low, high = edges[0, 0], edges[-1, 1]
    assert q.nodes[0] > 0.9 * low
    assert q.nodes[-1] == pytest.approx(high, rel=0.02)
    inner = slice(5, -5)
    expected = hessian.density(q.nodes[1:-1], drawn.p, **noise) * 20_000 / 12_000
    ratio = (q.values / expected)[inner]
    assert ratio.mean() == pytest.approx(1, abs=0.04)
    assert np.median(np.abs(ratio - 1)) < 0.1

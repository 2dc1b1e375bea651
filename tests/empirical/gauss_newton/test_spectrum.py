"""The G spectrum and the gradient's power against the explicit D × D matrix."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from empirical.capture import capture
from empirical.dense import symmetric
from empirical.gauss_newton.spectrum import eigenvalues, softmax_root, spectrum
from empirical.networks import mlp
from tests.support.networks.zoo import WIDTHS
from tests.support.references.explicit_jacobian import jacobian, random_data


def reference(network, data):
    """G (D, D) and the gradient (D,), float64."""
    J = jacobian(network, data)
    sample = capture(network, data)
    p = sample.p
    A = torch.diag_embed(p) - p[:, :, None] * p[:, None, :]
    y = torch.nn.functional.one_hot(data.targets, data.classes)
    G = torch.einsum("nkd,nkl,nle->de", J, A, J) / len(data)
    return G, torch.einsum("nkd,nk->d", J, p - y) / len(data)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(arrays(np.float64, (4, 5), elements=st.floats(-60, 60)))
def test_the_root_squares_to_the_softmax_block(z):
    logits = torch.from_numpy(z)
    S, p = softmax_root(logits), logits.softmax(1)
    assert S.shape == (4, 5, 4)
    A = torch.diag_embed(p) - p[:, :, None] * p[:, None, :]
    torch.testing.assert_close(S @ S.mT, A, rtol=0, atol=1e-15)
    torch.testing.assert_close(S.sum(1), torch.zeros(4, 4, dtype=S.dtype), rtol=0, atol=1e-15)


def test_the_root_is_accurate_for_the_rarest_class():
    logits = torch.tensor([[0.0, -200.0, -90.0]], dtype=torch.float64)
    A = (softmax_root(logits) @ softmax_root(logits).mT)[0]
    p = logits.softmax(1)[0]
    for k in (1, 2):
        assert float(A[k, k] / p[k]) == pytest.approx(1, rel=1e-12)


def test_eigenvalues_and_gradient_power_are_those_of_G(network, data):
    G, g = reference(network, data)
    found = spectrum(capture(network, data))
    values, vectors = torch.linalg.eigh(G)
    n = min(len(data) * 3, len(g))
    assert found.eigenvalues.shape == found.gradient_power.shape == (n,)
    twice = eigenvalues(capture(network, data)), found.eigenvalues  # each within the floor
    torch.testing.assert_close(*twice, rtol=0, atol=2 * found.floor)
    values = values.flip(0)[:n]
    np.testing.assert_allclose(
        found.eigenvalues, values.clamp_min(0), atol=1e-13 * float(values[0])
    )
    power = (vectors.T @ g).flip(0)[:n].square() / g.square().sum()
    clear = (values > 1e-10 * values[0]).numpy()
    np.testing.assert_allclose(found.gradient_power[clear], power[clear], atol=1e-9)
    assert float(found.gradient_power.sum()) == pytest.approx(1, abs=1e-12)
    assert found.gradient_norm == pytest.approx(float(g.norm()), rel=1e-12)
    assert found.trace == pytest.approx(float(G.trace()), rel=1e-12)
    assert found.frobenius == pytest.approx(float(G.norm()), rel=1e-12)


def test_more_weights_than_rows_and_fewer():
    data = random_data(8)
    wide, narrow = mlp((5, 30, 4), seed=0), mlp((5, 1, 4), seed=0)
    assert spectrum(capture(wide, data)).eigenvalues.shape == (8 * 3,)
    assert spectrum(capture(narrow, data)).eigenvalues.shape == (6 + 8,)


def test_float32_outliers_and_power(network, name):
    data = random_data(40, seed=1, width=WIDTHS[name])
    exact = spectrum(capture(network, data))
    found = spectrum(capture(network, data, dtype=torch.float32))
    assert found.eigenvalues.dtype == torch.float32
    top = float(exact.eigenvalues[0])
    assert float((found.eigenvalues - exact.eigenvalues).abs().max()) < 1e-6 * top
    assert float(found.gradient_power.sum()) == pytest.approx(1, abs=1e-5)
    clear = exact.eigenvalues > 1e-2 * top
    error = (found.gradient_power.cumsum(0) - exact.gradient_power.cumsum(0))[clear].abs()
    assert float(error.max()) < 1e-3


def test_confident_and_wrong_network_keeps_the_gradient_in_the_row_space():
    """With p_y at 1e-40 the rows that carry the gradient are below the floor: the sum stays 1."""
    data = random_data(20)
    network = mlp((5, 4), seed=0)
    with torch.no_grad():
        network.get_parameter("0.weight").mul_(300)
    sample = capture(network, data)
    assert float(sample.p.min()) < 1e-100
    found = spectrum(sample)
    assert bool(found.gradient_power.isfinite().all())
    assert float(found.gradient_power.min()) >= 0
    assert float(found.gradient_power.sum()) == pytest.approx(1, abs=1e-12)
    G, g = reference(network, data)
    values, vectors = torch.linalg.eigh(G)
    cut = 1e-9 * float(values[-1])
    expected = float((vectors.T @ g)[values > cut].square().sum() / g.square().sum())
    assert expected < 0.9  # much of the gradient lies where G is all but flat
    assert float(found.gradient_power[found.eigenvalues > cut].sum()) == pytest.approx(
        expected, abs=1e-6
    )


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_spectrum_by_way_of_a_band_is_within_the_floor(monkeypatch, network, name, dtype):
    """Narrow enough for many steps; in float64 the explicit reference has an error of its own."""
    data = random_data(40, seed=2, width=WIDTHS[name])
    G, g = reference(network, data)
    exact = torch.linalg.eigvalsh(G).flip(0)
    monkeypatch.setattr(symmetric, "DIRECT", 0)
    monkeypatch.setattr(symmetric, "WIDTH", 8)
    sample = capture(network, data, dtype=dtype)
    whole, alone = spectrum(sample), eigenvalues(sample)
    padded = torch.zeros(len(alone), dtype=torch.float64)
    padded[: len(exact)] = exact[: len(alone)].clamp_min(0)
    error = whole.floor * (1 if dtype == torch.float32 else 2)
    for found in (whole.eigenvalues, alone):
        assert float((found - padded).abs().max()) < error
    assert whole.gradient_norm == pytest.approx(float(g.norm()), rel=1e-5)


@pytest.mark.parametrize("confidence", [pytest.param(1.0, marks=pytest.mark.slow), 8.0])
def test_a_spectrum_too_large_for_a_direct_reduction_is_within_the_floor(confidence):
    """Of an untrained network and of a confident one, whose eigenvalues fall faster."""
    data = random_data(230, seed=3, width=30, classes=10)
    network = mlp((30, 60, 10), seed=0)
    with torch.no_grad():
        network.get_parameter("2.weight").mul_(confidence)
    exact = torch.linalg.eigvalsh(reference(network, data)[0]).flip(0)
    for dtype in (torch.float32, torch.float64):
        sample = capture(network, data, dtype=dtype)
        whole, alone = spectrum(sample), eigenvalues(sample)
        assert len(alone) == 230 * 9 > symmetric.DIRECT
        for found in (whole.eigenvalues, alone):
            assert float((found - exact[: len(found)].clamp_min(0)).abs().max()) < whole.floor

"""The record of the Hessian's terms against dense matrices."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from empirical import networks
from empirical.operators import Curvature
from empirical.operators.terms import split
from tests.support.references.explicit_jacobian import random_data
from theory import record


@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_terms_are_those_of_the_dense_matrices(tmp_path, activation):
    data, network = random_data(40), networks.mlp((5, 8, 4), activation=activation, seed=0)
    batches = [(data.inputs[:7], data.targets[:7]), (data.inputs[7:], data.targets[7:])]
    found = split(network, batches, top=3, bottom=2, tolerance=1e-8, probes=60)
    curvature = Curvature(network, data)
    for term in ("H", "G", "K"):
        own = found.sel(term=term)
        dense = curvature.term(term)(torch.eye(curvature.D, dtype=torch.float64))
        values = np.linalg.eigvalsh(dense.numpy())
        scale = np.abs(values).max()
        np.testing.assert_allclose(own.term_top, values[::-1][:3], atol=1e-7 * scale)
        bottom = [np.nan, np.nan] if term == "G" else values[:2][::-1]
        np.testing.assert_allclose(own.term_bottom, bottom, atol=1e-7 * scale)
        assert float(own.term_top_residual.max()) <= 1e-8 * scale
        error = float(own.term_trace_error)
        assert abs(float(own.term_trace) - values.sum()) <= 4 * error + 1e-12 * scale
        assert (error == 0) == (term == "G" or activation == "relu")
        vectors = np.linalg.eigh(dense.numpy())[1][:, ::-1]
        g = curvature.gradient.numpy()
        power = (vectors[:, :3].T @ g) ** 2 / (g @ g)
        np.testing.assert_allclose(own.term_gradient_power, power, atol=1e-5)
        norm = np.linalg.norm(values)
        assert abs(float(own.term_frobenius) - norm) <= 4 * float(own.term_frobenius_error)
    eye = torch.eye(curvature.D).double()
    norms = [np.linalg.norm(operator(eye)) for operator in (curvature.K, curvature.G)]
    error = float(found.curvature_ratio_error)
    assert abs(float(found.curvature_ratio) - norms[0] / norms[1]) <= 4 * error
    assert error < 0.2 * norms[0] / norms[1]
    record.save(
        found,
        tmp_path / "split.nc",
        made_by=record.provenance(command="test", parameters={}, seed=None),
    )
    assert record.load(tmp_path / "split.nc").drop_attrs().identical(found.drop_attrs())


def test_a_network_of_few_weights_has_fewer_eigenvalues():
    data, network = random_data(40, classes=3), torch.nn.LayerNorm(3)
    fixed = torch.nn.Sequential(torch.nn.Linear(5, 3).requires_grad_(False), network)
    found = split(fixed, data, top=4, bottom=3)  # 6 weights, 7 asked for
    curvature = Curvature(fixed, data)
    for term in ("H", "K"):
        dense = curvature.term(term)(torch.eye(6, dtype=torch.float64))
        values = np.linalg.eigvalsh(dense.numpy())
        own, scale = found.sel(term=term), np.abs(values).max()
        np.testing.assert_allclose(own.term_top, values[::-1][:4], atol=1e-3 * scale)
        np.testing.assert_allclose(own.term_bottom, values[:3][::-1], atol=1e-3 * scale)
    more = split(fixed, data, top=8, bottom=1).sel(term="H")
    assert np.isfinite(more.term_top).values.tolist() == [True] * 6 + [False] * 2

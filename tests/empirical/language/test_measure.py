"""What is measured of a language model, and what the model takes, against explicit matrices."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn.functional import one_hot

from empirical.language import Readout
from empirical.language.measure import Estimates, estimated, measured, outputs
from empirical.language.study import LEVELS, predicted
from empirical.settings import Language
from tests.support.networks.language import jacobian, small
from theory.models import Isotropic

TOP = 4


@pytest.fixture(scope="module")
def explicit():
    network, windows = small()
    z, J = jacobian(network, windows)
    p = z.softmax(1)
    r = p - one_hot(windows.targets.flatten(), 7)
    return Readout(network, windows, chunk_bytes=600), p, r, J


@pytest.fixture(scope="module")
def model(explicit) -> Estimates:
    settings = Language.smallest(vocabulary=8, rank=7, top=TOP, draws=40)
    return estimated(explicit[0], settings)


def test_spectrum_and_gradient_are_those_of_the_matrix(explicit):
    readout, p, r, J = explicit
    A = torch.diag_embed(p) - p[:, :, None] * p[:, None, :]
    values, vectors = torch.linalg.eigh(torch.einsum("nkd,nkl,nle->de", J, A, J) / len(p))
    g = torch.einsum("nk,nkd->d", r, J) / len(p)
    found = measured(readout, top=TOP)
    np.testing.assert_allclose(found.eigenvalues, values.flip(0)[:TOP], rtol=1e-4)
    power = ((vectors.T @ g).square() / (g @ g)).flip(0)[:TOP]
    np.testing.assert_allclose(found.gradient_power, power, atol=0.01)


def test_outputs_and_residuals(explicit):
    readout, p, r, _ = explicit
    found = outputs(readout)
    np.testing.assert_allclose(found[0], p, rtol=1e-12)
    np.testing.assert_allclose(found[1], r, rtol=1e-9, atol=1e-15)
    np.testing.assert_allclose(found[1].sum(1), 0, atol=1e-15)


@pytest.mark.parametrize("level", LEVELS)
def test_levels_are_those_of_dense_matrices(explicit, model, level):
    _, p, r, _ = explicit
    weighting = "equal" if level == "FG" else "curvature"
    noise = model.noise[weighting]
    D = max(7, round(noise.effective_dimension.value))
    Gamma = model.means[weighting].Gamma
    if level == "lengths":
        Gamma = noise.sigma_c2.value * np.eye(7)
    dense = Isotropic(p.numpy(), Gamma=Gamma, sigma_E=noise.sigma_E2.value**0.5, D=D)
    outliers, power, edge = predicted(p.numpy(), r.numpy(), model, level, top=TOP)
    count = min(TOP, len(dense.outliers))
    np.testing.assert_allclose(outliers[:count], dense.outliers[:count], rtol=1e-6)
    assert np.isnan(outliers[count:]).all()
    np.testing.assert_allclose(power[:count], dense.power(r.numpy()).outliers[:count], atol=0.03)
    assert edge == pytest.approx(dense.edges[-1, 1], rel=1e-6)

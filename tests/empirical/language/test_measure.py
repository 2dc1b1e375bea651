"""What is measured of a language model, and what the model takes, against explicit matrices."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn.functional import one_hot

from empirical.language import Readout
from empirical.language.levels import LEVELS
from empirical.language.levels.predicted import predicted
from empirical.language.measure import estimated, measured, outputs
from empirical.settings import Language
from tests.support.networks.language import jacobian, small
from theory.models import outlier_equation
from theory.models.means import Means
from theory.models.noise import Noise

TOP = 4


@pytest.fixture(scope="module")
def explicit():
    network, windows = small()
    z, J = jacobian(network, windows)
    p = z.softmax(1)
    r = p - one_hot(windows.targets.flatten(), 7)
    return Readout(network, windows, chunk_bytes=600), p, r, J


@pytest.fixture(scope="module")
def longer():
    """Windows of which some classes have means of their own, and the model on them."""
    readout = Readout(*small(n=20), chunk_bytes=600)
    return readout, estimated(readout, Language.smallest(vocabulary=8, rank=7, top=TOP, draws=40))


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


@pytest.mark.parametrize("name", LEVELS)
def test_levels_are_those_of_dense_matrices(longer, name):
    readout, model = longer
    p, r = outputs(readout)
    assert model.classes.count > 2
    level, groups = LEVELS[name], model.classes.of(readout.windows).numpy()
    noise, means = model.noise[level], model.means[level]
    D = round(noise.effective_dimension.value)
    Gamma, sigma_E = means.Gamma, noise.sigma_E2.value**0.5
    if name == "lengths":
        Gamma = noise.sigma_c2.value * np.eye(7)
    index = groups if level.by_class else np.zeros(readout.N, dtype=np.int64)
    outliers, power, edge = predicted(p, r, model, name, groups=groups, top=TOP)
    dense = Noise(p=p, sigma_E=sigma_E, D=D, N=readout.N)
    values, frame = np.linalg.eigh(Gamma)
    c = (frame * np.sqrt(values.clip(min=0))).reshape(len(Gamma) // 7, 7, -1)
    found = outlier_equation.solve(dense, Means(c, index)).position
    if name == "anisotropic":  # against dense covariances in tests/theory/models/many_classes
        assert abs(outliers[0] / found[0] - 1) > 0.001
        return
    assert edge == pytest.approx(dense.map(dense.edge)[0], rel=1e-6)
    count = min(TOP, len(found))
    np.testing.assert_allclose(outliers[:count], found[:count], rtol=1e-6)
    assert np.isnan(outliers[count:]).all()
    assert 0 < power[:count].sum() < 1

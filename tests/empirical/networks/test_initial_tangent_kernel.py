"""Networks as they are initialised against their kernels at infinite width: exponents in the width.

Slopes are least squares in logarithms over widths; their errors a bootstrap over networks.
"""

from __future__ import annotations

import numpy as np
import pytest
import torch

from empirical import networks
from empirical.capture import capture
from empirical.data import digits
from empirical.gauss_newton.gram import gram
from empirical.gauss_newton.spectrum import spectrum
from empirical.operators import Curvature, lanczos, traces
from theory import ntk

pytestmark = pytest.mark.slow

WIDTHS = (64, 128, 256, 512)
N, C = 12, 10
DATA = digits(seed=0)[0].take(np.arange(N))
X = DATA.inputs.double().numpy()


def network(width, seed):
    return networks.mlp((64, width, width, C), activation="tanh", bias=False, seed=seed)


def slope(squares):
    """Exponent of the root mean of ``squares (width, network)`` over networks, and its error."""
    logs = np.log(WIDTHS[: len(squares)])

    def fitted(values):
        return np.polyfit(logs, np.log(values.mean(axis=1)) / 2, 1)[0]

    rng = np.random.default_rng(0)
    again = [rng.integers(squares.shape[1], size=squares.shape) for _ in range(300)]
    spread = np.std([fitted(np.take_along_axis(squares, each, axis=1)) for each in again])
    return fitted(squares), spread


def test_the_kernel_is_that_of_networks_with_errors_as_the_root_of_the_width():
    """Each layer's part weighs as under NTK: the standard one times gain over number of inputs."""
    Theta = ntk.kernels(X, hidden=[1, 1], activation="tanh", bias=False, parametrisation="NTK")
    errors = np.zeros((2, len(WIDTHS), 12))
    found = np.empty(0)
    for i, width in enumerate(WIDTHS):
        kernels = []
        for seed in range(errors.shape[2]):
            J = capture(network(width, seed), DATA).gradients
            scales = (1 / 64, 1 / width, 1 / width)
            parts = [gram(J.part([name])) * f for name, f in zip(J.names, scales, strict=True)]
            kernel = torch.stack(parts).sum(0).view(N, C, N, C).numpy().transpose(1, 3, 0, 2)
            own = kernel[np.arange(C), np.arange(C)]
            others = kernel[~np.eye(C, dtype=bool)]
            size = np.mean(Theta.tangent**2)
            errors[:, i, seed] = (
                np.mean((own - Theta.tangent) ** 2) / size,
                np.mean(others**2) / size,
            )
            kernels.append(own.mean(axis=0))
        found = np.mean(kernels, axis=0)
    assert np.abs(found / Theta.tangent - 1).max() < 0.1
    for each in errors:
        exponent, error = slope(each)
        assert abs(exponent + 0.5) < 4 * error
        assert min(abs(exponent), abs(exponent + 1)) > 4 * error
    # a kernel of the wrong gain does not come nearer
    wrong = ntk.kernels(
        X, hidden=[1, 1], activation="tanh", gain=2.0, bias=False, parametrisation="NTK"
    )
    assert np.abs(found / wrong.tangent - 1).max() > 0.3


def test_the_spectrum_of_G_at_initialisation_needs_no_measurement():
    """Given the outputs: root-mean-square error of nine outliers, over networks, by the width."""
    data = digits(seed=0)[0].take(np.arange(60))
    x, y = data.inputs.double().numpy(), data.targets.numpy()
    sizes = []
    for width in (30, 480):
        Theta = ntk.kernels(x, hidden=[width, width]).tangent
        errors = []
        for seed in range(5):
            sample = capture(networks.mlp((64, width, width, C), seed=seed), data)
            model = ntk.AtInitialisation(Theta, sample.p.numpy(), y)
            found = spectrum(sample)
            errors.append(np.log(model.eigenvalues[:9] / found.eigenvalues[:9].numpy()))
            assert model.gradient_norm == pytest.approx(found.gradient_norm, rel=0.5)
        sizes.append(np.sqrt(np.mean(np.square(errors))))
    assert sizes[1] < 0.2
    assert sizes[1] < sizes[0] / 2  # as the root of the width, a fourth


def test_the_logits_curvature_falls_in_norm_and_not_in_frobenius_norm():
    """``λ_max(|K|)/λ_max(G)`` as the root of the width; ``‖K‖_F/‖G‖_F`` stays."""
    largest, frobenius = np.zeros((2, 3, 5))
    for i, width in enumerate(WIDTHS[:3]):
        for seed in range(largest.shape[1]):
            curvature = Curvature(network(width, seed), DATA, dtype=torch.float32)
            ends = lanczos.eigenpairs(curvature.K, top=1, bottom=1, tolerance=2e-2).values.abs()
            top = lanczos.eigenpairs(curvature.G, top=1, bottom=0, tolerance=1e-2).values[0]
            largest[i, seed] = float(ends.max() / top) ** 2
            norms = [
                traces.frobenius(each, sketch=10, probes=5, seed=seed).value
                for each in (curvature.K, curvature.G)
            ]
            frobenius[i, seed] = (norms[0] / norms[1]) ** 2
    found, error = slope(largest)
    assert -0.5 - 0.15 - 4 * error < found < -0.5 + 4 * error  # at these widths a little steeper
    assert found < -8 * error
    assert abs(slope(frobenius)[0]) < 0.1

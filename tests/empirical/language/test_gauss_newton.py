"""G of a language model against its explicit Jacobian."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch.nn.functional import cross_entropy

from empirical import networks
from empirical.language import Readout, Windows, gauss_newton
from empirical.operators import Curvature
from tests.support.networks.language import jacobian, small
from theory.checks import InputError

DOCS = Path(__file__).parents[3] / "docs"


@pytest.fixture(scope="module")
def explicit():
    """Network, windows, logits and G as a matrix."""
    network, windows = small()
    z, J = jacobian(network, windows)
    p = z.softmax(1)
    A = torch.diag_embed(p) - p[:, :, None] * p[:, None, :]
    return network, windows, z, torch.einsum("nkd,nkl,nle->de", J, A, J) / len(p)


@pytest.mark.parametrize("chunk_bytes", [1, 600, 10**9])
def test_products_are_those_of_the_matrix(explicit, chunk_bytes):
    network, windows, _, matrix = explicit
    readout = Readout(network, windows, chunk_bytes=chunk_bytes)
    vectors = torch.randn(3, readout.D, dtype=torch.float64)
    expected = vectors @ matrix
    error = (gauss_newton.G(readout)(vectors) - expected).abs().max() / expected.abs().max()
    assert error < 1e-12
    single = Readout(network, windows, dtype=torch.float32, chunk_bytes=chunk_bytes)
    found = gauss_newton.G(single)(vectors.float()).double()
    assert (found - expected).abs().max() < 1e-5 * expected.abs().max()


def test_products_of_the_last_place_are_those_of_the_recorded_gradient():
    """The operator for any network, which has the last place's logits; all places would differ."""
    network, windows = small(n=30)
    other = Curvature(network, [(windows.tokens, windows.targets[:, -1])])
    readout = Readout(network, windows.at_last(), chunk_bytes=600)
    vectors = torch.randn(2, readout.D, dtype=torch.float64)
    expected = other.G(vectors)
    error = (gauss_newton.G(readout)(vectors) - expected).abs().max() / expected.abs().max()
    assert error < 1e-12
    found = gauss_newton.loss(readout)
    assert found.value == pytest.approx(other.loss, rel=1e-13)
    torch.testing.assert_close(found.gradient, other.gradient, rtol=1e-11, atol=1e-13)
    assert abs(gauss_newton.loss(Readout(network, windows)).value / other.loss - 1) > 0.001


def test_loss_and_gradient_of_all_places(explicit):
    network, windows, *_ = explicit
    found = gauss_newton.loss(Readout(network, windows, chunk_bytes=600))
    logits = network.head(network.features(windows.tokens)).flatten(0, 1)
    loss = cross_entropy(logits, windows.targets.flatten())
    assert found.value == pytest.approx(loss.item(), rel=1e-13)
    expected = torch.autograd.grad(loss, list(network.parameters()))
    flat = torch.cat([g.flatten() for g in expected])
    torch.testing.assert_close(found.gradient, flat, rtol=1e-11, atol=1e-13)


def test_blocks_keep_the_digits_of_confident_outputs():
    """Where p comes to one in float32, ``A v`` is still right to rounding of its own size."""
    z = torch.tensor([[30.0, 0.0, -1.0]])
    v = torch.tensor([[1000.0, 1001.0, 999.0]])
    exact = z.double().softmax(1)
    relative = v.double() - 1000  # A is zero along the constant vector
    expected = exact * (relative - (exact * relative).sum(1, keepdim=True))
    found = gauss_newton.blocks(z.softmax(1), v.clone()).double()
    torch.testing.assert_close(found, expected, rtol=1e-6, atol=0)


def test_leading_eigenvalues(explicit):
    network, windows, _, matrix = explicit
    found = gauss_newton.leading(Readout(network, windows), top=6, tolerance=1e-9)
    expected = torch.linalg.eigvalsh(matrix).flip(0)[:6]
    assert bool(found.converged.all())
    torch.testing.assert_close(found.values, expected, rtol=1e-12, atol=1e-12)


def test_what_does_not_fit_is_refused_before_the_work():
    readout = Readout(*small())
    wanted = gauss_newton.needed(readout, top=5)
    with pytest.raises(InputError, match=rf"memory must be at least {wanted} bytes .* for 5 eigen"):
        gauss_newton.leading(readout, top=5, memory=wanted - 1)


def test_the_pages_tell_the_sizes_that_are_announced():
    """Rows of docs/theory/language.md and docs/scale.md at the smaller vocabularies; 10⁶ bytes."""
    told = {"D": [], "told": []}
    for C in (1000, 8192):
        network = networks.transformer(classes=C, context=32, width=64, seed=0)
        windows = Windows.of(torch.arange(16 * 32 + 1) % C, context=32, classes=C)
        readout = Readout(network, windows, dtype=torch.float32)
        told["D"].append(f"{readout.D:,}")
        told["told"].append(f"{gauss_newton.needed(readout, top=10) / 1e6:,.0f}")
    theory, scale = (
        (DOCS / name).read_text(encoding="utf-8") for name in ("theory/language.md", "scale.md")
    )
    assert f"| $D$ | {' | '.join(told['D'])} |" in theory
    assert f"| told before (MB) | {' | '.join(told['told'])} |" in theory
    assert f"| memory told before, MB | {' | '.join(told['told'])} |" in scale


MEASURED = """
import resource, torch
from empirical import networks
from empirical.language import Readout, Windows, gauss_newton
torch.set_num_threads(1)
C, T = {C}, 16
network = networks.transformer(classes=C, context=T, width=32, depth=1, seed=0)
sequence = torch.randint(0, C, ({n} * T + 1,), generator=torch.Generator().manual_seed(0))
windows = Windows.of(sequence, context=T, classes=C)
tiny = networks.transformer(classes=9, context=T, width=32, depth=1, seed=0)
gauss_newton.leading(Readout(tiny, Windows.of(sequence % 9, context=T, classes=9)), top=2)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
readout = Readout(network, windows, dtype=torch.float32)
gauss_newton.leading(readout, top={top}, tolerance=1e-4)
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(1024 * (after - before), gauss_newton.needed(readout, top={top}))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the peak is read in kilobytes")
@pytest.mark.parametrize(("C", "n", "top"), [(30_000, 8, 12), (8192, 256, 8), (20_000, 16, 8)])
def test_memory_is_what_was_announced(C, n, top):
    script = MEASURED.format(C=C, n=n, top=top)
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    taken, announced = map(int, ran.stdout.split())
    assert taken == pytest.approx(announced, rel=0.15)

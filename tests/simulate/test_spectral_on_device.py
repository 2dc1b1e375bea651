"""Many spectra at once: those of the matrices one by one."""

import numpy as np
import pytest

from simulate import spectral_on_device
from simulate.spectral import power_spectrum
from simulate.spectral_on_device import power_spectra, tridiagonal
from theory import stream

torch = pytest.importorskip("torch")

cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
B = 5


def problem(n, *, seed=0):
    rng = stream(seed, n)
    X = rng.standard_normal((B, n, n + 3))
    return X @ X.mT, rng.standard_normal((B, n))


def reflected(a, vectors, *, device="cpu"):
    put = (torch.tensor(x, device=device) for x in (a, vectors))
    return spectral_on_device._by_reflections(*put, workers=2)


def assert_each(found, a, vectors):
    """The same eigenvalues, and power on each eigenspace, as one matrix at a time."""
    for values, power, matrix, vector in zip(*found, a, vectors, strict=True):
        exact, share = power_spectrum(matrix.copy(), vector)
        np.testing.assert_allclose(values, exact, rtol=0, atol=1e-12 * exact.max())
        starts = np.r_[0, 1 + np.flatnonzero(np.diff(exact) < -1e-9 * exact.max())]
        ours, theirs = (np.add.reduceat(x, starts) for x in (power, share))  # of each eigenspace
        np.testing.assert_allclose(ours, theirs, atol=1e-11 * (vector @ vector))


@pytest.mark.parametrize("n", [1, 2, 3, 40, 121])
def test_reflections_of_all_are_those_of_each(n):
    a, vectors = problem(n)
    assert_each(reflected(a, vectors), a, vectors)


@pytest.mark.parametrize("n", [1, 2, 3, 40])
def test_eigenvectors_give_the_same(n):
    a, vectors = problem(n)
    assert_each(power_spectra(torch.tensor(a), torch.tensor(vectors)), a, vectors)


def test_the_tridiagonal_form_keeps_the_matrix_and_the_vector():
    a, vectors = problem(30)
    diagonal, off = (x.numpy() for x in tridiagonal(torch.tensor(a), torch.tensor(vectors)))
    for d, o, matrix, vector in zip(diagonal, off, a, vectors, strict=True):
        T = np.diag(d) + np.diag(o, 1) + np.diag(o, -1)
        for power in range(1, 4):  # vᵀaᵏv by the last axis
            moment = vector @ np.linalg.matrix_power(matrix, power) @ vector
            along = np.linalg.matrix_power(T, power)[-1, -1] * (vector @ vector)
            assert along == pytest.approx(moment, rel=1e-11)
        assert np.sum(T**2) == pytest.approx(np.sum(matrix**2), rel=1e-12)


@pytest.mark.parametrize("scale", [1e-140, 1.0, 1e140])
def test_rank_scale_and_zeros(scale):
    rng = stream(7)
    x = rng.standard_normal((B, 20, 3))
    a = scale * (x @ x.mT)  # rank 3: most columns vanish on the way
    a[0], a[1] = 0, scale * np.eye(20)
    vectors = rng.standard_normal((B, 20))
    vectors[2] = 0
    assert_each(reflected(a, vectors), a, vectors)


@cuda
@pytest.mark.parametrize("n", [1, 2, 100, 301])
def test_on_cuda(n):
    a, vectors = problem(n)
    assert_each(reflected(a, vectors, device="cuda"), a, vectors)


@cuda
def test_many_small_ones_take_reflections_on_cuda(monkeypatch):
    def fail(_):
        raise AssertionError

    a, vectors = problem(10)
    monkeypatch.setattr(torch.linalg, "eigh", fail)
    many = (
        torch.tensor(np.repeat(x, spectral_on_device.MANY, axis=0), device="cuda")
        for x in (a[:1], vectors[:1])
    )
    values, _ = power_spectra(*many)
    np.testing.assert_allclose(values[-1], power_spectrum(a[0].copy(), vectors[0])[0])


def test_a_lost_trace_is_seen(monkeypatch):
    right = torch.linalg.eigh
    a, vectors = problem(6)
    monkeypatch.setattr(torch.linalg, "eigh", lambda x: (right(x)[0] * 1.001, right(x)[1]))
    with pytest.raises(ArithmeticError, match="spectra on cpu lose trace or power past 1e-08"):
        power_spectra(torch.tensor(a), torch.tensor(vectors))

"""Spectra batched on a torch device: the law of the NumPy path, whatever the batch."""

import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import xarray as xr
from scipy.stats import ks_2samp

from simulate import on_device
from simulate.ensemble import Ensemble, ensemble
from simulate.hessian import sample
from simulate.one_draw.draws import examples
from simulate.replicates import conditional, replicates
from theory import InputError, Params, stream

torch = pytest.importorskip("torch")


DRAWS, k = 400, 5


N, C = 20, 4


SIZES = {"FG": 300, "D < N(C-1)": 40, "cluster": 300, "noise": 100}


cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")


def params(D=40):
    return Params(N=N, C=C, D=D, sigma_z=1.0, sigma_c=1.0, sigma_E=0.7)


def model(level) -> Ensemble:
    rng, D = stream(30, "batched"), SIZES[level]
    p, y = rng.dirichlet(np.ones(C), size=N), rng.integers(C, size=N)
    options: dict[str, Any] = {"groups": y} if level == "cluster" else {}
    means = rng.standard_normal((C * C if level == "cluster" else C, D)) * 0.7 / np.sqrt(D)
    if level == "noise":  # an eigenspace below N(C-1) = 60, one above, and single directions
        T = np.where(np.arange(D) < 25, 4.0, 1.0)
        T[:5] = 30.0 - np.arange(5)
        factor = rng.standard_normal((C, C))
        options = {"T": T, "K_C": factor @ factor.T}
    return ensemble(p, p - np.eye(C)[y], means=means, sigma_E=1.0, D=D, **options)


def table(spectra):
    """Few eigenvalues from top to bottom, the shares of the top, and ‖g‖² of each draw."""
    last = len(spectra[0].eigenvalues) - 1
    rows = []
    for s in spectra:
        eigenvalues = s.eigenvalues[[0, 1, k - 1, last // 2, last]]
        power = s.gradient_power[:k]
        rows.append([*eigenvalues, s.trace, s.frobenius, *power, power.sum(), s.gradient_norm**2])
    return np.array(rows)


def by_numpy(e):
    return table([sample(e, rng=stream(31, i)) for i in range(DRAWS)])


def by_torch(e, device="cpu"):
    return table(on_device.spectra(lambda _: e, seed=32, replicates=DRAWS, device=device))


def z_scores(a, b):
    return (a.mean(axis=0) - b.mean(axis=0)) / np.hypot(a.std(axis=0), b.std(axis=0)) * DRAWS**0.5


def assert_same_law(a, b):
    assert np.abs(z_scores(a, b)).max() < 4.5
    assert np.abs(z_scores(a**2, b**2)).max() < 4.5
    assert min(np.asarray(ks_2samp(*pair))[1] for pair in zip(a.T, b.T, strict=True)) > 1e-4


@pytest.mark.parametrize("level", SIZES)
def test_law_of_the_numpy_path(level):
    e = model(level)
    assert_same_law(by_numpy(e), by_torch(e))


@cuda
@pytest.mark.parametrize("level", SIZES)
def test_law_of_the_numpy_path_on_cuda(level):
    e = model(level)
    assert_same_law(by_numpy(e), by_torch(e, "cuda"))


def test_wrong_degrees_of_freedom_are_seen():
    e = model("D < N(C-1)")
    ((deviation, d),) = e.rest
    a = by_numpy(e)
    for wrong in (d + C, d - C):  # the means' directions counted among the others, or twice
        b = by_torch(replace(e, rest=((deviation, wrong),)))
        assert np.abs(z_scores(a, b)).max() > 6
        assert min(np.asarray(ks_2samp(a[:, c], b[:, c]))[1] for c in range(k)) < 1e-4


@pytest.mark.parametrize("D", [40, 60, 10**9])
def test_exact_where_there_is_no_noise(D):
    drawn = examples(params(D), seed=1)
    model: dict[str, Any] = {"Gamma": np.diag([1.0, 2, 3, 4]), "sigma_E": 0.0, "D": D}
    options: dict[str, Any] = {"seed": 0, "replicates": 2}
    a = conditional(drawn.p, drawn.r, **model, **options)
    b = conditional(drawn.p, drawn.r, **model, **options, device="cpu")
    head = {"rank": slice(C - 1)}  # the others are zero to rounding
    xr.testing.assert_allclose(a.isel(head), b.isel(head), rtol=1e-10)


@pytest.mark.parametrize("D", [40, 10**9])
def test_draws_do_not_depend_on_the_batch(D):
    once, each = (f(fixed(D)) / on_device.GIB for f in (on_device._once, on_device._bytes))
    seen = []
    one = replicates(params(D), seed=1, replicates=7, device="cpu", memory=once + 1.01 * each)
    for count in (3, 7):
        many = replicates(
            params(D),
            seed=1,
            replicates=7,
            device="cpu",
            memory=once + (count + 0.01) * each,
            progress=seen.append,
        )
        xr.testing.assert_allclose(many, one, rtol=1e-10, atol=1e-13)
    assert seen == [3, 3, 1, 7]
    fewer = replicates(params(D), seed=1, replicates=2, device="cpu")
    xr.testing.assert_allclose(one.isel(replicate=slice(2)), fewer, rtol=1e-10, atol=1e-13)
    assert len(np.unique(one.lambda_max)) == 7


@pytest.mark.parametrize(
    ("D", "count", "taken"), [(300, 256, 3.5096e9), (1000, 1024, 52.459e9), (10**5, 32, 5.904e9)]
)
def test_memory_is_what_an_h200_took(D, count, taken):
    params = Params(N=300, C=10, D=D, sigma_z=1.0, sigma_c=1.0, sigma_E=0.7)
    drawn = examples(params, seed=1)
    e = ensemble(drawn.p, drawn.r, Gamma=np.eye(10), sigma_E=0.7, D=D)
    assert taken < on_device._once(e) + count * on_device._bytes(e) < 1.03 * taken


def fixed(D):
    drawn = examples(params(D), seed=1)
    return ensemble(drawn.p, drawn.r, Gamma=np.eye(C), sigma_E=0.7, D=D)


def test_observables_dims_and_units_are_those_of_the_numpy_path():
    ours = replicates(params(), seed=1, replicates=2, device="cpu")
    theirs = replicates(params(), seed=1, replicates=2)
    assert set(ours) == set(theirs)
    for name in theirs:
        assert ours[name].dims == theirs[name].dims
        assert ours[name].attrs == theirs[name].attrs
        assert ours[name].dtype == np.float64
    np.testing.assert_allclose(ours.gradient_power.sum("rank"), 1)


def test_means_of_each_class_are_the_cluster_level():
    drawn, Gamma = examples(params(), seed=1), np.diag(np.arange(1.0, 17))
    options = {"Gamma": Gamma, "seed": 1, "replicates": 2, "device": "cpu"}
    samples = replicates(params(), **options)
    s = conditional(drawn.p, drawn.r, sigma_E=0.7, D=40, groups=drawn.y, **options)
    xr.testing.assert_identical(samples, s)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"device": "meta"}, "device must be cpu, cuda or cuda:INDEX, got 'meta'"),
        ({"device": "gpu"}, "device must be cpu, cuda or cuda:INDEX, got 'gpu'"),
        ({"device": "cuda:99"}, "device cuda:99 is not there: torch sees"),
        ({"sigma_H": 1.0}, "sigma_H must be 0 on a device"),
        ({"top": 3}, "top must be left out on a device"),
        ({"memory": 0.0}, "memory must be greater than 0"),
        ({"memory": 1e-6}, "memory must be at least .* GiB for one replicate"),
        ({"device": None, "memory": 1.0}, "memory bounds a batch on a device"),
        ({"replicates": 0}, "replicates must be at least 1"),
    ],
)
def test_bad_input_is_named(change, message):
    arguments = {"seed": 0, "replicates": 1, "device": "cpu"} | change
    with pytest.raises(InputError, match=message):
        replicates(params(), **arguments)


def test_too_many_eigenvalues_are_refused():
    large = Params(N=60_000, C=2, D=10**9, sigma_z=1.0, sigma_c=1.0, sigma_E=0.7)
    with pytest.raises(InputError, match="got 60000: ask for the top"):
        replicates(large, seed=0, replicates=1, device="cpu")


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_without_a_cuda_device():
    with pytest.raises(InputError, match="device cuda is not there: torch sees 0 CUDA devices"):
        replicates(params(), seed=0, replicates=1, device="cuda")


def test_without_torch(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(InputError, match="device needs torch: pip install torch"):
        replicates(params(), seed=0, replicates=1, device="cpu")


@pytest.mark.parametrize(
    ("raised", "error", "message"),
    [
        (torch.linalg.LinAlgError("sick"), ArithmeticError, "eigenvalues on cpu: sick"),
        (torch.OutOfMemoryError("full"), InputError, "memory must be less than a batch of 4096"),
    ],
)
def test_a_device_that_fails_is_one_line(monkeypatch, raised, error, message):
    def fail(_):
        raise raised

    monkeypatch.setattr(torch.linalg, "eigh", fail)
    with pytest.raises(error, match=message):
        replicates(params(), seed=0, replicates=1, device="cpu")


@pytest.mark.parametrize("wrong", [lambda w, u: (w * 1.001, u), lambda w, u: (w, u * 1.001)])
def test_a_wrong_result_of_the_eigensolver_is_seen(monkeypatch, wrong):
    """Batched solvers of some versions return skew eigenvectors without a word."""
    right = torch.linalg.eigh
    monkeypatch.setattr(torch.linalg, "eigh", lambda a: wrong(*right(a)))
    with pytest.raises(ArithmeticError, match="lose trace or power"):
        replicates(params(), seed=0, replicates=2, device="cpu")


def test_a_batch_stays_within_the_solver(monkeypatch):
    seen = []
    monkeypatch.setattr(on_device, "ENTRIES", 3 * 40**2 + 1)
    replicates(params(), seed=0, replicates=7, device="cpu", progress=seen.append)
    monkeypatch.setattr(on_device, "MOST", 2)
    replicates(params(), seed=0, replicates=3, device="cpu", progress=seen.append)
    assert seen == [3, 3, 1, 2, 1]

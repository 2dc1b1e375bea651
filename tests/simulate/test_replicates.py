"""Replicates: streams, workers, axes and bounds."""

import numpy as np
import pytest
import xarray as xr
from threadpoolctl import threadpool_info, threadpool_limits

from simulate.hessian import spectrum
from simulate.one_draw.draws import examples, mean_gram, mean_vectors
from simulate.replicates import conditional, outliers, replicates
from simulate.top import top
from theory import InputError, Params, stream


def params(D=60):
    return Params(N=20, C=4, D=D, sigma_z=1.0, sigma_c=1.0, sigma_E=0.7)


def blas_threads():
    return [lib["num_threads"] for lib in threadpool_info() if lib["user_api"] == "blas"]


@pytest.mark.parametrize("D", [40, 10**9])
def test_replicate_is_the_spectrum_of_its_streams(D):
    samples = replicates(params(D), seed=3, replicates=3)
    drawn = examples(params(D), seed=3)
    Gamma = mean_gram(params(D), rng=stream(3, "means", 2))
    rng = stream(3, "noise", 2)
    s = spectrum(drawn.p, drawn.r, Gamma=Gamma, sigma_E=0.7, D=D, rng=rng)
    last = samples.isel(replicate=2)
    np.testing.assert_array_equal(last.eigenvalues, s.eigenvalues)
    np.testing.assert_array_equal(last.gradient_power, s.gradient_power)
    for name in ("gradient_norm", "trace", "frobenius", "lambda_max"):
        assert float(last[name]) == getattr(s, name)


def test_dims_and_units():
    samples = replicates(params(40), seed=0, replicates=2)
    assert samples.eigenvalues.dims == samples.gradient_power.dims == ("replicate", "rank")
    assert samples.trace.dims == ("replicate",)
    assert dict(samples.sizes) == {"replicate": 2, "rank": 40}
    assert samples.eigenvalues.attrs["units"] == "nat/weight^2"
    np.testing.assert_array_equal(samples.lambda_max, samples.eigenvalues[:, 0])


@pytest.mark.parametrize("D", [150, 10**5])
def test_same_bits_for_any_number_of_workers_and_replicates(D):
    big = Params(N=60, C=4, D=D, sigma_z=1.0, sigma_c=1.0, sigma_E=0.7)
    one = replicates(big, seed=1, replicates=8)
    xr.testing.assert_identical(one, replicates(big, seed=1, replicates=8, workers=2))
    xr.testing.assert_identical(one, replicates(big, seed=1, replicates=8, workers=5))
    fewer = replicates(big, seed=1, replicates=3)
    xr.testing.assert_identical(one.isel(replicate=slice(3)), fewer)
    assert len(np.unique(one.lambda_max)) == 8


def test_conditional_keeps_the_means():
    drawn = examples(params(10**6), seed=1)
    arguments = {"Gamma": np.eye(4), "D": 10**6, "seed": 1, "replicates": 3}
    samples = conditional(drawn.p, drawn.r, sigma_E=0.0, workers=2, **arguments)
    assert len(np.unique(samples.lambda_max.round(12))) == 1
    noisy = conditional(drawn.p, drawn.r, sigma_E=0.7, **arguments)
    assert len(np.unique(noisy.lambda_max)) == 3


def test_conditional_at_the_cluster_level():
    drawn = examples(params(), seed=1)
    samples = conditional(
        drawn.p,
        drawn.r,
        Gamma=np.eye(16),
        sigma_E=0.7,
        D=60,
        groups=drawn.y,
        seed=1,
        replicates=2,
    )
    rng = stream(1, "noise", 1)
    s = spectrum(drawn.p, drawn.r, Gamma=np.eye(16), sigma_E=0.7, D=60, groups=drawn.y, rng=rng)
    np.testing.assert_array_equal(samples.eigenvalues[1], s.eigenvalues)


def test_outliers_are_the_top_eigenvalues():
    samples = replicates(params(), seed=1, replicates=2)
    head = outliers(samples, C=4)
    assert head.name == "outliers"
    np.testing.assert_array_equal(head, samples.eigenvalues[:, :3])
    with pytest.raises(InputError, match="C must be at most 61"):
        outliers(samples, C=62)


@pytest.fixture
def two_blas_threads():
    with threadpool_limits(limits=2, user_api="blas"):
        yield


@pytest.mark.usefixtures("two_blas_threads")
def test_progress_counts_every_draw_and_blas_is_restored():
    before, seen, inside = blas_threads(), [], []

    def progress(done):
        seen.append(done)
        inside.extend(blas_threads())

    replicates(params(), seed=0, replicates=5, workers=2, progress=progress)
    assert seen == [1] * 5
    assert set(inside) == {1}
    assert blas_threads() == before


@pytest.mark.usefixtures("two_blas_threads")
def test_a_failing_hook_ends_the_run_and_restores_blas():
    before = blas_threads()

    def fail(_):
        raise KeyError("stop")

    with pytest.raises(KeyError, match="stop"):
        replicates(params(), seed=0, replicates=50, workers=2, progress=fail)
    assert blas_threads() == before


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"replicates": 0}, "replicates must be at least 1"),
        ({"workers": 0}, "workers must be at least 1"),
        ({"seed": -1}, "seed must be at least 0"),
        ({"replicates": 2.0}, "replicates must be an integer"),
    ],
)
def test_bad_input_is_named(change, message):
    arguments = {"seed": 0, "replicates": 1, "workers": 1} | change
    with pytest.raises(InputError, match=message):
        replicates(params(), **arguments)
    drawn = examples(params(), seed=0)
    with pytest.raises(InputError, match=message):
        conditional(drawn.p, drawn.r, Gamma=np.eye(4), sigma_E=0.7, D=60, **arguments)


@pytest.mark.parametrize("D", [40, 10**9])
def test_top_is_a_matrix_free_draw_of_the_same_law(D):
    samples = replicates(params(D), seed=3, replicates=40, top=3)
    assert samples.eigenvalues.shape == (40, 3)
    assert "trace" not in samples
    drawn, Gamma = examples(params(D), seed=3), mean_gram(params(D), rng=stream(3, "means", 2))
    t = top(drawn.p, drawn.r, k=3, Gamma=Gamma, sigma_E=0.7, D=D, rng=stream(3, "noise", 2))
    np.testing.assert_array_equal(samples.eigenvalues[2], t.eigenvalues)
    np.testing.assert_array_equal(samples.gradient_power[2], t.gradient_power)
    xr.testing.assert_identical(
        samples, replicates(params(D), seed=3, replicates=40, top=3, workers=3)
    )
    whole = replicates(params(D), seed=3, replicates=40)  # the same examples and means
    difference = samples.eigenvalues - whole.eigenvalues[:, :3]
    assert (difference != 0).all()
    assert (np.abs(difference.mean("replicate")) < 4 * difference.std("replicate") / 40**0.5).all()


def test_levels_pass_through():
    drawn = examples(params(), seed=1)
    K_C, T = np.diag([1.0, 2, 3, 4]), np.linspace(1, 3, 60)
    free = replicates(params(), seed=1, replicates=3, K_C=K_C, T=T)
    means = mean_vectors(params(), rng=stream(1, "means", 2))
    model = {"sigma_E": 0.7, "D": 60, "K_C": K_C, "T": T}
    s = spectrum(drawn.p, drawn.r, means=means, rng=stream(1, "noise", 2), **model)
    np.testing.assert_array_equal(free.eigenvalues[2], s.eigenvalues)
    fixed = replicates(params(), seed=1, replicates=3, means=means, K_C=K_C, T=T)
    np.testing.assert_array_equal(fixed.eigenvalues[2], s.eigenvalues)
    assert not np.array_equal(fixed.eigenvalues[0], free.eigenvalues[0])
    bent = replicates(params(), seed=1, replicates=2, sigma_H=2.0)
    assert (bent.eigenvalues[:, -1] < 0).all()


def test_means_of_each_class_are_the_cluster_level():
    drawn, Gamma = examples(params(), seed=1), np.diag(np.arange(1.0, 17))
    samples = replicates(params(), seed=1, replicates=2, Gamma=Gamma)
    s = conditional(
        drawn.p, drawn.r, Gamma=Gamma, sigma_E=0.7, D=60, groups=drawn.y, seed=1, replicates=2
    )
    xr.testing.assert_identical(samples, s)


def test_bad_levels_are_named():
    with pytest.raises(InputError, match="top must be at least 1"):
        replicates(params(), seed=0, replicates=1, top=0)
    with pytest.raises(InputError, match=r"Gamma must have shape \(4, 4\)"):
        replicates(params(), seed=0, replicates=1, Gamma=np.eye(5))
    with pytest.raises(InputError, match="T must have D = 60 eigenvalues"):
        replicates(params(), seed=0, replicates=1, T=np.ones(3))

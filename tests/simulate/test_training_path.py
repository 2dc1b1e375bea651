"""The model's sharpness over a schedule of scales."""

import numpy as np
import pytest
import xarray as xr

from simulate.replicates import replicates
from simulate.training_path import schedule
from theory import InputError, Params

STEPS = 9


def params(**changes):
    return Params(**({"N": 40, "C": 4, "D": 300, **SCALES} | changes))


SCALES = {"sigma_z": 1.0, "sigma_c": 1.0, "sigma_E": 0.7}


def roughness(curve):
    """Mean square fourth difference of each replicate's curve (step, replicate)."""
    return (np.diff(curve, n=4, axis=0) ** 2).mean()


@pytest.mark.parametrize("D", [80, 300])
@pytest.mark.parametrize(
    ("labels", "path"),
    [
        ("uniform", {"sigma_z": np.linspace(0.5, 2, STEPS)}),
        ("balanced", {"sigma_c": np.linspace(0.5, 2, STEPS), "sigma_E": np.linspace(1, 2, STEPS)}),
        ("margin", {"margin": np.linspace(0, 3, STEPS), "sigma_z": np.linspace(0.5, 2, STEPS)}),
    ],
)
def test_curves_are_smooth(D, labels, path):
    samples = schedule(params(labels=labels, D=D), seed=1, replicates=4, **path)
    alone = [
        schedule(
            params(labels=labels, D=D),
            seed=10 + i,
            replicates=4,
            **{n: x[i : i + 1] for n, x in path.items()},
        )
        for i in range(STEPS)
    ]
    independent = xr.concat(alone, dim="step", join="exact")
    assert samples.eigenvalues.dims == ("step", "replicate", "rank")
    for name in ("lambda_max", "gradient_norm"):
        assert roughness(samples[name]) < roughness(independent[name]) / 50
    share = samples.gradient_power[..., :3].sum("rank")
    assert roughness(share) < roughness(independent.gradient_power[..., :3].sum("rank")) / 50


def test_a_step_is_the_model_at_its_scales():
    samples = schedule(params(), sigma_z=[0.5, 1.5], sigma_c=[1.0, 2.0], seed=2, replicates=3)
    one = replicates(params(sigma_z=1.5, sigma_c=2.0), seed=2, replicates=3)
    xr.testing.assert_identical(samples.isel(step=1).drop_vars(samples.coords), one)
    np.testing.assert_array_equal(samples.sigma_c, [1, 2])
    np.testing.assert_array_equal(samples.sigma_E, [0.7, 0.7])


def test_sharpness_rises_with_the_means_and_falls_with_the_logits():
    rise = schedule(params(), sigma_c=np.linspace(1, 2, 5), seed=3, replicates=3).lambda_max
    fall = schedule(params(), sigma_z=np.linspace(1, 5, 5), seed=3, replicates=3).lambda_max
    assert (np.diff(rise, axis=0) > 0).all()
    assert (np.diff(fall.mean("replicate")) < 0).all()


def test_progress_counts_every_draw():
    seen = []
    schedule(params(), sigma_c=[1, 2], seed=0, replicates=3, workers=2, progress=seen.append)
    assert seen == [1] * 6


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ({}, "one of sigma_z, sigma_c, sigma_E, margin must be given"),
        ({"sigma_z": [1, 2], "sigma_c": [1.0]}, "scales must have one length"),
        ({"sigma_z": [1, -2]}, "sigma_z must be at least 0"),
        ({"sigma_z": []}, "sigma_z must not be empty"),
        ({"margin": [1, 2]}, "margin must be 0 unless labels is 'margin'"),
    ],
)
def test_bad_input_is_named(path, message):
    with pytest.raises(InputError, match=message):
        schedule(params(), seed=0, replicates=1, **path)

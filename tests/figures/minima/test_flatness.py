"""The study minima networks: its command, its rank correlations, its picture."""

from __future__ import annotations

import contextlib
import io
import json

import numpy as np
import pytest
import xarray as xr
from scipy.stats import rankdata

from figures import cli
from figures.minima import flatness
from tests.support.program.command_line import run
from theory import record

FEW = "--replicates 2 --hidden 4 --examples 100 --epochs 6 --batch-sizes 10 --draws 4"
SMALL = ["minima", "networks", "--fast", *FEW.split(" ")]


def called(folder, *more):
    printed = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(printed):
        patch.setattr(flatness, "RESAMPLED", 40)
        assert cli.main([*SMALL, "--json", "--out", str(folder), *more]) == 0
    return json.loads(printed.getvalue())


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    out = tmp_path_factory.mktemp("networks") / "run"
    return out, called(out)


def test_networks_picture_and_report_are_saved(ran):
    out, told = ran
    for suffix in (".png", ".pdf", ".svg", ".nc"):
        assert (out / f"flatness{suffix}").stat().st_size > 1000
    made = record.load(out / "networks.nc")
    assert told["networks"] == made.test_error.size == 4
    assert json.loads(made.provenance)["parameters"]["hidden"] == [4]
    assert record.load(out / "flatness.nc").told in (out / "report.md").read_text()
    assert max(told["trap"]["largest"]) > 3 * min(told["trap"]["largest"])


def test_the_same_command_goes_on_and_another_is_refused(ran, capsys):
    out, told = ran
    assert called(out)["rank"] == told["rank"]
    assert cli.main([*SMALL, "--seed", "1", "--out", str(out)]) == 2
    assert "holds another run, its seed is 0, not 1" in capsys.readouterr().err


def test_bad_input_is_one_line(tmp_path):
    done = run("minima", "networks", "--replicates", "1", cwd=tmp_path)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "replicates must be at least 2, got 1" in done.stderr
    assert not list(tmp_path.iterdir())


def made(replicates=40, slope=1.0, seed=0):
    """Two optimizers, two rates: the error follows the energy within a training or not."""
    rng = np.random.default_rng(seed)
    shape = (2, 2, 1, replicates)
    energy = rng.standard_normal(shape)
    offset = np.array([0.0, 10.0]).reshape(2, 1, 1, 1)
    error = slope * energy + 0.5 * rng.standard_normal(shape) - offset
    arrays = {name: (flatness.DIMS, rng.standard_normal(shape)) for name in flatness.MEASURES}
    arrays |= {name: (flatness.DIMS, rng.standard_normal(shape)) for name in flatness.COMPARED}
    arrays["energy"] = (flatness.DIMS, energy + offset)
    arrays["test_error"] = (flatness.DIMS, error)
    arrays["train_error"] = (flatness.DIMS, np.zeros(shape))
    return xr.Dataset(
        arrays,
        coords={"optimizer": ["sgd", "entropy"], "learning_rate": [0.1, 1.0], "batch_size": [8]},
    )


def test_trainings_and_seeds_may_disagree():
    data = made()
    pooled = flatness.correlation(data, "energy", target="test_error", among="all")
    own = flatness.correlation(data, "energy", target="test_error", among="seeds")
    assert pooled.high < 0 < own.low  # between trainings the sign is the other
    fitted = flatness.correlation(data, "energy", target="test_error", among="fitted")
    assert fitted.value == pooled.value
    x, y = (data[name].values.ravel() for name in ("energy", "test_error"))
    assert pooled.value == pytest.approx(np.corrcoef(rankdata(x), rankdata(y))[0, 1])


def test_the_interval_holds_zero_where_nothing_is_and_has_the_bootstrap_width():
    data = made(slope=0.0)
    found = flatness.correlation(data, "energy", target="test_error", among="seeds")
    assert found.low < 0 < found.high
    expected = 2 * 1.96 / np.sqrt(160)  # of independent pairs
    assert (found.high - found.low) == pytest.approx(expected, rel=0.3)


def test_differences_are_paired_by_seed():
    data = made(replicates=30)
    shared = 100 * np.arange(30)
    data["test_loss"] = data.test_loss * 0.1 + xr.DataArray(shared, dims="replicate")
    shift = xr.DataArray([0.0, 0.5], dims="optimizer", coords={"optimizer": data.optimizer})
    data["test_loss"] = (data.test_loss + shift).transpose(*flatness.DIMS)
    found = flatness.differences(data)
    value, low, high = found.matched.sel(other="entropy", quantity="test_loss").values
    assert low < 0.5 < high
    assert high - low < 0.2  # unpaired it would be hundreds
    assert value == pytest.approx(0.5, abs=0.1)
    lowest = data.test_error.mean("replicate").sel(optimizer="sgd").min()
    best = found.best_mean.sel(optimizer="sgd", quantity="test_error")
    assert float(best) == pytest.approx(float(lowest))


def test_the_predicted_energy_is_that_of_isotropic_curvature():
    """H = h I: along isotropic noise of the length σ|w|, h σ² |w|²/2, whatever D is."""
    record = xr.Dataset({"weight_norm": 3.0, "FG_trace": 2.0 * 50})
    found = flatness.with_predicted_energy(record, noise=0.1, D=50).FG_energy
    assert float(found) == pytest.approx(2.0 * 0.1**2 * 3.0**2 / 2)


def test_no_fitted_network_has_no_correlation():
    data = made()
    data["train_error"] = data.train_error + 1
    found = flatness.correlation(data, "energy", target="test_error", among="fitted")
    assert np.isnan(found).all()

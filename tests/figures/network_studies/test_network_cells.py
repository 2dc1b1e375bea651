"""What a cell holds is what measure and fit say of its network; a sweep ends at the same bits."""

import json
import pickle
import re
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from empirical.experiment import run
from empirical.settings import Training
from figures.fit import fit
from figures.network_studies import settings
from simulate.studies.sweep import sweep
from tests.support.studies.killed import killed_twice, start
from tests.support.studies.network_studies import small
from tests.support.studies.studies import bits
from theory import InputError


def test_a_cell_is_the_network_that_measure_trains_with_its_seed(whole, tmp_path):
    held = xr.open_zarr(whole).load()
    one = held.sel(width=8, activation="tanh").isel(replicate=1)
    given = {
        "data": "iris", "width": 8, "depth": 1, "activation": "tanh", "epochs": 1.0,
        "examples": 30, "held_out": 40,
    }  # fmt: skip
    groups = ("logits", "spectrum", "model", "noise")
    asked = settings.experiment(given, seed=int(one.measured_seed), observe=groups)
    assert asked.training == Training(epochs=(1.0,), seed=int(one.measured_seed))
    record = run(asked, out=tmp_path, progress=False)
    last = record.isel(epoch=-1)
    np.testing.assert_allclose(one.measured_lambda_max, last.lambda_max, rtol=1e-12)
    np.testing.assert_allclose(1 - one.measured_test_error, last.test_accuracy, rtol=1e-12)
    predicted = fit(record).isel(epoch=-1).predicted_eigenvalues.sel(source="cluster")[0]
    np.testing.assert_allclose(one.measured_lambda_max_cluster, predicted, rtol=1e-12)
    assert abs(float(one.measured_lambda_max / held.measured_lambda_max[1, 1, 0]) - 1) > 1e-3


def test_the_store_says_what_it_holds(whole):
    held = xr.open_zarr(whole)
    assert held.measured_lambda_max.dims == ("width", "activation", "replicate")
    assert held.measured_lambda_max.attrs["units"] == "nat/weight^2"
    assert held.width.attrs["symbol"] == "w"
    assert str(held.data.values) == "iris"
    assert json.loads(held.provenance)["parameters"]["kind"] == "network"


class Stopped(Exception):
    """As a key would stop it."""


def test_stopped_and_gone_on_with_in_other_processes_it_ends_at_the_same_bits(whole, tmp_path):
    def stop(_: int) -> None:
        raise Stopped

    for _ in range(2):
        with pytest.raises(Stopped):
            sweep(small(), tmp_path / "s.zarr", progress=stop)
    counts = sweep(small(), tmp_path / "s.zarr", workers=2)
    assert counts == {"pending": 0, "done": 8, "failed": 0, "computed": 6}
    assert bits(tmp_path / "s.zarr") == bits(whole)


def test_threads_of_one_process_of_a_cluster_give_the_same_bits(whole, tmp_path):
    distributed = pytest.importorskip("distributed")
    quiet = {"dashboard_address": None, "silence_logs": 50}
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=2, processes=False, **quiet
    ) as cluster:
        sweep(small(), tmp_path / "s.zarr", scheduler=cluster.scheduler_address)
    assert bits(tmp_path / "s.zarr") == bits(whole)


STUDY = """
observables = ["test_error", "lambda_max"]
seed = 3
replicates = 10
[data]
data = "iris"
[training]
epochs = 60
[measurement]
examples = 30
held_out = 0
[grid]
width = [4, 8]
"""


def done(store: Path) -> int:
    return int((xr.open_zarr(store).measured_status == 1).sum()) if store.exists() else 0


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at Linux's /proc")
def test_killed_again_and_again_it_ends_at_the_same_bits(tmp_path):
    (tmp_path / "study.toml").write_text(STUDY)
    killed_twice(tmp_path, "s.zarr", done=done)
    assert 0 < done(tmp_path / "s.zarr") < 20
    for name in ("s.zarr", "whole.zarr"):
        process = start(tmp_path, name)
        said = process.communicate()[1].decode()
        assert process.returncode == 0, said
        assert re.search(r"about \d+ s in \d+ process", said)
    assert bits(tmp_path / "s.zarr") == bits(tmp_path / "whole.zarr")


def test_a_wider_grid_trains_only_the_new(whole, tmp_path):
    few = small(grid={"width": [8], "activation": ["relu", "tanh"]}, replicates=1)
    sweep(few, tmp_path / "s.zarr")
    assert sweep(small(), tmp_path / "s.zarr")["computed"] == 6
    assert bits(tmp_path / "s.zarr") == bits(whole)


def test_a_training_that_diverges_is_recorded_and_the_others_go_on(tmp_path):
    study = small(
        grid={"learning_rate": [0.1, 1e20]}, observables=["test_error"], replicates=1,
        training={"epochs": 3},
    )  # fmt: skip
    counts = sweep(study, tmp_path / "s.zarr")
    assert (counts["done"], counts["failed"]) == (1, 1)
    said = str(xr.open_zarr(tmp_path / "s.zarr").measured_error.values[1, 0])
    assert said.startswith("InputError: learning_rate 1e+20 is too large")


def test_a_cell_is_sent_to_a_worker_without_torch_objects():
    work = small().work("network", (0, 0), replicate=0)
    assert pickle.loads(pickle.dumps(work)) == work
    assert len(pickle.dumps(work)) < 2000


def test_other_settings_are_refused(whole):
    before = bits(whole)
    with pytest.raises(InputError, match=r"its epochs is 1\.0, not 2\.0"):
        sweep(small(training={"epochs": 2}), whole)
    assert bits(whole) == before

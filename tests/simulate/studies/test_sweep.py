"""A sweep ends at the same bits after every death of a process."""

import os
from pathlib import Path

import pytest
import xarray as xr

from figures import cli
from simulate.studies import sweep
from tests.support.studies.killed import killed_twice, start
from tests.support.studies.studies import bits, small

STUDY = """
sources = ["simulation"]
observables = ["outliers", "gradient_share"]
seed = 3
replicates = 20
[parameters]
N = 60
C = 4
D = 1000
sigma_c = 1.0
[grid]
sigma_z = {start = 0.5, stop = 4, num = 12}
noise_ratio = [0.3, 0.6]
"""


CELLS = 12 * 2 * 20  # in far more batches than two runs that are killed can end


def done(store: Path) -> int:
    return int((xr.open_zarr(store).sampled_status == 1).sum()) if store.exists() else 0


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at Linux's /proc")
def test_killed_again_and_again_it_ends_at_the_same_bits(tmp_path, monkeypatch):
    (tmp_path / "study.toml").write_text(STUDY)
    killed_twice(tmp_path, "s.zarr", done=done)
    assert 0 < done(tmp_path / "s.zarr") < CELLS
    process = start(tmp_path, "s.zarr")
    assert "cell/s" in process.communicate()[1].decode()
    assert process.returncode == 0
    monkeypatch.chdir(tmp_path)
    assert cli.main(["sweep", "study.toml", "--out", "whole.zarr", "--workers", "1"]) == 0
    assert bits(tmp_path / "s.zarr") == bits(tmp_path / "whole.zarr")


def deadly(batch):
    os._exit(1)


def test_a_cell_that_kills_its_worker_is_recorded(tmp_path, monkeypatch):
    study = small(sources=["simulation"], replicates=1)
    monkeypatch.setattr(sweep, "compute", deadly)
    counts = sweep.sweep(study, tmp_path / "s", workers=2)
    assert counts["failed"] == 6
    said = xr.open_zarr(tmp_path / "s").sampled_error.values
    assert set(said.ravel().tolist()) == {"the worker process died"}

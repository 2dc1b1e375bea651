"""A cell that fails is on record."""

import numpy as np
import xarray as xr

from simulate.studies import cells, observed, sweep
from simulate.studies.study import Study
from tests.support.studies.studies import bits, small


def failing(study: Study, monkeypatch):
    """One point fails, as a solver that does not converge would."""
    bad = study.params((1, 1))
    sampled = observed.sampled

    def stub(params, **options):
        if params == bad:
            raise ArithmeticError("no root\nat all")
        return sampled(params, **options)

    monkeypatch.setattr("simulate.studies.model_cells.sampled", stub)


def test_a_failed_point_is_recorded_and_tried_again_when_asked(tmp_path, whole, monkeypatch):
    with monkeypatch.context() as patch:
        failing(small(), patch)
        counts = sweep.sweep(small(), tmp_path / "s")
    assert counts == {"pending": 0, "done": 16, "failed": 2, "computed": 18}
    ds = xr.open_zarr(tmp_path / "s")
    assert ds.sampled_error.values[1, 1].tolist() == ["ArithmeticError: no root"] * 2
    assert np.isnan(ds.sampled_lambda_max[1, 1]).all()
    assert sweep.sweep(small(), tmp_path / "s")["computed"] == 0
    assert sweep.sweep(small(), tmp_path / "s", retry_failed=True)["computed"] == 2
    assert bits(tmp_path / "s") == bits(whole)


class Limits:
    """As threadpoolctl's: they hold from when they are made until they are given back."""

    held = 0

    def __init__(self, **_):
        Limits.held += 1

    def restore_original_limits(self):
        Limits.held -= 1


def test_blas_has_one_thread_until_the_last_of_the_batches_in_a_process_ends(monkeypatch):
    monkeypatch.setattr(cells, "threadpool_limits", Limits)
    first, second = cells.one_blas_thread(), cells.one_blas_thread()
    with first:
        second.__enter__()
        assert Limits.held == 1
    assert Limits.held == 1  # the first has ended, and the second still runs
    second.__exit__(None, None, None)
    assert Limits.held == 0

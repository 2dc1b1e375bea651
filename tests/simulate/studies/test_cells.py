"""A cell that fails is on record."""

import numpy as np
import xarray as xr

from simulate.studies import observed, sweep
from simulate.studies.study import Study
from tests.support.studies import bits, small


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

"""The overlay of a measured network against the record and the levels' own functions."""

import json

import numpy as np
import pytest

from figures.explore.recorded import Recorded
from figures.judge import levels
from theory import InputError, Params, record


def test_each_level_is_its_prediction_of_the_measured_point(measured):
    own, data = Recorded(measured), record.load(measured)
    assert own.about()["epochs"] == [0, 1]
    names = [level["name"] for level in own.about()["levels"]]
    assert names == ["FG", "cluster", "weighted", "anisotropic"]
    point = data.isel(epoch=1)
    for name in names:
        told = own.point(1, name)
        model, power = levels.predict(point, level=name)
        assert told["predicted"]["outliers"] == np.asarray(model.outliers).tolist()
        assert told["predicted"]["share"] == pytest.approx(float(power.outliers[:2].sum()))
        assert told["eigenvalues"][:5] == point.eigenvalues.values[:5].tolist()
        assert min(told["predicted"]["height"]) >= 0
        Params(**told["parameters"])
        json.dumps(told, allow_nan=False)


def test_what_is_not_there_is_refused(measured, tmp_path):
    own, data = Recorded(measured), record.load(measured)
    with pytest.raises(InputError, match="epoch must be from 0 to 1, got 2"):
        own.point(2, "FG")
    with pytest.raises(InputError, match=r"level must be one of FG, .*, got 'best'"):
        own.point(0, "best")
    made_by = json.loads(data.provenance)
    few = tmp_path / "few.nc"
    record.save(data[["p", "labels", "eigenvalues"]], few, made_by=made_by)
    with pytest.raises(InputError, match="model"):
        Recorded(few)
    plain = tmp_path / "plain.nc"
    noise = ["noise_spectrum", "noise_length", "noise_logit_covariance", "mean_components"]
    record.save(data.drop_vars(noise), plain, made_by=made_by)
    assert "anisotropic" not in Recorded(plain).levels

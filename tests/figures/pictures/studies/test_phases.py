"""The picture of phases: means over replicates, and where these differ."""

import numpy as np
import pytest
import xarray as xr
from matplotlib.figure import Figure

from empirical.taxonomy.phases import PHASES
from figures.pictures.studies import phases
from theory import InputError

MC = np.array([[[-9.0, -11.0], [0.0, 0.0]], [[-9.0, -11.0], [5.0, -4.0]]])
SHARPNESS = np.array([[[90.0, 110.0], [90.0, 110.0]], [[1.0, 1.0], [1.0, 1.0]]])
AXES = {"width": [4, 8], "batch_size": [16, 64]}


@pytest.fixture
def results():
    dims = (*AXES, "replicate")
    values = {
        "mode_connectivity": (MC, "mc", "%", "below 0 is a barrier"),
        "hessian_lambda_max": (SHARPNESS, "λ_max(H)", "nat/weight^2", "largest eigenvalue of H"),
        "test_error": (SHARPNESS / 1000, "test error", "1", "share misclassified"),
    }
    arrays = {
        f"measured_{name}": (dims, v.copy(), {"symbol": s, "units": u, "long_name": m})
        for name, (v, s, u, m) in values.items()
    }
    return xr.Dataset(arrays, coords=AXES)


@pytest.fixture
def data(results):
    return phases.compute(results, x="width", y="batch_size")


def test_phases_are_those_of_means_and_say_where_replicates_differ(data):
    found = [[PHASES[int(v)].name for v in row] for row in data.phase.values]
    assert found == [["I", "II"], ["III", "IV"]]
    np.testing.assert_array_equal(data.agreed, [[1, 1], [1, 0.5]])
    assert data.threshold == pytest.approx(10)
    others = ["mode_connectivity", "hessian_lambda_max"]
    assert phases.panels(data) == ["phase", *others, "test_error"]
    assert phases.panels(data.assign(test_error=np.nan * data.test_error)) == ["phase", *others]


def test_the_threshold_and_the_axes_are_the_users(results):
    found = phases.compute(results, x="batch_size", y="width", sharp=0.5)
    assert found.phase.dims == ("batch_size", "width")
    assert set(found.phase.values.ravel()) == {0.0, 1.0}  # all sharp


def test_a_replicate_that_failed_is_left_out(results):
    results["measured_mode_connectivity"][1, 1, 1] = np.nan
    results["measured_mode_connectivity"][0, 0, :] = np.nan
    found = phases.compute(results, x="width", y="batch_size")
    assert np.isnan(found.phase.values[0, 0])
    assert (float(found.phase[1, 1]), float(found.agreed[1, 1])) == (3, 1)


def test_each_cell_has_its_number_and_each_panel_its_unit(data):
    figure = Figure()
    axes = figure.subplots(4)
    for name, ax in zip(phases.panels(data), axes, strict=True):
        phases.draw(data, ax, name=name)
    assert [text.get_text() for text in axes[0].texts] == ["I", "II", "III", "IV"]
    told = axes[0].get_legend_handles_labels()[1]
    assert told == [f"{p.name}: {p.meaning}" for p in PHASES] + ["replicates differ"]
    bars = [bar.get_ylabel() for bar in figure.axes[4:]]
    assert [bar.rpartition("(")[2] for bar in bars[:2]] == ["%)", "nat/weight²)"]
    mesh = axes[1].collections[0]
    assert (mesh.norm(0.0), mesh.norm.vmin) == (0.5, -mesh.norm.vmax)
    assert axes[1].get_xticks().tolist() == AXES["width"]
    lines = [np.asarray(bar.lines[-1].get_ydata())[0] for bar in figure.axes[4:6]]
    assert lines == [-1, data.threshold]


def test_what_a_study_lacks_is_told(results):
    with pytest.raises(InputError, match="it has no hessian_lambda_max"):
        phases.compute(results.drop_vars("measured_hessian_lambda_max"), x="width", y="batch_size")
    with pytest.raises(InputError, match="sharp must be greater than 0, got -1"):
        phases.compute(results, x="width", y="batch_size", sharp=-1)
    with pytest.raises(InputError, match="y must be another axis than x"):
        phases.compute(results, x="width", y="width")
    with pytest.raises(InputError, match="axis must be one of"):
        phases.compute(results, x="width", y="depth")

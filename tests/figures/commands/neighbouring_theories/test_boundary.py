"""The command boundary: what it saves, how it goes on, what it refuses; its report and pictures."""

from __future__ import annotations

import contextlib
import io
import json

import numpy as np
import pytest
import xarray as xr

from empirical.settings import Boundary, Recipe
from figures import cli
from figures.boundary import claims, correlations, predicted, report, study
from figures.commands.neighbouring_theories import boundary as command
from tests.support.program.command_line import run
from theory import record
from theory.levels import LEVELS

FEW = "--sets moons gaussians --initialisations normal --hidden 6 --epochs 20 --nodes 30 --starts 2"
SMALL = ["boundary", "--fast", *FEW.split(" "), "--steps", "10"]


def called(folder, *more):
    printed = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(printed):
        patch.setattr(correlations, "RESAMPLED", 40)
        patch.setattr(study, "MAP", 30)
        assert cli.main([*SMALL, "--json", "--out", str(folder), *more]) == 0
    return json.loads(printed.getvalue())


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    out = tmp_path_factory.mktemp("boundary") / "run"
    return out, called(out)


def test_networks_pictures_and_report_are_saved(ran):
    out, told = ran
    for stem in ("boundary", "alignment"):
        for suffix in (".png", ".pdf", ".svg", ".nc"):
            assert (out / f"{stem}{suffix}").stat().st_size > 1000
    made = record.load(out / "networks.nc")
    assert told["networks"] == made.pieces.size == 4
    assert json.loads(made.provenance)["parameters"]["recipe"]["epochs"] == 20
    shown = record.load(out / "boundary.nc")
    assert shown.told in (out / "report.md").read_text()
    assert "nan" not in shown.told
    assert set(told["rank"]) == {f"{a} against {b}" for a, b in claims.PAIRS}
    assert set(told["predicted_outliers"]) == {*LEVELS}


def test_maps_are_of_the_first_seed(ran):
    made = record.load(ran[0] / "networks.nc")
    own = made.map_alignment.values
    assert np.isfinite(own).all()
    assert (np.abs(own) <= 1 + 1e-9).all()
    peaks = own.reshape(*own.shape[:2], -1)
    assert (peaks.max(-1) >= -peaks.min(-1)).all()
    assert set(np.unique(made.map_class.sel(set="gaussians"))) <= {0, 1, 2}


def test_the_same_command_goes_on_and_another_is_refused(ran, capsys, monkeypatch):
    out, told = ran
    monkeypatch.setattr(study, "outliers", None)  # nothing is made again
    monkeypatch.setattr(command, "_draw", lambda *_, **__: None)
    assert called(out)["rank"] == told["rank"]
    assert cli.main([*SMALL, "--seed", "1", "--out", str(out)]) == 2
    assert "holds another run, its seed is 0, not 1" in capsys.readouterr().err


def test_a_run_that_was_stopped_ends_in_the_same_numbers(ran):
    made = record.load(ran[0] / "networks.nc")
    begun = made.copy(deep=True)
    for name in begun.data_vars:
        if set(study.DIMS) <= {*begun[name].dims}:
            begun[name].values[1, 0, 1] = np.nan
    kept = []
    settings = Boundary.smallest(
        sets=("moons", "gaussians"),
        initialisations=("normal",),
        hidden=(6,),
        recipe=Recipe(epochs=20, learning_rate=0.05, batch_size=64, momentum=0.9),
        nodes=30,
        starts=2,
        steps=10,
    )
    again = study.boundaries(settings, begun=begun, kept=kept.append)
    assert len(kept) == 1
    for name in made.data_vars:
        np.testing.assert_array_equal(again[name].values, made[name].values)


def test_levels_say_nothing_of_a_network_that_is_certain():
    from empirical.boundary import networks

    settings = Boundary.smallest(sets=("moons",), hidden=(4,), recipe=Recipe(epochs=1), nodes=20)
    one = networks.made(settings, (0, 0, 0))
    for count, above in predicted.outliers(one).values():
        assert count == int(count) >= 0
        assert 0 <= above < len(one.values)
    one.network.get_parameter("2.bias").data[0] = 1e4
    assert np.isnan(list(predicted.outliers(one).values())).all()


def made_up():
    """Outliers that are the pieces, in any set; margins that are twice the true ones."""
    rng = np.random.default_rng(0)
    shape, levels = (3, 2, 4), list(LEVELS)
    names = ("pieces_held", "regions", "length", "distance", "margin_first", "test_error")
    names += ("captured_boundary", "captured_points", "margin_alignment", "participation")
    arrays = {name: (study.DIMS, rng.random(shape)) for name in names}
    pieces = np.floor(10 * rng.random(shape)) + 1
    margin = rng.random(shape)
    arrays |= {
        "pieces": (study.DIMS, pieces),
        "pieces_finer": (study.DIMS, pieces),
        "gap_outliers": (study.DIMS, pieces),
        "margin": (study.DIMS, margin),
        "margin_estimate": (study.DIMS, 2 * margin),
        "train_loss": (study.DIMS, margin),
        "generalisation": (study.DIMS, np.full(shape, np.nan)),
        "generalisation_random": (study.DIMS, np.full(shape, np.nan)),
    }
    arrays |= {"eigenvalues": ((*study.DIMS, "rank"), (1 / margin)[..., None] / [1, 2, 3])}
    arrays |= {
        name: ((*study.DIMS, "level"), np.ones((*shape, len(levels))))
        for name in ("predicted_outliers", "edge_outliers")
    }
    coords = {"set": list("abc"), "initialisation": ["normal", "large"], "level": levels}
    return xr.Dataset(arrays, coords=coords)


def test_the_report_tells_agreement_and_what_is_absent():
    data = made_up()
    ranks = claims.correlations(data)
    found = report.numbers(data, ranks)
    for pair in ("gap_outliers against pieces", "margin_estimate against margin"):
        assert found["rank"][pair]["all"] == [pytest.approx(1)] * 5
    assert found["rank"]["lambda_max against margin"]["all"] == [pytest.approx(-1)] * 5
    assert found["rank"]["generalisation against pieces"]["all"] == [None] * 5
    assert found["rank"]["predicted_outliers against pieces"]["all"] == [None] * 5  # constant
    told = report.told(data, ranks)
    assert "24 networks: 3 sets, 2 initialisations, 4 seeds" in told
    assert "nan" not in told
    assert "100%" in told


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--replicates", "1"], "replicates must be at least 2, got 1"),
        (
            ["--sets", "moons", "moons"],
            "sets must have values, and each once, got ['moons', 'moons']",
        ),
        (["--examples", "10"], "examples must be at least 100, got 10"),
        (["--epochs", "0"], "epochs must be at least 1, got 0"),
        (["--nodes", "5"], "nodes must be at least 20, got 5"),
    ],
)
def test_bad_input_is_one_line(arguments, message, tmp_path):
    done = run("boundary", *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert message in done.stderr
    assert not list(tmp_path.iterdir())

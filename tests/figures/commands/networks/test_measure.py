"""The measure command on other networks and data than the default."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

from figures import cli
from tests.support.program.measurements import FEW, OWN, SOME
from theory import record

CHEAP = ("logits", "clustering", "spectrum", "model", "shuffled")


CASES = {
    "cnn": ["--network", "cnn", "--batch-size", "200", "--observe", *CHEAP],
    "own": ["--network", "my_models:make", "--data", "mine.npz"],
    "own with dropout": ["--network", "my_models:dropping", "--data", "mine.npz"],
    "text": ["--network", "transformer", "--data", "play.txt", "--vocabulary", "4"],
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.slow
def test_networks_and_data(folder, capsys, case):
    arguments = ["measure", *CASES[case], *FEW, "--json", "--out", "out"]
    if case == "text":
        arguments += ["--batch-size", "500", "--observe", *CHEAP]
    assert cli.main(arguments) == 0
    numbers = json.loads(capsys.readouterr().out)
    saved = record.load(folder / "out" / "measured.nc")
    assert saved.eigenvalues.dtype == np.float32
    assert saved.sizes["epoch"] == 2
    bottom_of_G = {"term_bottom", "term_bottom_residual"} & set(saved)
    assert bool(bottom_of_G) == case.startswith("own")
    assert all(np.isfinite(saved[name]).all() for name in set(saved) - bottom_of_G)
    assert all(np.isfinite(saved[name].drop_sel(term="G")).all() for name in bottom_of_G)
    for picture in ("trajectory", "simplex"):
        assert (folder / "out" / f"{picture}.png").read_bytes().startswith(b"\x89PNG")
        assert (folder / "out" / f"{picture}.pdf").read_bytes().startswith(b"%PDF")
        assert record.load(folder / "out" / f"{picture}.nc").sizes["epoch"] == 2
    assert numbers["epochs"][1]["loss"] < numbers["epochs"][0]["loss"]
    parameters = json.loads(saved.provenance)["parameters"]
    assert parameters["network"].pop("made_of", None) or not case.startswith("own")
    assert parameters["network"].pop("hidden", None) or case.startswith("own")
    assert parameters["network"] == {"name": CASES[case][1]}
    assert parameters["measurement"]["dtype"] == "float32"


ABSENT = ["measure", "--epochs", "0", "1", "--examples", "12", "--held-out", "40", "--out", "o"]


def test_a_class_without_examples_is_told_before_training(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert cli.main([*ABSENT, "--observe", "logits"]) == 2
    assert "every class must have at least 1 examples in the sample" in capsys.readouterr().err
    assert not (tmp_path / "o").exists()


@pytest.mark.slow
def test_checkpoints_of_an_own_network_need_its_name(folder, capsys):
    own = ["--network", "my_models:make", "--data", "mine.npz"]
    assert cli.main(["measure", *own, *FEW, "--out", "out"]) == 0
    checkpoint = ["--checkpoint", "out/checkpoints/epoch-0001.pt", "--out", "again"]
    assert cli.main(["measure", *own, *FEW[3:], *checkpoint]) == 0
    first, again = (record.load(f"{name}/measured.nc") for name in ("out", "again"))
    np.testing.assert_array_equal(again.eigenvalues.sel(epoch=1), first.eigenvalues.sel(epoch=1))
    capsys.readouterr()
    unnamed = ["--data", "mine.npz", *FEW[3:], *checkpoint[:-1], "unnamed"]
    assert cli.main(["measure", *unnamed]) == 2
    assert "is of the user's own network my_models:make, got None" in capsys.readouterr().err


def test_points_and_observables_are_chosen_and_the_cost_is_said_first(folder, capsys):
    arguments = [*OWN, *SOME, "--epochs", "1", "0", "0.2", "--memory", "2GiB", "--out", "out"]
    assert cli.main(["measure", *arguments]) == 0
    captured = capsys.readouterr()
    first = captured.err.splitlines()[0]
    assert re.fullmatch(
        r"measuring 3 points of 60 examples: about \d+ s, \d+\.\d GiB", first.strip()
    )
    lines = captured.out.splitlines()
    assert lines[1].split()[0] == "nat"
    assert lines[-1].startswith("Made by fort-ganguli")
    assert [line.split()[:2] for line in [lines[0], *lines[2:-2]]] == [
        ["epoch", "step"],
        ["0", "0"],
        ["0.2", "2"],
        ["1", "12"],
    ]
    saved = record.load("out/measured.nc")
    assert {"p", "q_SL", "eigenvalues"} <= set(saved)
    assert not {"Gamma_FG", "term_top", "shuffled_eigenvalues"} & set(saved)
    assert (folder / "out" / "checkpoints" / "epoch-0000.2.pt").is_file()
    for picture in ("trajectory", "simplex"):
        assert (folder / "out" / f"{picture}.png").read_bytes().startswith(b"\x89PNG")
        assert (folder / "out" / f"{picture}.pdf").read_bytes().startswith(b"%PDF")
        assert record.load(folder / "out" / f"{picture}.nc").sizes["epoch"] == 3
    assert cli.main(["measure", *arguments]) == 0  # done: nothing is measured
    assert "measuring" not in capsys.readouterr().err
    assert record.load("out/measured.nc").identical(saved)


@pytest.mark.usefixtures("unrendered")
def test_layers_are_measured_beside_what_else_is_asked(folder, capsys):
    asked = [*OWN, "--observe", "logits", "--examples", "60", "--held-out", "80", "--epochs", "0"]
    assert cli.main(["measure", *asked, "--by-layer", "--json", "--out", "out"]) == 0
    layers = json.loads(capsys.readouterr().out)["epochs"][0]["layers"]
    assert {name: each["weights"] for name, each in layers.items()} == {"0": 63, "2": 30}
    saved = record.load("out/measured.nc")
    assert "p" in saved
    assert "eigenvalues" not in saved
    for name, each in layers.items():
        assert each["lambda_max"] == float(saved.layer_eigenvalues.sel(layer=name)[0, 0])


@pytest.mark.usefixtures("unrendered")
def test_compare_names_the_group_that_a_record_lacks(folder, capsys):
    assert cli.main(["measure", *OWN, *SOME, "--epochs", "0", "--out", "out"]) == 0
    capsys.readouterr()
    needed = "measure with --observe logits clustering spectrum model noise shuffled"
    for arguments in (["--measured", "out/measured.nc"], [*OWN, *SOME]):
        assert cli.main(["compare", *arguments, "--out", "again"]) == 2
        captured = capsys.readouterr()
        assert f"needs model, noise, shuffled: {needed}" in captured.err
        assert captured.err.count("\n") == 1
        assert not (folder / "again").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--epochs", "0.49", "0.5"], "fall on different steps, got 0.49 and 0.5, both at step 22"),
        (["--epochs", "-1"], "epochs must be at least 0, got -1"),
        (["--epochs", "inf"], "epochs must be finite, got inf"),
        (
            ["--network", "cnn", "--hidden", "5"],
            "hidden must name at least 2 widths of network cnn, got [5]",
        ),
        (["--checkpoint", "x.pt"], "--epochs must not be given with --checkpoint, which brings"),
        (["--memory", "1M"], "for measuring 60 examples, got 1048576"),
        (["--network", "vgg"], "network must be one of mlp, cnn"),
        (["--network", "absent:make"], "cannot import network absent:make"),
        (["--network", "my_models:make"], "does not take digits"),
        (["--network", "transformer"], "network transformer takes tokens"),
        (["--data", "absent.npz"], "cannot read absent.npz"),
        (["--data", "absent.txt"], "cannot read absent.txt"),
        (["--data", "imagenet"], "data must be one of digits, mnist"),
        (["--vocabulary", "5"], "vocabulary is for a text file"),
        (["--device", "abacus"], "device must be cpu, cuda or cuda:<n>, got 'abacus'"),
        (["--device", "cuda:99"], "device must be one of this machine's"),
    ],
)
def test_bad_requests_are_one_line(folder, capsys, arguments, message):
    assert cli.main(["measure", *FEW, *arguments, "--out", "out"]) == 2
    captured = capsys.readouterr()
    assert message in captured.err
    assert captured.err.count("\n") == 1
    assert not (folder / "out").exists()

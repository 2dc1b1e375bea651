"""The command figures: what it makes, keeps and refuses."""

import json
import re

import pytest

from figures import cli
from figures.commands.results.figures import run
from figures.gallery import registry
from figures.gallery.settings import Gallery
from figures.pictures import style
from theory import InputError, record

FAST = Gallery(fast=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("figures")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", "0")
        run(["phase"], settings=FAST, out=out)
    return out


def test_a_figure_is_a_picture_and_its_data(folder):
    for suffix in (".png", ".pdf", ".svg"):
        assert (folder / f"phase{suffix}").stat().st_size > 1000
    made_by = json.loads(record.load(folder / "phase.nc").provenance)
    assert made_by["command"] == "fort-ganguli figures"
    assert made_by["parameters"] == {"figure": "phase", "fast": True, "seed": 0}


def test_the_same_seed_makes_the_same_bytes_with_any_number_of_workers(
    folder, tmp_path, monkeypatch
):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    run(["phase"], settings=Gallery(fast=True, workers=2), out=tmp_path, formats=("svg",))
    for name in ("phase.nc", "phase.svg"):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()
    assert not (tmp_path / "phase.png").exists()


def test_it_is_drawn_again_without_being_computed(folder, monkeypatch, capsys):
    picture = folder / "phase.png"
    before = picture.read_bytes()
    picture.unlink()
    monkeypatch.setattr(registry.module("phase"), "compute", lambda settings: 1 / 0)
    arguments = ["figures", "phase", "--fast", "--format", "png", "--out", str(folder)]
    assert cli.main([*arguments, "--json"]) == 0
    assert picture.read_bytes() == before
    printed = capsys.readouterr()
    assert "phase: drawn from saved data, saved" in printed.err
    assert list(json.loads(printed.out)) == ["phase"]


def test_as_wide_as_a_column_or_as_a_page(folder):
    widths = {}
    for size in ("column", "page"):
        run(["phase"], settings=FAST, out=folder, formats=("svg",), size=size)
        head = (folder / "phase.svg").read_text()[:1000]
        width = re.findall(r'width="([\d.]+)pt"', head)[0]
        widths[size] = float(width) / 72
    assert widths == pytest.approx(style.WIDTHS)


def test_figures_of_other_settings_are_kept(folder, capsys):
    assert cli.main(["figures", "phase", "--fast", "--seed", "1", "--out", str(folder)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "phase.nc holds another run, its seed is 0, not 1" in line


def test_the_list_names_them_all(capsys):
    assert cli.main(["figures", "--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(registry.FIGURES)
    assert cli.main(["figures", "--list", "--json"]) == 0
    assert list(json.loads(capsys.readouterr().out)) == list(registry.FIGURES)


def test_a_name_that_is_none_is_one_line(tmp_path, capsys):
    assert cli.main(["figures", "nothing", "--out", str(tmp_path / "out")]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "figure must be one of clustering, simplex" in line
    assert not (tmp_path / "out").exists()


def test_a_record_that_is_none_is_refused(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        run(["rem"], settings=FAST, out=tmp_path, record=tmp_path / "none.nc")


@pytest.mark.slow
def test_a_record_of_the_users_own_network_is_drawn(tmp_path, capsys):
    measured = tmp_path / "measured"
    network = ["--hidden", "8", "--epochs", "0", "1", "--observe", "logits", "spectrum"]
    amounts = ["--examples", "60", "--held-out", "120"]
    assert cli.main(["measure", *network, *amounts, "--out", str(measured)]) == 0
    own = ["--record", str(measured / "measured.nc"), "--fast", "--out", str(tmp_path / "own")]
    assert cli.main(["figures", "batch", *own]) == 2
    assert "figure batch needs the network itself" in capsys.readouterr().err
    assert cli.main(["figures", "sharpness", *own]) == 2
    told = f"figure sharpness of {measured / 'measured.nc'} needs clustering, model: measure with"
    assert told in capsys.readouterr().err
    assert cli.main(["figures", "rem", *own, "--format", "svg"]) == 0
    drawn = record.load(tmp_path / "own" / "rem.nc")
    made_by = json.loads(drawn.provenance)["parameters"]
    assert made_by["record"]["parameters"]["network"]["hidden"] == [8]
    p = record.load(measured / "measured.nc").p
    expected = float((p**2).sum("logit").mean("example")[-1])
    assert float(drawn.measured_participation[-1]) == pytest.approx(expected)

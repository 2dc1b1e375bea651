"""The command table."""

from __future__ import annotations

import pytest

from figures import cli

MODEL = ["--N", "60", "--C", "5", "--D", "200", "--sigma-z", "1", "--sigma-c", "1"]


@pytest.fixture
def record(tmp_path) -> str:
    path = tmp_path / "p.nc"
    assert cli.main(["predict", *MODEL, "--sigma-E", "0.7", "--out", str(path)]) == 0
    return str(path)


def test_stdout_and_file_hold_the_same(record, tmp_path, capsys):
    capsys.readouterr()
    asked = ["table", record, "--observable", "outliers", "trace", "--format", "latex"]
    assert cli.main(asked) == 0
    printed = capsys.readouterr().out
    assert printed.endswith("\\end{tabular}\n")
    path = tmp_path / "t.tex"
    assert cli.main([*asked, "--out", str(path)]) == 0
    assert path.read_text() == printed
    assert cli.main([*asked, "--out", str(path)]) == 2
    assert "t.tex is there" in capsys.readouterr().err
    assert cli.main([*asked, "--out", str(path), "--overwrite"]) == 0


def test_an_unknown_observable_is_one_line_with_those_there_are(record, capsys):
    capsys.readouterr()
    assert cli.main(["table", record, "--observable", "lambda"]) == 2
    error = capsys.readouterr().err
    assert "observable must be one of bulk_edges, bulk_masses, frobenius" in error
    assert error.count("\n") == 1

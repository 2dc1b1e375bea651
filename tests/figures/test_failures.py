"""Whatever stops a command: one line on stderr, an exit status, and nothing half-written."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from figures import cli
from figures.failures import failure, to_be_said
from tests.support.program.command_line import run
from theory import InputError
from theory.checks import ConvergenceError

SMALL = [
    "--N",
    "30",
    "--C",
    "3",
    "--D",
    "100",
    "--sigma-z",
    "1",
    "--sigma-c",
    "1",
    "--sigma-E",
    "1",
]
STUDY = """
sources = ["theory"]
observables = ["lambda_max"]
[parameters]
N = 20
C = 3
D = 50
sigma_c = 1.0
sigma_E = 1.0
[grid]
sigma_z = [1, 2]
"""


@pytest.mark.parametrize(
    ("error", "message", "status"),
    [
        (KeyboardInterrupt(), "interrupted", 130),
        (InputError("N must be\nat least 1"), "error: N must be at least 1", 2),
        (ConvergenceError("no root"), "no convergence: no root", 1),
        (MemoryError(), "error: not enough memory: a smaller run may fit", 2),
        (RuntimeError("can't allocate memory: 9 bytes"), "error: not enough memory: can't", 2),
        (OverflowError("range"), "error: a value is too large or too small", 2),
        (OSError(28, "No space left on device", "a.nc"), "error: a.nc: No space left", 2),
        (KeyError("p"), "error: unexpected KeyError: 'p' (--debug shows where)", 2),
    ],
)
def test_each_kind_of_error_is_one_line(error, message, status):
    told = failure(error)
    assert told.message.startswith(message)
    assert told.status == status
    assert "\n" not in told.message


def test_traceback_is_shown_to_who_asks(monkeypatch):
    def broken(params, *, seed):
        raise ValueError("inside")

    monkeypatch.setattr("figures.predict.values", broken)
    for arguments, environment, asked in (
        ([], "", False),
        (["--debug"], "", True),
        ([], "1", True),
    ):
        monkeypatch.setenv("FORT_GANGULI_DEBUG", environment)
        done = run("predict", *SMALL, *arguments)
        assert done.returncode == 2
        assert ("Traceback" in done.stderr) is asked
        assert done.stderr.count("\n") == 1 or asked
        last = done.stderr.splitlines()[-1]
        assert last.startswith("fort-ganguli predict: error: ")
        assert "ValueError: inside" in last


@pytest.mark.parametrize(
    ("code", "line", "what"),
    [
        ("def make():\n    return 1 + 'a'\n", 2, "TypeError"),
        ("def make():\n    raise SystemExit(7)\n", 2, "SystemExit: 7"),
        ("def make():\n    assert 1 > 2\n", 2, "AssertionError: assert 1 > 2"),
        ("import sys\nmake = sys.nothing\n", 2, "has no attribute 'nothing'"),
        ("import nothing\n", 1, "No module named 'nothing'"),
        ("# of the user\ndef make(:\n", 2, "SyntaxError"),
    ],
)
def test_a_users_code_that_raises_is_named_with_its_line(code, line, what, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "of_the_user", raising=False)
    (tmp_path / "of_the_user.py").write_text(code)
    done = run("measure", "--network", "of_the_user:make", "--epochs", "0", cwd=tmp_path)
    assert done.returncode == 2
    assert f"{tmp_path / 'of_the_user.py'}:{line}" in done.stderr
    assert what in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["predict", *SMALL, "--N", "1e18"], "N must be at most 1000000000000000, got 1"),
        (["predict", *SMALL, "--N", "1e15", "--seed", "0"], "N C must be at most"),
        (["predict", *SMALL, "--sigma-c", "1e300"], "sigma_c must be at most 1e+30, got 1e+300"),
        (["predict", *SMALL, "--seed", "0.5"], "--seed: must be an integer, got '0.5'"),
        (["predict", *SMALL, "--out", ""], "--out: must name a file or folder, got ''"),
        (["predict", *SMALL, "--out", "."], "cannot write .: it is no file"),
        (["predict", *SMALL, "--out", "/dev/full"], "cannot write /dev/full: it is no file"),
        (["predict", *SMALL, "--out", "study.toml/x.nc"], "a file stands where a folder must be"),
        (["levels", "--surrogates", "--threshold", "share=1"], "threshold judges levels, not"),
        (["simulate", *SMALL, "--replicates", "1e18"], "replicates must be at most 1000000000"),
        (["sweep", "study.toml", "--out", "."], "the store must have a name of its own"),
        (["sweep", "huge.toml", "--out", "s"], "num of sigma_z must be at most 10000000, got 100"),
        (["fit", "."], "cannot read .: it is a folder"),
        (["measure", "--seed", "18446744073709551616"], "seed must be at most 9223372036854775807"),
    ],
)
def test_odd_values_are_one_line(arguments, message, tmp_path):
    (tmp_path / "study.toml").write_text(STUDY)
    huge = STUDY.replace("[1, 2]", "{ start = 0, stop = 1, num = 1000000000 }")
    (tmp_path / "huge.toml").write_text(huge)
    before = sorted(tmp_path.iterdir())
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""
    assert sorted(tmp_path.iterdir()) == before


@pytest.fixture(scope="module")
def study(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("study")
    (folder / "study.toml").write_text(STUDY)
    assert run("sweep", "study.toml", "--out", "s.zarr", "--workers", "1", cwd=folder).stdout
    return folder


CURVES = ["draw", "s.zarr", "--observable", "lambda_max", "--kind", "curves", "--x", "sigma_z"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--y", "sigma_z"], "y must be another axis than x, got 'sigma_z' for both"),
        (["--x", "replicate"], "axis must be one of sigma_z, got 'replicate'"),
        (["--at", "odd=3"], "at must be left out, no axis is left over, got 'odd'"),
        (["--at", "sigma_z=1"], "at must be left out, no axis is left over, got 'sigma_z'"),
        (["--at", "sigma_z"], "--at must be AXIS=VALUE, got 'sigma_z'"),
        (["--out", "."], "a picture must have a name, got '.'"),
        (["--out", "mine"], "mine.png is there and no picture of this program"),
    ],
)
def test_odd_axes_are_one_line(arguments, message, study):
    (study / "mine.png").write_text("of the user")
    before = sorted(study.iterdir())
    done = run(*CURVES, "--out", "p", *arguments, cwd=study)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stderr.count("\n") == 1
    assert sorted(study.iterdir()) == before
    assert (study / "mine.png").read_text() == "of the user"


@pytest.mark.usefixtures("unrendered")
def test_a_dot_in_the_name_of_a_picture_is_no_suffix(study):
    for name in ("at_0.5", "at_0.7"):
        assert run(*CURVES, "--out", name, cwd=study).returncode == 0
    assert {f"at_0.{i}.{end}" for i in (5, 7) for end in ("png", "pdf", "nc")} <= {
        each.name for each in study.iterdir()
    }


def process(*arguments: str, shell: str = "", **environment: str) -> subprocess.CompletedProcess:
    """A process whose streams the shell has put elsewhere."""
    command = f'exec "{sys.executable}" -m figures "$@" {shell}'
    return subprocess.run(
        ["sh", "-c", command, "sh", *arguments],
        capture_output=True,
        encoding=environment.get("PYTHONIOENCODING", "utf-8"),
        timeout=120,
        env=os.environ | environment,
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="has no disk that is always full")
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_disk_behind_stdout_is_said(unbuffered):
    done = process("--help", shell="> /dev/full", PYTHONUNBUFFERED=unbuffered)
    assert done.returncode == 2
    assert "No space left on device" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_closed_stdout_is_refused():
    done = process("--help", shell=">&-")
    assert (done.returncode, done.stderr) == (2, "fort-ganguli: error: standard output is closed\n")


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_any_encoding_can_show_the_help(encoding):
    done = process("measure", "--help", PYTHONIOENCODING=encoding)
    assert (done.returncode, done.stderr) == (0, "")
    assert "\\u2016G\\u2016_F" in done.stdout  # the norm's bars


def test_a_disk_that_fills_up_loses_nothing(tmp_path):
    saved = tmp_path / "saved.nc"
    assert run("predict", *SMALL, "--out", str(saved)).returncode == 0
    held = saved.read_bytes()
    limited = 'trap "" XFSZ; ulimit -f 8; exec "$@"'  # no file above a few KiB
    python = [sys.executable, "-m", "figures"]
    done = subprocess.run(
        ["sh", "-c", limited, "sh", *python, "predict", *SMALL, "--out", str(saved)],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 2
    assert done.stderr == f"fort-ganguli predict: error: cannot write {saved}: File too large\n"
    assert saved.read_bytes() == held
    assert [*tmp_path.iterdir()] == [saved]


LONG = ["--N", "3000", "--C", "10", "--D", "9000", "--sigma-z", "1", "--sigma-c", "1"]


def test_an_interrupt_ends_a_draw_that_runs(tmp_path):
    arguments = ["simulate", *LONG, "--sigma-E", "1", "--replicates", "9", "--out", "s.nc"]
    running = subprocess.Popen(
        [sys.executable, "-m", "figures", *arguments],
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(Path(cli.__file__).parent.parent)},
    )
    threads = Path(f"/proc/{running.pid}/task")
    deadline = time.monotonic() + 60
    while len([*threads.iterdir()]) < 2 and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(2)  # into the draw
    running.send_signal(signal.SIGINT)
    try:
        _, told = running.communicate(timeout=100)  # a draw takes minutes
    finally:
        running.kill()
    assert running.returncode == 130
    assert told.splitlines()[-1] == "fort-ganguli simulate: interrupted"
    assert [*tmp_path.iterdir()] == []


def test_every_command_can_be_debugged():
    options = {"--debug"}
    for name in cli.COMMANDS:
        assert options <= set(
            run(name, "--help").stdout.replace("[", " ").replace("]", " ").split()
        )


def test_a_message_of_pages_is_told_by_its_beginning():
    told = failure(RuntimeError("no such kernel\n" + "backend " * 1000)).message
    assert told.startswith("error: unexpected RuntimeError: no such kernel backend")
    assert told.endswith("… (--debug shows where)")
    assert len(told) < 700


def test_of_processes_that_are_stopped_alike_the_first_alone_speaks(monkeypatch, capsys):
    from empirical.machine import processes

    monkeypatch.setattr(processes, "first_to_say", lambda: False)
    assert to_be_said(InputError("no"))  # alone
    monkeypatch.setenv("TORCHELASTIC_RUN_ID", "one")
    assert not to_be_said(InputError("no"))
    monkeypatch.setattr(processes, "first_to_say", lambda: True)
    assert to_be_said(InputError("no"))
    assert not to_be_said(processes.ToldByFirstError("the first process stopped"))
    for rank in ("0", "1"):
        monkeypatch.setenv("RANK", rank)
        with pytest.raises(SystemExit):
            cli.main(["predict", "--N", "many"])
        assert bool(capsys.readouterr().err) == (rank == "0")

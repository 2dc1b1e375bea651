"""What the scripts complete: bash runs its own."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from figures import cli, completion
from figures.commands.program.completion import SHELLS
from figures.network_studies.kinds import KINDS
from figures.network_studies.registry import OBSERVABLES as OF_NETWORKS
from simulate.perceptron.settings import ALGORITHMS
from tests.support.program.command_line import run
from theory.observables import OBSERVABLES
from theory.params import LABEL_LAWS


@pytest.fixture(scope="module")
def script() -> str:
    return completion.script(cli.parser(), shell="bash")


def offered(script: str, *words: str) -> set[str]:
    """What bash would offer for the last of the words."""
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("no bash")
    typed = " ".join(f'"{word}"' for word in ("fort-ganguli", *words))
    code = f"{script}\nCOMP_WORDS=({typed})\nCOMP_CWORD={len(words)}\n_fort_ganguli\n"
    done = subprocess.run(
        [bash, "--norc", "-c", code + 'printf "%s\\n" "${COMPREPLY[@]}"'],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return {*done.stdout.split()}


def test_commands(script):
    assert offered(script, "") == {*cli.COMMANDS}
    assert offered(script, "go") == {"goldilocks"}


def test_options_are_those_of_the_command(script):
    assert offered(script, "predict", "--sigma") == {f"--sigma-{x}" for x in "zcEyH"}
    assert "--sigma-z" not in offered(script, "draw", "--")


def test_values_are_the_choices_of_the_last_option(script):
    assert offered(script, "predict", "--N", "3", "--labels", "") == {*LABEL_LAWS}
    assert offered(script, "table", "m.nc", "--observable", "trace", "hessian_") == {
        name for name in (*OBSERVABLES, *OF_NETWORKS) if name.startswith("hessian_")
    }


def test_observables_of_every_kind_of_study_are_offered(script):
    known = {name for kind in KINDS for name in kind.OBSERVABLES}
    assert offered(script, "draw", "s.zarr", "--observable", "") == known


def test_a_study_of_a_command_has_its_own_options(script):
    assert offered(script, "wedges", "") >= {"cuts", "connect", "tunnels"}
    assert offered(script, "wedges", "cuts", "--sc") == {"--scales"}
    assert offered(script, "minima", "theory", "--sc") == set()
    assert {*ALGORITHMS} <= offered(script, "minima", "search", "--algorithms", "")


def test_figures_are_offered_by_name(script):
    assert offered(script, "figures", "ph") == {"phase"}


def test_where_no_word_fits_files_are_offered_by_the_shell(script):
    assert offered(script, "table", "results/") == set()
    assert "complete -o default" in script


def test_zsh_reads_the_script_of_bash(script):
    assert completion.script(cli.parser(), shell="zsh").endswith(script)


def test_fish_has_a_line_for_each_command_and_option():
    lines = completion.script(cli.parser(), shell="fish").splitlines()
    starts = [line for line in lines if "__fish_use_subcommand" in line]
    assert len(starts) == len(cli.COMMANDS)
    (labels,) = (line for line in lines if "from predict'" in line and "-l labels" in line)
    assert " ".join(LABEL_LAWS) in labels


@pytest.mark.parametrize("shell", SHELLS)
def test_the_command_prints_the_script(shell):
    assert run("completion", shell).stdout == completion.script(cli.parser(), shell=shell)


def test_another_shell_is_refused():
    done = run("completion", "bsh")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "did you mean 'bash'?" in done.stderr

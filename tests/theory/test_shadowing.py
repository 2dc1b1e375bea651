"""A file of the user's with the name of one of the packages is named, from wherever it is met."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from theory import shadowing

ROOT = Path(shadowing.__file__).parents[1]


NEEDED = [(package, name) for package, names in shadowing.NEEDS.items() for name in names]


NOT_NEEDED = [
    (package, name)
    for package, names in shadowing.NEEDS.items()
    for name in shadowing.NEEDS
    if name != package and name not in names
]


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """An interpreter in ``folder`` that finds the packages as installed ones, after its own."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


def hide(folder: Path, name: str, *, as_folder: bool) -> Path:
    """The user's own module of that name, which says so when it is run."""
    path = folder / name if as_folder else folder / f"{name}.py"
    file = path / "__init__.py" if as_folder else path
    file.parent.mkdir(exist_ok=True)
    file.write_text("print('mine')\n")
    return path


@pytest.mark.parametrize(("package", "name"), NEEDED)
def test_a_hidden_package_that_is_needed_is_named(tmp_path, package, name):
    path = hide(tmp_path, name, as_folder=package == "empirical")
    (tmp_path / "script.py").write_text(f"import {package}\n")
    done = run(tmp_path, "script.py")
    assert done.returncode == 1
    assert "mine" not in done.stdout
    assert done.stderr.splitlines()[-1] == (
        f"ImportError: {path} hides the package {name} of fort-ganguli, which lies in {ROOT}: "
        "rename it, or run from another folder"
    )


@pytest.mark.parametrize(("package", "name"), NOT_NEEDED)
def test_a_hidden_package_that_is_not_needed_is_a_warning(tmp_path, package, name):
    path = hide(tmp_path, name, as_folder=False)
    (tmp_path / "script.py").write_text(f"import {package}\nprint({package}.__all__)\n")
    done = run(tmp_path, "script.py")
    assert done.returncode == 0
    assert f"script.py:1: UserWarning: {path} hides the package {name}" in done.stderr
    assert "mine" not in done.stdout


def test_the_command_line_names_it(tmp_path):
    path = hide(tmp_path, "simulate", as_folder=False)
    done = run(tmp_path, "-m", "figures", "--version")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(
        f"ImportError: {path} hides the package simulate"
    )


def test_a_script_that_hides_a_package_itself(tmp_path):
    (tmp_path / "theory.py").write_text("import simulate\n")
    done = run(tmp_path, "theory.py")
    assert f"ImportError: {tmp_path / 'theory.py'} hides the package theory" in done.stderr


def test_one_that_was_imported_before(tmp_path):
    path = hide(tmp_path, "theory", as_folder=True)
    done = run(tmp_path, "-c", "import theory, simulate")
    assert f"ImportError: {path} hides the package theory" in done.stderr


def test_folders_without_python_in_them_hide_nothing(tmp_path):
    for name in shadowing.NEEDS:
        (tmp_path / name).mkdir()
        (tmp_path / name / "notes.txt").write_text("")
    done = run(tmp_path, "-W", "error", "-m", "figures", "--version")
    assert done.returncode == 0, done.stderr


def test_a_package_on_its_own_asks_for_no_other(tmp_path):
    shutil.copytree(ROOT / "theory", tmp_path / "theory")
    (tmp_path / "figures.py").write_text("")
    done = run(tmp_path, "-W", "error", "-c", "import theory; print(theory.__file__)")
    assert done.stdout.strip() == str(tmp_path / "theory" / "__init__.py"), done.stderr

"""What is built from the source: its version says what it is, and the wheel holds what it needs."""

import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FALLBACK = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"][
    "version"
]["fallback-version"]
PACKAGES = ("theory", "simulate", "empirical", "figures")
NEEDED = ("pyproject.toml", "README.md", "LICENSE")


def run(folder: Path, *command: str) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def git(folder: Path, *arguments: str) -> str:
    return run(folder, "git", "-c", "user.name=a", "-c", "user.email=a@b.c", *arguments)


def version(folder: Path) -> str:
    return run(folder, sys.executable, "-m", "hatchling", "version")


@pytest.fixture
def source(tmp_path) -> Path:
    """The files that a version is made from, without git."""
    folder = tmp_path / "source"
    folder.mkdir()
    for name in NEEDED:
        shutil.copy(ROOT / name, folder)
    return folder


@pytest.fixture
def checkout(source) -> Path:
    """The same in a repository with two commits and no tag."""
    git(source, "init", "--quiet")
    git(source, "add", ".")
    git(source, "commit", "--quiet", "--message", "first")
    git(source, "commit", "--quiet", "--message", "second", "--allow-empty")
    return source


def test_without_git_it_is_what_follows_the_release(source):
    assert version(source) == FALLBACK


def test_without_tags_it_names_the_commit(checkout):
    commit = git(checkout, "rev-parse", "--short=7", "HEAD")
    assert re.fullmatch(rf"{FALLBACK[:-1]}2\+g{commit}\w*", version(checkout))


def test_a_shallow_checkout_names_the_commit(checkout, tmp_path):
    git(tmp_path, "clone", "--quiet", "--depth", "1", f"file://{checkout}", "shallow")
    commit = git(checkout, "rev-parse", "--short=7", "HEAD")
    assert f"+g{commit}" in version(tmp_path / "shallow")


def test_a_tag_is_the_release_and_what_follows_is_not(checkout):
    git(checkout, "tag", "v3.1.0")
    assert version(checkout) == "3.1.0"
    (checkout / "README.md").write_text("changed")
    assert re.fullmatch(r"3\.1\.1\.dev0\+g\w+\.d\d{8}", version(checkout))
    git(checkout, "commit", "--quiet", "--all", "--message", "third")
    assert re.fullmatch(r"3\.1\.1\.dev1\+g\w+", version(checkout))


def test_the_fallback_follows_the_last_release_of_the_changelog():
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    unreleased, released = re.findall(r"^## (\S+)", changelog, re.MULTILINE)[:2]
    major, minor, patch = map(int, released.split("."))
    assert unreleased == "Unreleased"
    assert FALLBACK in (released, f"{major}.{minor}.{patch + 1}.dev0")


def test_the_wheel_holds_the_packages_their_stubs_and_the_mark_of_types(tmp_path):
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    for name in NEEDED:
        shutil.copy(ROOT / name, tmp_path)
    run(tmp_path, sys.executable, "-m", "hatchling", "build", "--target", "wheel")
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    assert FALLBACK in wheel.name
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert held == {
        path.relative_to(tmp_path).as_posix()
        for package in PACKAGES
        for path in (tmp_path / package).rglob("*")
        if path.is_file()
    }
    assert {f"{package}/py.typed" for package in PACKAGES} <= held
    assert {f"{package}/__init__.pyi" for package in PACKAGES} <= held


def test_the_public_checks_run_the_lanes_of_the_private_ones():
    ours = re.findall(r"^make (.+)$", (ROOT / ".ci" / "run").read_text(), re.MULTILINE)
    workflow = (ROOT / ".github" / "workflows" / "checks.yml").read_text(encoding="utf-8")
    (theirs,) = re.findall(r"lane: \[(.+)\]", workflow)
    assert " ".join(ours).split() == theirs.split(", ")

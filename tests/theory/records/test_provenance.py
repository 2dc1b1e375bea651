"""Provenance tells code, libraries and the occasion apart."""

import json
import shutil
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version

import pytest

import theory.records.provenance as source
from theory import InputError, record
from theory.records.provenance import LIBRARIES, PACKAGES, provenance, require_same_code


def made_by(**changes):
    return provenance(command="test", parameters={"N": 30}, seed=2**62) | changes


def went_on(began, now, *, packages=("theory", "simulate"), mixed_versions=False):
    return require_same_code(
        began, now, packages=packages, what="s.zarr", mixed_versions=mixed_versions
    )


def test_it_says_who_made_a_result():
    now = made_by()
    assert json.loads(json.dumps(now)) == now
    assert (now["command"], now["parameters"], now["seed"]) == ("test", {"N": 30}, 2**62)
    assert now["version"] == version("fort-ganguli")
    assert now["libraries"] == {name: version(name) for name in LIBRARIES}
    assert tuple(now["code"]) == PACKAGES
    assert len({*now["code"].values()}) == len(PACKAGES)
    assert record.provenance is provenance


def test_the_line_of_the_version_names_the_commit_of_a_checkout(monkeypatch):
    for commit, told in (
        ((None, None), ""),
        (("a" * 40, False), " (running from commit aaaaaaaaaa)"),
        (("a" * 40, True), " (running from commit aaaaaaaaaa, modified)"),
    ):
        monkeypatch.setattr(source, "_commit", lambda root, found=commit: found)
        assert source.version_line() == version("fort-ganguli") + told


def test_the_date_is_now_unless_the_environment_sets_it(monkeypatch):
    assert made_by()["date"] == "2019-10-11T00:00:00+00:00"
    for value in (None, "yesterday"):
        monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
        if value is not None:
            monkeypatch.setenv("SOURCE_DATE_EPOCH", value)
        age = datetime.now(UTC) - datetime.fromisoformat(made_by()["date"])
        assert 0 <= age.total_seconds() < 3600


@pytest.fixture
def tree(tmp_path):
    """A copy of two of the packages, of which nothing has been read yet."""
    for package in ("theory", "simulate", "figures"):
        shutil.copytree(source._ROOT / package, tmp_path / package)
    return tmp_path


def digests(root):
    names = ("theory", "simulate", "figures", "figures.judge", "figures.pictures")
    return {name: source._digest.__wrapped__(root, name) for name in names}


def test_any_change_of_a_source_file_changes_the_digest_of_its_package_alone(tree):
    before = digests(tree)
    assert before["theory"] == made_by()["code"]["theory"]
    module = tree / "theory" / "checks.py"
    module.write_bytes(module.read_bytes() + b"#")
    after = digests(tree)
    assert after["theory"] != before["theory"]
    assert after["simulate"] == before["simulate"]


def test_a_room_changes_with_its_own_files_alone(tree):
    before = digests(tree)
    assert before["figures.judge"] == source.code(["figures.judge"])["code"]["figures.judge"]
    picture = tree / "figures" / "pictures" / "style.py"
    picture.write_bytes(picture.read_bytes() + b"#")
    after = digests(tree)
    assert {name for name in after if after[name] != before[name]} == {
        "figures",
        "figures.pictures",
    }


def test_a_file_that_moves_changes_the_digest_and_its_line_endings_do_not(tree):
    before = digests(tree)
    module = tree / "theory" / "checks.py"
    module.write_bytes(module.read_bytes().replace(b"\n", b"\r\n"))
    (tree / "theory" / "notes.txt").write_text("no code")
    assert digests(tree) == before
    module.rename(tree / "theory" / "renamed.py")
    assert digests(tree)["theory"] != before["theory"]


def git(folder, *arguments):
    identity = ["-c", "user.name=a", "-c", "user.email=a@b.c"]
    done = subprocess.run(
        ["git", "-C", str(folder), *identity, *arguments],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def commit_of(root):
    return source._commit.__wrapped__(root)


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_the_commit_of_a_checkout_and_whether_it_is_modified(tmp_path):
    git(tmp_path, "init", "--quiet")
    (tmp_path / "theory.py").write_text("")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "first")
    git(tmp_path, "tag", "-a", "v1-2", "--message", "a release")
    commit = git(tmp_path, "rev-parse", "HEAD")
    assert commit_of(tmp_path) == (commit, False)
    (tmp_path / "results").write_text("not tracked")
    assert commit_of(tmp_path) == (commit, False)
    (tmp_path / "theory.py").write_text("changed")
    assert commit_of(tmp_path) == (commit, True)
    (tmp_path / "installed").mkdir()
    assert commit_of(tmp_path / "installed") == (None, None)


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_a_checkout_without_a_commit_or_without_git_has_none(tmp_path, monkeypatch):
    git(tmp_path, "init", "--quiet")
    assert commit_of(tmp_path) == (None, None)
    monkeypatch.setenv("PATH", "")
    assert commit_of(tmp_path) == (None, None)


def test_the_same_code_goes_on_whenever_and_wherever():
    began = made_by(date="2000-01-01", platform="Plan 9", commit="0" * 40, modified=True)
    now = made_by(command="another", python="3.99", version="9")
    assert went_on(began, now) == now


OTHER = {
    "theory": "0" * 64,
    "numpy": "1.0",
    "torch": "1.0",
}


def other(name, **changes):
    """Provenance of a run in which one package or library was another."""
    now = made_by(**changes)
    kind = "code" if name in PACKAGES else "libraries"
    return now | {kind: now[kind] | {name: OTHER[name]}}


@pytest.mark.parametrize("name", OTHER)
def test_other_code_is_refused_in_one_line_that_says_how_to_go_on(name):
    began, now = other(name, commit="a" * 40, modified=False), made_by(commit="b" * 40)
    with pytest.raises(InputError, match=r"^s\.zarr was begun by other code") as caught:
        went_on(began, now, packages=("theory", "empirical"))
    message = str(caught.value)
    assert "\n" not in message
    assert name in message
    assert "--mixed-versions" in message
    assert "--out" in message
    if name == "theory":
        assert "theory of commit aaaaaaaaaa, now commit bbbbbbbbbb" in message
    else:
        assert f"{name} 1.0, now {version(name)}" in message


def test_what_makes_none_of_the_numbers_does_not_count():
    assert went_on(other("torch"), made_by()) == made_by()
    assert went_on(other("theory"), made_by(), packages=["empirical"]) == made_by()


def test_a_library_that_was_not_there():
    without = made_by()
    without["libraries"].pop("torch")
    with pytest.raises(InputError, match="torch none, now"):
        went_on(without, made_by(), packages=["empirical"])


@pytest.mark.parametrize("began", [{}, {"version": "0.1.0", "numpy": "2.0"}, {"code": "abc"}])
def test_a_record_that_does_not_say_which_code_made_it_is_refused(began):
    with pytest.raises(InputError, match=r"\(version (unknown|0.1.0) did not record which\)"):
        went_on(began, made_by())
    assert went_on(began, made_by(), mixed_versions=True)["earlier"] == [began]


def test_every_code_that_had_a_part_stays_on_record():
    first, second, third = other("theory"), other("numpy"), made_by()
    mixed = went_on(first, second, mixed_versions=True)
    assert mixed == second | {"earlier": [first]}
    assert went_on(mixed, second) == mixed
    last = went_on(mixed, third, mixed_versions=True)
    assert last == third | {"earlier": [first, second]}

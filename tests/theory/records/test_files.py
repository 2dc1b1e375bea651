"""Files are whole or not there, and a folder is one process's."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from theory import files
from theory.checks import InputError


def test_a_file_appears_whole_or_not_at_all(tmp_path):
    path = tmp_path / "a.nc"
    with files.whole(path) as partial:
        partial.write_text("new")
        assert partial.parent == tmp_path
        assert partial.suffix == ".nc"
        assert not path.exists()
    assert path.read_text() == "new"
    for error, raised in ((KeyError(), KeyError), (OSError(28, "No space left"), InputError)):
        with pytest.raises(raised), files.whole(path) as partial:
            _half(partial, error)
    assert [each.name for each in tmp_path.iterdir()] == ["a.nc"]
    assert path.read_text() == "new"


def _half(path, error):
    path.write_text("half")
    raise error


def test_errors_of_the_file_system_are_one_line():
    with (
        pytest.raises(InputError, match=r"^cannot write a\.nc: No space left$"),
        files.writing("a.nc"),
    ):
        raise OSError(28, "No space left")


def test_a_folder_that_was_made_for_nothing_is_removed(tmp_path):
    deep = tmp_path / "a" / "b"
    with pytest.raises(KeyError), files.claimed(deep):
        raise KeyError
    assert not list(tmp_path.iterdir())
    with files.claimed(deep):
        (deep / "file").touch()
    assert [each.name for each in deep.iterdir()] == ["file"]
    (tmp_path / "mine").mkdir()
    with files.claimed(tmp_path / "mine"):
        pass
    assert (tmp_path / "mine").is_dir()


def test_only_one_holds_a_folder(tmp_path):
    with files.claimed(tmp_path / "a"):
        second = pytest.raises(InputError, match=r"another process is writing .*a$")
        with second, files.claimed(tmp_path / "a"):
            pass
        with files.claimed(tmp_path / "b"):
            pass
    with files.claimed(tmp_path / "a"):
        pass
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("place", ["file/out", "file"])
def test_a_folder_that_cannot_be_is_named(tmp_path, place):
    (tmp_path / "file").touch()
    refused = pytest.raises(InputError, match=rf"cannot write in .*{place}: ")
    with refused, files.claimed(tmp_path / place):
        pass


HELD = """
import os, sys
from theory import files
with files.claimed(sys.argv[1]):
    os._exit(1)
"""


def test_a_process_that_died_holds_nothing(tmp_path):
    folder = tmp_path / "a"
    done = subprocess.run([sys.executable, "-c", HELD, str(folder)], check=False)
    assert done.returncode == 1
    assert os.listdir(folder) == [".lock"]  # noqa: PTH208
    with files.claimed(folder):
        (folder / "file").touch()
    assert [each.name for each in folder.iterdir()] == ["file"]


COUNT = """
import sys
from pathlib import Path
from theory import files, InputError
at, done = Path(sys.argv[1]), 0
while done < 50:
    try:
        with files.locked(at / "lock", of=at):
            value = int((at / "count").read_text())
            (at / "count").write_text(str(value + 1))
            done += 1
    except InputError:
        pass
"""


def test_no_two_processes_hold_a_lock_that_is_removed_each_time(tmp_path):
    (tmp_path / "count").write_text("0")
    running = [subprocess.Popen([sys.executable, "-c", COUNT, str(tmp_path)]) for _ in range(3)]
    assert [each.wait(timeout=120) for each in running] == [0, 0, 0]
    assert (tmp_path / "count").read_text() == "150"


def test_a_place_is_seen_to_be_writable_and_left_as_it_was(tmp_path):
    with files.writable(tmp_path / "a" / "b" / "file"):
        assert not list((tmp_path / "a" / "b").iterdir())
    assert not list(tmp_path.iterdir())
    (tmp_path / "file").touch()
    refused = pytest.raises(InputError, match="a file stands where a folder must be")
    with refused, files.writable(tmp_path / "file" / "x"):
        raise AssertionError
    with files.writable(tmp_path / "b" / "x"):
        (tmp_path / "b" / "x").touch()
    assert (tmp_path / "b" / "x").exists()

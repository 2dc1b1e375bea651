"""Docstrings as a text of words."""

from __future__ import annotations

import math

import pytest
import torch

from empirical.data import load
from empirical.data.sources import docstrings as module
from empirical.data.sources.docstrings import Words, of_files, words, words_of_file
from empirical.settings import DataSource
from theory.checks import InputError

SOURCE = '''"""Of the module."""
x = """no docstring"""
class Mean:
    """Of the class."""
    def of(self):
        """Of the method 12."""
def silent(): ...
'''


@pytest.fixture
def small(tmp_path, monkeypatch):
    """A package of few words in place of those that are installed."""
    folder = tmp_path / "package"
    for name in ("b.py", "a.py", "tests/t.py", "_private/p.py"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(SOURCE if name == "b.py" else f'"""Of {name[0]}."""\n')
    (folder / "broken.py").write_text("def of the")
    monkeypatch.setattr(module, "_folder", lambda _: folder)
    module._symbols.cache_clear()
    yield folder
    module._symbols.cache_clear()


def test_docstrings_in_the_order_of_files(small):
    found = list(of_files(small))
    assert found[0] == "Of a."
    assert sorted(found[1:]) == ["Of the class.", "Of the method 12.", "Of the module."]


def test_words_say_what_they_are_made_of(small):
    first, again = words(4), words(4)
    assert first.names == (".", "of", "the", "<others>")
    assert first.made_of == again.made_of
    assert set(first.made_of) == {*module.PACKAGES, "sha256"}
    (small / "a.py").write_text('"""Another."""')
    module._symbols.cache_clear()
    assert words(4).made_of["sha256"] != first.made_of["sha256"]


def test_windows_of_words_by_name(small):
    (small / "a.py").write_text('"""' + "one two three " * 200 + '"""')
    train, test = load(DataSource(name="docstrings", vocabulary=5))
    assert train.classes == 5
    assert train.inputs.shape[1] == module.CONTEXT
    assert len(test) > 0
    found = words(5)
    assert torch.equal(train.inputs[3], found.train[3 : 3 + module.CONTEXT])
    assert train.targets[3] == found.train[3 + module.CONTEXT]


def test_unigram_entropy_of_equal_words_is_the_logarithm_of_their_number():
    even = torch.arange(8).repeat(1000)
    found = Words(even, even[:80], tuple("abcdefgh"), {})
    assert math.isclose(found.unigram_entropy, math.log(8), rel_tol=1e-12)


def test_a_package_that_is_missing_is_named():
    with pytest.raises(InputError, match="need the package not_there, which is not installed"):
        module._folder("not_there")


def test_words_of_a_file(tmp_path):
    path = tmp_path / "play.txt"
    path.write_text("To be, or not to be. " * 10)
    found = words_of_file(path, 4)
    assert found.names == (",", "be", "to", "<others>")
    assert len(found.train) + len(found.test) == 80
    path.write_text("to be")
    with pytest.raises(InputError, match=r"play.txt must hold at least 20 words, got 2"):
        words_of_file(path)
    with pytest.raises(InputError, match=r"cannot read .*absent.txt: No such file"):
        words_of_file(tmp_path / "absent.txt")

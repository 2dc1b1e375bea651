"""Windows of a text."""

from __future__ import annotations

import socket

import pytest

from empirical.data.sources.text import text
from theory.checks import InputError


@pytest.fixture(autouse=True)
def offline(monkeypatch):
    def refuse(*_, **__):
        raise OSError("no network in tests")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def test_windows_of_a_text(tmp_path):
    path = tmp_path / "play.txt"
    path.write_text("abracadabra " * 20)
    train, test = text(path, context=4)
    assert train.classes == 6  # space, a, b, c, d, r
    assert (len(train), len(test)) == (216 - 4, 24 - 4)
    alphabet = " abcdr"
    for at in (0, 7, 100):
        window = "".join(alphabet[i] for i in train.inputs[at])
        assert window + alphabet[train.targets[at]] == ("abracadabra " * 20)[at : at + 5]
    assert train.inputs.untyped_storage().nbytes() < 10 * 240 * 8  # windows share their characters
    few, _ = text(path, context=4, vocabulary=3)
    assert few.classes == 3
    assert few.class_names == ("a", "b", "others")
    assert train.class_names == ("space", "a", "b", "c", "d", "r")
    assert sorted(set(few.targets.tolist())) == [0, 1, 2]
    kept = (train.targets == 1).sum()
    assert (few.targets == 0).sum() == kept  # a, the most frequent


def test_texts_that_are_too_short_or_not_text_are_refused(tmp_path):
    path = tmp_path / "short.txt"
    path.write_text("abc" * 20)
    with pytest.raises(InputError, match=r"at least 2 different characters and 330 in all, got 3"):
        text(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match=r"cannot read .*short.txt as text"):
        text(path)
    with pytest.raises(InputError, match=r"cannot read .*absent.txt: No such file"):
        text(tmp_path / "absent.txt")

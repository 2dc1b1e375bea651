"""The user's own arrays."""

from __future__ import annotations

import socket

import numpy as np
import pytest
import torch

from empirical.data.arrays import arrays
from empirical.data.by_name import load
from empirical.data.parts import unpacked
from empirical.settings import DataSource
from theory.checks import InputError


@pytest.fixture(autouse=True)
def offline(monkeypatch):
    def refuse(*_, **__):
        raise OSError("no network in tests")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def save(path, **found):
    rng = np.random.default_rng(0)
    whole = {"inputs": rng.standard_normal((25, 12)), "targets": np.arange(25) % 3}
    np.savez(path, **{**whole, **found})
    return path


def test_the_users_arrays(tmp_path):
    path = save(tmp_path / "own.npz", image=np.array([3, 2, 2]))
    train, test = arrays(path)
    assert (len(train), len(test), train.classes, train.image) == (20, 5, 3, (3, 2, 2))
    assert train.inputs.dtype == torch.float32
    assert torch.equal(arrays(path)[0].inputs, train.inputs)
    assert not torch.equal(arrays(path, seed=1)[0].inputs, train.inputs)
    split = {"test_inputs": np.ones((2, 12)), "test_targets": np.array([4, 0])}
    train, test = load(DataSource(name=str(save(tmp_path / "split.npz", **split))))
    assert (len(train), len(test), train.classes) == (25, 2, 5)
    named = save(tmp_path / "named.npz", class_names=np.array(["a", "b", "c", "d"]))
    assert arrays(named)[1].class_names == ("a", "b", "c", "d")
    assert arrays(named)[0].classes == 4
    tokens = {"inputs": np.ones((25, 4), np.int32), "classes": np.array(9)}
    train, _ = arrays(save(tmp_path / "tokens.npz", **tokens))
    assert (train.inputs.dtype, train.classes) == (torch.int64, 9)


def test_labels_may_be_one_hot_or_floating_point(tmp_path):
    expected = arrays(save(tmp_path / "plain.npz"))[0].targets
    for written in (np.eye(3)[np.arange(25) % 3], (np.arange(25) % 3).astype(np.float32)):
        assert torch.equal(arrays(save(tmp_path / "own.npz", targets=written))[0].targets, expected)
    soft = 0.9 * np.eye(3)[np.arange(25) % 3] + 0.1 / 3
    with pytest.raises(InputError, match="soft labels, as of label smoothing, change the loss"):
        arrays(save(tmp_path / "own.npz", targets=soft))


def test_several_inputs_are_columns_of_rows(tmp_path):
    rng = np.random.default_rng(0)
    image, tokens = rng.standard_normal((25, 2, 3)), rng.integers(0, 9, (25, 4))
    np.savez(tmp_path / "own.npz", inputs_1=tokens, inputs_0=image, targets=np.arange(25) % 3)
    train, test = arrays(tmp_path / "own.npz")
    assert [part.name for part in train.parts] == ["0", "1"]
    assert test.parts == train.parts
    found = unpacked(torch.cat([train.inputs, test.inputs]), train.parts)
    order = np.argsort(found["0"][:, 0, 0].numpy()), np.argsort(image[:, 0, 0])
    np.testing.assert_array_equal(found["1"].numpy()[order[0]], tokens[order[1]])
    np.testing.assert_allclose(found["0"].numpy()[order[0]], image[order[1]], rtol=1e-6)
    with pytest.raises(InputError, match="inputs must be one array or several, got also inputs_0"):
        arrays(save(tmp_path / "both.npz", inputs_0=image))
    parts = {"test_inputs_0": image, "test_targets": np.arange(25) % 3}
    with pytest.raises(InputError, match=r"test_inputs of .* must be as its inputs, numbers"):
        arrays(save(tmp_path / "other.npz", **parts))


class Foreign:
    def __reduce__(self):
        return (print, ("code that must not run",))


@pytest.mark.parametrize(
    ("found", "message"),
    [
        ({"targets": np.array([Foreign()] * 25, dtype=object)}, "not an .npz file of plain arrays"),
        ({"targets": np.arange(25) / 2}, r"own\.npz: targets must be whole numbers, got 0\.5"),
        ({"targets": np.arange(25) - 1}, r"targets must lie in 0\.\.23, got -1\.\.23"),
        ({"targets": np.arange(24)}, r"targets must have shape \(25,\)"),
        ({"inputs": np.full((25, 2), np.nan)}, "must be finite"),
        ({"inputs": np.array(["a"] * 25)}, "inputs of .* must be real numbers, got <U1"),
        ({"inputs": np.ones((25, 2)) + 1j}, "inputs of .* must be real numbers, got complex128"),
        ({"inputs": np.ones((0, 2)), "targets": np.arange(0)}, "must hold at least 1 example"),
        (
            {"inputs": np.ones((4, 2)), "targets": np.arange(4) % 2},
            "must hold at least 5 examples, of which one is for testing, got 4",
        ),
        (
            {"test_inputs": np.ones((2, 3, 4)), "test_targets": np.arange(2)},
            r"as its inputs, numbers of shape \(12,\) each, got numbers of shape \(3, 4\) each",
        ),
        (
            {"test_inputs": np.ones((2, 12), int), "test_targets": np.arange(2)},
            r"got tokens of shape \(12,\) each",
        ),
        ({"test_inputs": np.ones((2, 12))}, "must hold test_targets"),
        ({"classes": np.array([2])}, r"targets must lie in 0\.\.1, got 0\.\.2"),
        ({"image": np.array([1, 2])}, "image must hold 3 integers"),
        ({"class_names": np.arange(3)}, "class_names of .* must be a list of texts"),
        ({"class_names": np.array(["a", "b"])}, r"targets must lie in 0\.\.1, got 0\.\.2"),
        (
            {"class_names": np.array(["a", "b", "c"]), "classes": np.array(4)},
            r"class_names must be 4 texts, one for each class, got \('a', 'b', 'c'\)",
        ),
        ({"class_names": np.array(["a", "a", "c"])}, "class_names must be all different"),
        ({"class_names": np.array(["a", " ", "c"])}, "class_names must be .* not empty"),
        ({"image": np.array([1, 2, 2])}, r"image must have the size of an input, \(12,\)"),
    ],
)
def test_bad_arrays_are_refused(tmp_path, capsys, found, message):
    with pytest.raises(InputError, match=message):
        arrays(save(tmp_path / "own.npz", **found))
    assert capsys.readouterr().out == ""


def test_files_that_are_not_npz_are_refused(tmp_path):
    path = save(tmp_path / "own.npz")
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(InputError, match=r"not an \.npz file of plain arrays"):
        arrays(path)
    np.save(tmp_path / "one.npy", np.ones(3))
    (tmp_path / "one.npy").rename(tmp_path / "one.npz")
    with pytest.raises(InputError, match=r"not an \.npz file of plain arrays"):
        arrays(tmp_path / "one.npz")
    with pytest.raises(InputError, match="cannot read"):
        arrays(tmp_path / "absent.npz")
    np.savez(tmp_path / "empty.npz", other=np.ones(3))
    with pytest.raises(InputError, match=r"must hold inputs and targets, got \['other'\]"):
        arrays(tmp_path / "empty.npz")

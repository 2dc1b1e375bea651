"""Data sets from a local cache, text and arrays; nothing is ever downloaded."""

from __future__ import annotations

import gzip
import hashlib
import json
import socket
import time

import numpy as np
import pytest
import torch

from empirical.data import digits
from empirical.data import images as image_sets
from empirical.data.arrays import arrays
from empirical.data.by_name import load
from empirical.data.images import images
from empirical.data.text import text
from empirical.settings import DataSource
from theory.checks import InputError

PIXELS = np.random.default_rng(0).integers(0, 256, (30, 16))
LABELS = np.arange(30) % 10


@pytest.fixture(autouse=True)
def offline(monkeypatch):
    def refuse(*_, **__):
        raise OSError("no network in tests")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.fixture
def openml_cache(tmp_path, monkeypatch):
    """A folder as scikit-learn leaves it, with a tiny set under MNIST's number."""
    monkeypatch.setitem(image_sets.SETS, "mnist", (554, (1, 4, 4), 20))
    names = [f"pixel{i + 1}" for i in range(16)]
    lines = ["@RELATION mnist_784", *(f"@ATTRIBUTE {name} real" for name in names)]
    lines += ["@ATTRIBUTE class {0,1,2,3,4,5,6,7,8,9}", "@DATA"]
    rows = np.column_stack([PIXELS, LABELS])
    lines += [",".join(map(str, row)) for row in rows]
    content = ("\n".join(lines) + "\n").encode()
    features = [feature(i, name) for i, name in enumerate([*names, "class"])]
    description = {
        "id": "554",
        "name": "mnist_784",
        "version": "1",
        "format": "ARFF",
        "status": "active",
        "url": "https://www.openml.org/data/v1/download/52667/mnist_784.arff",
        "md5_checksum": hashlib.md5(content).hexdigest(),
    }
    api = "api/v1/json/data"
    qualities = [{"name": "NumberOfInstances", "value": "30.0"}]
    files = {
        f"{api}/554": json.dumps({"data_set_description": description}).encode(),
        f"{api}/features/554": json.dumps({"data_features": {"feature": features}}).encode(),
        f"{api}/qualities/554": json.dumps({"data_qualities": {"quality": qualities}}).encode(),
        "data/v1/download/52667/mnist_784.arff": content,
    }
    for name, body in files.items():
        path = tmp_path / "openml" / "openml.org" / f"{name}.gz"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(body))
    return tmp_path


def feature(index: int, name: str) -> dict[str, str | list[str]]:
    out: dict[str, str | list[str]] = {
        "index": str(index),
        "name": name,
        "data_type": "nominal" if name == "class" else "numeric",
        "is_target": str(name == "class").lower(),
        "is_ignore": "false",
        "is_row_identifier": "false",
        "number_of_missing_values": "0",
    }
    if name == "class":
        out["nominal_value"] = [str(i) for i in range(10)]
    return out


def test_images_come_from_the_cache_and_are_parsed_once(openml_cache, monkeypatch):
    train, test = images("mnist", home=openml_cache)
    assert (len(train), len(test), train.classes, train.image) == (20, 10, 10, (1, 4, 4))
    assert train.inputs.dtype == torch.float32
    np.testing.assert_allclose(train.inputs, PIXELS[:20] / 255, rtol=1e-6)
    np.testing.assert_array_equal(test.targets, LABELS[20:])
    monkeypatch.setattr("sklearn.datasets.fetch_openml", None)
    again, _ = images("mnist", home=openml_cache)
    assert torch.equal(again.inputs, train.inputs)
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(openml_cache))
    assert torch.equal(load(DataSource(name="mnist"))[0].inputs, train.inputs)


@pytest.mark.filterwarnings("ignore:A network error occurred")
def test_images_that_cannot_be_had_are_an_error(openml_cache, tmp_path, monkeypatch):
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    with pytest.raises(InputError, match=r"cannot fetch fashion-mnist from OpenML: .*no network"):
        images("fashion-mnist", home=tmp_path)
    images("mnist", home=openml_cache)
    cache = openml_cache / "fort-ganguli" / "mnist.npz"
    cache.write_bytes(cache.read_bytes()[:500])
    with pytest.raises(InputError, match="remove it to fetch mnist again"):
        images("mnist", home=openml_cache)
    cache.unlink()
    path = openml_cache / "openml/openml.org/data/v1/download/52667/mnist_784.arff.gz"
    path.write_bytes(gzip.compress(b"@DATA\n1,2\n"))  # of the wrong checksum
    with pytest.raises(InputError, match=r"cannot fetch mnist from OpenML"):
        images("mnist", home=openml_cache)
    with pytest.raises(InputError, match="name must be one of mnist, fashion-mnist, cifar-10"):
        images("svhn")


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
    with pytest.raises(InputError, match=r"cannot read .*absent.txt as text"):
        text(tmp_path / "absent.txt")


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
    tokens = {"inputs": np.ones((25, 4), np.int32), "classes": np.array(9)}
    train, _ = arrays(save(tmp_path / "tokens.npz", **tokens))
    assert (train.inputs.dtype, train.classes) == (torch.int64, 9)


class Foreign:
    def __reduce__(self):
        return (print, ("code that must not run",))


@pytest.mark.parametrize(
    ("found", "message"),
    [
        ({"targets": np.array([Foreign()] * 25, dtype=object)}, "not an .npz file of plain arrays"),
        ({"targets": np.arange(25) / 2}, "must be integers, got float64"),
        ({"targets": np.arange(25) - 1}, r"targets must lie in 0\.\.23, got -1\.\.23"),
        ({"targets": np.arange(24)}, r"targets must have shape \(25,\)"),
        ({"inputs": np.full((25, 2), np.nan)}, "must be finite"),
        ({"inputs": np.array(["a"] * 25)}, "inputs of .* must be numbers, got <U1"),
        ({"test_inputs": np.ones((2, 12))}, "must hold test_targets"),
        ({"classes": np.array([2])}, r"targets must lie in 0\.\.1, got 0\.\.2"),
        ({"image": np.array([1, 2])}, "image must hold 3 integers"),
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


def test_data_by_name():
    train, _ = load(DataSource(seed=1))
    assert torch.equal(train.inputs, digits(seed=1)[0].inputs)

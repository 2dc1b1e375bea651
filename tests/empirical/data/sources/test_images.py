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

from empirical.data.by_name import load
from empirical.data.sources import images as image_sets
from empirical.data.sources.images import images
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

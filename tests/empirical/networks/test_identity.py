"""What a network of the user's own is made of: all that changes it changes the identity."""

from __future__ import annotations

import importlib
import sys

import pytest
import torch
from torch import nn

from empirical.networks.identity import identity

FACTORY = """
from torch import nn
import own_blocks

def make():
    return nn.Sequential(own_blocks.Block(), nn.Dropout(0.2), nn.Linear(3, 2))
"""
BLOCKS = """
from torch import nn
import torch

class Base(nn.Module):
    def forward(self, x):
        return torch.tanh(x)

class Block(Base):
    pass
"""


@pytest.fixture
def made(tmp_path, monkeypatch):
    """The identity of the network after edits of its files, as a new process would find it."""
    monkeypatch.syspath_prepend(tmp_path)

    def identity_of(*, factory=("", ""), blocks=("", ""), dtype=torch.float32):
        for name, text, edit in (("own_factory", FACTORY, factory), ("own_blocks", BLOCKS, blocks)):
            monkeypatch.delitem(sys.modules, name, raising=False)
            (tmp_path / f"{name}.py").write_text(text.replace(*edit) if edit[0] else text)
        importlib.invalidate_caches()
        sys.dont_write_bytecode, before = True, sys.dont_write_bytecode
        make = importlib.import_module("own_factory").make
        sys.dont_write_bytecode = before
        return identity(make().to(dtype), make)

    yield identity_of
    for name in ("own_factory", "own_blocks"):
        sys.modules.pop(name, None)


def test_the_same_files_are_the_same(made):
    assert made() == made()


def test_each_edit_is_another(made):
    found = made()
    dropout = made(factory=("0.2", "0.5"))
    assert {name for name in found if found[name] != dropout[name]} == {"source", "layers"}
    base = made(blocks=("tanh", "sin"))  # a class that only another file names
    assert {name for name in found if found[name] != base[name]} == {"source"}
    double = made(dtype=torch.float64)
    assert {name for name in found if found[name] != double[name]} == {"dtypes"}


class Holds(nn.Module):
    def __init__(self):
        super().__init__()
        self.activation = object()

    def extra_repr(self):
        return f"activation={self.activation!r}"


def test_addresses_do_not_count():
    first, second = Holds(), Holds()
    assert repr(first) != repr(second)
    assert identity(first, Holds) == identity(second, Holds)

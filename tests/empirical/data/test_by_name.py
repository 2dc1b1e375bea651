"""Data by their name."""

from __future__ import annotations

import socket

import pytest
import torch

from empirical.data import digits
from empirical.data.by_name import load
from empirical.settings import DataSource


@pytest.fixture(autouse=True)
def offline(monkeypatch):
    def refuse(*_, **__):
        raise OSError("no network in tests")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def test_data_by_name():
    train, _ = load(DataSource(seed=1))
    assert torch.equal(train.inputs, digits(seed=1)[0].inputs)

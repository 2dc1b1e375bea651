"""What is free, and work that would need more."""

import pytest
import torch

from empirical.machine import memory
from theory import memory as host
from theory.checks import InputError

CPU = torch.device("cpu")


def test_what_is_asked_for_comes_before_what_is_free():
    assert memory.bound(12345, CPU) == 12345


def test_what_is_free_on_the_host_bounds_the_cpu(monkeypatch):
    monkeypatch.setattr(host, "free", lambda: 300 * 1024)
    assert memory.bound(None, CPU) == 300 * 1024
    memory.require(300 * 1024, memory=None, device=CPU, work="nothing")
    with pytest.raises(InputError, match=r"at least 307201 bytes .* for a spectrum, got 307200"):
        memory.require(300 * 1024 + 1, memory=None, device=CPU, work="a spectrum")


def test_where_it_is_not_known_nothing_is_refused(monkeypatch):
    monkeypatch.setattr(host, "free", lambda: None)
    assert memory.bound(None, CPU) is None
    memory.require(2**80, memory=None, device=CPU, work="a spectrum")


def test_a_bound_must_be_positive():
    with pytest.raises(InputError, match="memory must be at least 1, got 0"):
        memory.bound(0, CPU)

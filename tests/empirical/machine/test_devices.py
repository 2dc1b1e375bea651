"""Devices and types by their names."""

import pytest
import torch

from empirical.machine.devices import placed, whereabouts
from empirical.settings import Measurement
from theory.checks import InputError


def test_names_are_those_of_torch():
    assert placed("cpu") == torch.device("cpu")
    for measurement, dtype in (
        (Measurement(dtype="float64"), torch.float64),
        (Measurement(dtype="float32"), torch.float32),
    ):
        assert whereabouts(measurement) == {
            "dtype": dtype,
            "device": torch.device("cpu"),
            "memory": None,
        }


def test_a_gpu_is_one_of_those_that_the_machine_has(monkeypatch):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert placed("cuda") == torch.device("cuda")
    assert placed("cuda:1") == torch.device("cuda", 1)
    with pytest.raises(InputError, match="one of this machine's 2 GPUs, got 'cuda:2'"):
        placed("cuda:2")
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    with pytest.raises(InputError, match="one of this machine's 0 GPUs, got 'cuda'"):
        placed("cuda")


@pytest.mark.parametrize("name", ["", "gpu", "cuda:x"])
def test_other_words_are_no_devices(name):
    with pytest.raises(InputError, match="device must be cpu, cuda or cuda:<n>"):
        placed(name)


def test_devices_that_are_not_offered():
    with pytest.raises(InputError, match="device must be one of cpu, cuda, got 'meta'"):
        placed("meta")


@pytest.mark.parametrize("name", ["float16", "double", ""])
def test_other_types_are_refused(name):
    with pytest.raises(InputError, match="dtype must be one of float64, float32"):
        Measurement(dtype=name)

"""Weights that others saved: tensors alone are read, and each goes where its name says."""

from __future__ import annotations

import json
from typing import Any

import pytest
import torch
from torch import nn

from empirical.networks.weights import put, read
from theory.checks import InputError


def network():
    return nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.ReLU(), nn.Linear(4, 2))


def safetensors(path, state):
    """The format as its specification has it, written apart from what reads it."""
    kinds = {torch.float32: "F32", torch.int64: "I64", torch.bfloat16: "BF16"}
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    blobs, at = [], 0
    for name, value in state.items():
        blob = value.contiguous().view(-1).view(torch.uint8).numpy().tobytes()
        header[name] = {
            "dtype": kinds[value.dtype],
            "shape": list(value.shape),
            "data_offsets": [at, at + len(blob)],
        }
        at += len(blob)
        blobs.append(blob)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(len(text).to_bytes(8, "little") + text + b"".join(blobs))


def same(one, other):
    return all(torch.equal(value, other[name]) for name, value in one.items())


@pytest.mark.parametrize("form", ["plain", "nested", "parallel", "compiled", "safetensors"])
def test_every_form_gives_the_same_weights(tmp_path, form):
    trained = network()
    trained(torch.randn(50, 3))  # moves the running statistics, which are buffers
    state = trained.state_dict()
    path = tmp_path / ("w.safetensors" if form == "safetensors" else "w.pt")
    if form == "safetensors":
        safetensors(path, {n: v.reshape(v.shape) for n, v in state.items()})
    elif form == "nested":
        torch.save({"state_dict": state, "epoch": 3, "optimizer": {"lr": 0.1}}, path)
    else:
        prefix = {"plain": "", "parallel": "module.", "compiled": "_orig_mod."}[form]
        torch.save({prefix + name: value for name, value in state.items()}, path)
    other = network()
    assert not same(state, other.state_dict())
    put(other, read(path), source="w")
    assert same(state, other.state_dict())


def test_half_precision_becomes_the_networks_type(tmp_path):
    state = {"weight": torch.tensor([[1.5, -2.0]], dtype=torch.bfloat16), "bias": torch.ones(1)}
    safetensors(tmp_path / "w.safetensors", state)
    layer = nn.Linear(2, 1)
    put(layer, read(tmp_path / "w.safetensors"), source="w")
    assert layer.weight.dtype == torch.float32
    assert layer.weight.tolist() == [[1.5, -2.0]]


class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.token, self.head = nn.Embedding(5, 3), nn.Linear(3, 5, bias=False)
        self.head.weight = self.token.weight


def test_a_tied_weight_is_needed_once():
    tied = Tied()
    put(tied, {"token.weight": torch.ones(5, 3)}, source="w")
    assert bool((tied.head.weight == 1).all())


def test_what_does_not_fit_is_named_and_nothing_is_changed():
    own, state = network(), network().state_dict()
    before = {name: value.clone() for name, value in own.state_dict().items()}
    state["extra"] = state.pop("0.bias")
    state["3.weight"] = torch.zeros(2, 5)
    with pytest.raises(InputError) as told:
        put(own, state, source="w.pt")
    assert str(told.value) == (
        "w.pt does not hold the weights of the network: missing 0.bias; unexpected extra; "
        "misshapen 3.weight (2, 5) for (2, 4)"
    )
    assert same(before, own.state_dict())


def test_many_names_are_cut():
    with pytest.raises(InputError, match=r"missing 0\.weight, 0\.bias, 1\.weight, 1\.bias and 5 m"):
        put(network(), {"a": torch.ones(1)}, source="w")


class Trap:
    ran = False

    def __reduce__(self):
        return setattr, (Trap, "ran", True)


def test_nothing_but_tensors_is_unpickled(tmp_path):
    torch.save({"state_dict": network().state_dict(), "trap": Trap()}, tmp_path / "trap.pt")
    torch.save(network(), tmp_path / "module.pt")
    for name in ("trap.pt", "module.pt"):
        with pytest.raises(InputError, match="holds other things than tensors"):
            read(tmp_path / name)
    assert not Trap.ran


@pytest.mark.parametrize("suffix", [".pt", ".safetensors"])
@pytest.mark.parametrize("keep", [0.0, 0.3, 0.9])
def test_a_truncated_file_is_refused(tmp_path, suffix, keep):
    path = tmp_path / f"w{suffix}"
    if suffix == ".pt":
        torch.save(network().state_dict(), path)
    else:
        safetensors(path, {"a": torch.ones(9)})
    path.write_bytes(path.read_bytes()[: int(keep * path.stat().st_size)])
    with pytest.raises(InputError, match="cannot read"):
        read(path)


@pytest.mark.parametrize(
    "contents",
    [
        b"junk",
        b"\x80\x02(lp0\nh\x07.",
        b"\x80\x02.",
        b"(",
        b"\x80\x02e.",
        bytes(range(256)),
        b"PK\3\4",
    ],
)
def test_bytes_of_another_kind_are_refused(tmp_path, contents):
    path = tmp_path / "w.pt"
    path.write_bytes(contents)
    with pytest.raises(InputError, match=r"cannot read .*w\.pt"):
        read(path)


def test_what_holds_no_weights_is_refused(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read(tmp_path / "absent.pt")
    for contents, told in (({}, "it holds no weights"), ([1], "got list"), ({"lr": 1}, "got lr")):
        torch.save(contents, tmp_path / "w.pt")
        with pytest.raises(InputError, match=told):
            read(tmp_path / "w.pt")

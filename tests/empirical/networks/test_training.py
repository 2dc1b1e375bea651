"""Training gives the same bits again, and checkpoints are whole or refused."""

from __future__ import annotations

import json
import pickle
from typing import Any

import pytest
import torch
from torch import nn

from empirical.networks import build, mlp, own, training
from empirical.networks.training import load_checkpoint
from tests.support.networks.training_runs import Killed, Noisy, bits, kill_after, noisy_bits, run
from tests.support.references.explicit_jacobian import random_data
from theory import provenance
from theory.checks import InputError


def test_the_same_seed_gives_the_same_bits_on_any_number_of_threads(tmp_path):
    first = run(tmp_path / "a", momentum=0.9)
    threads = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        torch.manual_seed(99)
        second = run(tmp_path / "b", momentum=0.9)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(threads)
    assert [p.name for p in first] == ["epoch-0000.pt", "epoch-0002.pt"]
    assert [bits(p) for p in first] == [bits(p) for p in second]
    other = run(tmp_path / "c", momentum=0.9, seed=1)
    assert bits(other[0]) == bits(first[0])
    assert bits(other[1]) != bits(first[1])


def test_one_epoch_is_the_start_of_two_and_the_network_is_left_alone(tmp_path):
    network = mlp((5, 6, 4), seed=1)
    whole = run(tmp_path / "a", network=network, epochs=(1, 2))
    part = run(tmp_path / "b", network=network, epochs=(1,))
    assert bits(whole[0]) == bits(part[0])
    fresh = mlp((5, 6, 4), seed=1)
    for w, w_fresh in zip(network.parameters(), fresh.parameters(), strict=True):
        assert torch.equal(w, w_fresh)


def test_full_batches_are_gradient_descent(tmp_path):
    """One batch an epoch: the steps are those of W ← W - η ∇L, whatever the order."""
    data, network = random_data(30), mlp((5, 6, 4), seed=1)
    path = run(tmp_path, network=network, batch_size=30, epochs=(2,))[0]
    weights = list(network.double().parameters())
    for _ in range(2):
        loss = nn.functional.cross_entropy(network(data.inputs.double()), data.targets)
        for w, g in zip(weights, torch.autograd.grad(loss, weights), strict=True):
            w.data -= 0.1 * g
    for w, found in zip(weights, load_checkpoint(path).network.parameters(), strict=True):
        torch.testing.assert_close(found.double(), w, rtol=1e-5, atol=1e-6)


def test_a_checkpoint_says_where_it_comes_from(tmp_path):
    seen = []
    path = run(tmp_path, progress=lambda epoch, loss: seen.append((epoch, loss)))[1]
    checkpoint = load_checkpoint(path)
    assert (checkpoint.epoch, checkpoint.step) == (2, 8)
    assert (checkpoint.data, checkpoint.seed) == ("random", 0)
    assert checkpoint.provenance["parameters"]["training"]["learning_rate"] == 0.1
    assert checkpoint.network.architecture == {
        "kind": "mlp",
        "widths": [5, 6, 4],
        "activation": "relu",
        "bias": True,
    }
    assert not checkpoint.network.training
    assert [epoch for epoch, _ in seen] == [1, 2]
    assert all(loss > 0 for _, loss in seen)
    names = {each.name for each in tmp_path.iterdir()}
    assert names == {"epoch-0000.pt", path.name, "resume.pt"}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"epochs": (0.4, 0.5)},
            "epochs must fall on different steps, got 0.4 and 0.5, both at step 2: "
            "an epoch has 4 steps",
        ),
        ({"learning_rate": 1e30}, r"learning_rate 1e\+30 is too large: the loss is (nan|inf)"),
        ({"network": nn.Linear(5, 4)}, r"network must be one that empirical\.networks"),
    ],
)
def test_bad_arguments_are_refused(tmp_path, changes, message):
    with pytest.raises(InputError, match=message):
        run(tmp_path / "out", **{"epochs": (2,), **changes})
    assert not list(tmp_path.iterdir())


def test_an_unwritable_folder_leaves_nothing(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match=r"cannot write in .*file"):
        run(tmp_path / "file")


def test_a_write_that_fails_leaves_nothing(tmp_path, monkeypatch):
    def broken(contents, file):
        file.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(training.torch, "save", broken)
    with pytest.raises(InputError, match="No space left on device"):
        run(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("keep", [0.0, 0.01, 0.5, 0.99])
def test_a_truncated_checkpoint_is_refused(tmp_path, keep):
    path = run(tmp_path)[0]
    whole = path.read_bytes()
    path.write_bytes(whole[: int(keep * len(whole))])
    with pytest.raises(InputError, match="not a whole checkpoint"):
        load_checkpoint(path)


def test_points_within_an_epoch_change_nothing_and_are_resumed(tmp_path):
    """Four steps an epoch: 0.3 is step 1, 1.6 step 6, where training stops."""
    plain = run(tmp_path / "plain", network=Noisy.own(), epochs=(1,))
    schedule: dict[str, Any] = {"epochs": (0, 0.3, 1, 1.6)}
    whole = run(tmp_path / "whole", network=Noisy.own(), **schedule)
    names = ["epoch-0000.pt", "epoch-0000.3.pt", "epoch-0001.pt", "epoch-0001.6.pt"]
    assert [path.name for path in whole] == names
    opened = [load_checkpoint(path, factory=Noisy.name) for path in whole]
    assert [(each.epoch, each.step) for each in opened] == [(0, 0), (0.3, 1), (1, 4), (1.6, 6)]
    assert noisy_bits(whole[2]) == noisy_bits(plain[0])
    assert len({tuple(noisy_bits(path)) for path in whole}) == 4
    with pytest.raises(Killed):
        run(tmp_path / "cut", network=Noisy.own(), progress=kill_after(1), **schedule)
    resumed = run(tmp_path / "cut", network=Noisy.own(), **schedule)
    assert [noisy_bits(path) for path in resumed] == [noisy_bits(path) for path in whole]


CHANGES: tuple[dict[str, Any], ...] = (
    {"learning_rate": 0.2},
    {"seed": 1},
    {"network": mlp((5, 6, 4), seed=2)},
    {"epochs": (2, 3)},
)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: next(iter(change)))
def test_another_run_is_refused_or_replaced_on_purpose(tmp_path, change):
    schedule: dict[str, Any] = {"epochs": (1, 3)}
    with pytest.raises(Killed):
        run(tmp_path / "a", **schedule, progress=kill_after(3))
    before = {path.name: path.read_bytes() for path in (tmp_path / "a").iterdir()}
    with pytest.raises(
        InputError, match=r"resume.pt holds another run, its .* is .*, not .*: name"
    ):
        run(tmp_path / "a", **schedule | change)
    assert {path.name: path.read_bytes() for path in (tmp_path / "a").iterdir()} == before
    assert_trained_anew(tmp_path, overwrite=True, **schedule | change)


def test_other_code_goes_on_only_when_told(tmp_path, monkeypatch):
    with pytest.raises(Killed):
        run(tmp_path, progress=kill_after(2))
    digests = {"theory": "0" * 64, "empirical": "0" * 64}
    monkeypatch.setattr(provenance, "_digests", lambda root: digests)
    with pytest.raises(InputError, match=r"resume.pt was begun by other code .*--mixed-versions"):
        run(tmp_path)
    paths = run(tmp_path, mixed_versions=True)
    first, last = (load_checkpoint(path).provenance for path in paths)
    assert last["code"] == digests
    assert last["earlier"][0]["code"] == first["code"] != digests


def test_a_damaged_state_starts_anew(tmp_path):
    schedule: dict[str, Any] = {"epochs": (3,)}
    with pytest.raises(Killed):
        run(tmp_path / "a", **schedule, progress=kill_after(3))
    point = tmp_path / "a" / "resume.pt"
    point.write_bytes(point.read_bytes()[:700])
    assert_trained_anew(tmp_path, **schedule)


def assert_trained_anew(folder, **arguments):
    trained = []
    again = run(folder / "a", progress=lambda epoch, _: trained.append(epoch), **arguments)
    assert trained == [1, 2, 3]
    fresh = run(folder / "b", **arguments)
    assert [bits(path) for path in again] == [bits(path) for path in fresh]
    names = [{path.name for path in (folder / run).iterdir()} for run in "ab"]
    assert names[0] == names[1]


def test_the_users_own_network_is_built_only_when_it_is_named(tmp_path):
    network = own(Noisy.name, seed=0)
    path = run(tmp_path, network=network)[1]
    opened = load_checkpoint(path, factory=Noisy.name).network
    assert isinstance(opened, Noisy)
    assert not opened.training
    for factory in (None, f"{__name__}:Other"):
        with pytest.raises(InputError, match=f"is of the user's own network {Noisy.name}"):
            load_checkpoint(path, factory=factory)


class Foreign:
    def __reduce__(self):
        return (print, ("code that must not run",))


def test_a_foreign_file_is_refused_and_not_run(tmp_path, capsys):
    path = tmp_path / "foreign.pt"
    contents = [
        pickle.dumps(Foreign()),
        b"not a checkpoint at all",
        json.dumps({"format": training.FORMAT}).encode(),
    ]
    for bytes_ in contents:
        path.write_bytes(bytes_)
        with pytest.raises(InputError, match="not a whole checkpoint"):
            load_checkpoint(path)
    whole = torch.load(run(tmp_path)[0], weights_only=True)
    damaged = [
        [1, 2],
        {},
        {**whole, "format": "other"},
        {**whole, "architecture": {"kind": "cnn"}},
        {**whole, "architecture": {**whole["architecture"], "widths": [5, 7, 4]}},
        {**whole, "architecture": {**whole["architecture"], "widths": [5, "6", 4]}},
        {**whole, "state": None},
        {**whole, "epoch": -1},
        {**whole, "provenance": "{"},
    ]
    for values in damaged:
        torch.save(values, path)
        with pytest.raises(InputError, match="not a whole checkpoint"):
            load_checkpoint(path)
    assert capsys.readouterr().out == ""
    with pytest.raises(InputError, match="no such file"):
        load_checkpoint(tmp_path / "absent.pt")


def test_weights_depend_on_seed_and_position_and_keep_their_scale():
    first, again, other = (mlp((200, 300, 10), seed=s) for s in (0, 0, 1))
    deeper = mlp((200, 300, 50, 10), seed=0)
    ours, same, others, above = (
        network.get_parameter("0.weight") for network in (first, again, other, deeper)
    )
    assert torch.equal(ours, same)
    assert not torch.equal(ours, others)
    assert torch.equal(ours, above)
    tanh = mlp((200, 300, 10), activation="tanh", seed=0)
    layers = (
        (first, "0.weight", 2 / 200),
        (first, "2.weight", 1 / 300),
        (tanh, "0.weight", 1 / 200),
    )
    for network, name, scale in layers:
        weight = network.get_parameter(name).detach()
        tolerance = 4 * scale * (2 / weight.numel()) ** 0.5
        assert float(weight.detach().var()) == pytest.approx(scale, abs=tolerance)
    assert not first.get_parameter("0.bias").any()
    assert mlp((5, 4), bias=False, seed=0)[0].bias is None


def test_a_network_is_built_again_from_its_description():
    network = mlp((5, 6, 4), activation="tanh", bias=False, seed=1)
    again = build(network.architecture)
    again.load_state_dict(network.state_dict())
    x = random_data(3).inputs
    assert torch.equal(network(x), again(x))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"widths": (5,)}, "widths must name at least input and output"),
        ({"widths": (5, 0, 4)}, "widths must be at least 1, got 0"),
        ({"activation": "gelu"}, "activation must be one of relu, tanh, got 'gelu'"),
    ],
)
def test_bad_networks_are_refused(change, message):
    with pytest.raises(InputError, match=message):
        mlp(**{"widths": (5, 4), "seed": 0, **change})

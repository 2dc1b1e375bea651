"""Batches of any sizes: the same numbers, and clear errors for what is not a batch."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from empirical import capture as module
from empirical import outputs
from empirical.capture import capture, samples
from empirical.estimates import clustering
from empirical.networks import mlp
from tests.support.networks.zoo import make
from tests.support.references.explicit_jacobian import random_data
from theory.checks import InputError

TIGHT: dict[str, Any] = {"rtol": 1e-12, "atol": 1e-12}


def cut(data, sizes):
    """Batches of the sizes, and the rest as one."""
    sizes = [*sizes, len(data) - sum(sizes)]
    return list(zip(data.inputs.split(sizes), data.targets.split(sizes), strict=True))


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 5), max_size=4))
def test_the_sizes_of_batches_do_not_matter(sizes):
    data, network = random_data(23, width=50), make("convolutions")
    whole = capture(network, data)
    parts = capture(network, iter(cut(data, sizes)))
    torch.testing.assert_close(parts.logits, whole.logits, **TIGHT)
    assert torch.equal(parts.targets, whole.targets)
    torch.testing.assert_close(
        parts.gradients.gram().tril(), whole.gradients.gram().tril(), **TIGHT
    )


def test_long_batches_are_run_in_pieces(network, data, monkeypatch):
    whole = capture(network, data)
    monkeypatch.setattr(outputs, "WORK", 4000)
    parts = capture(network, data)
    torch.testing.assert_close(
        parts.gradients.gram().tril(), whole.gradients.gram().tril(), **TIGHT
    )


def test_streamed_samples_give_the_same_clustering(network, data):
    def stream():
        return samples(network, cut(data, [5, 2, 9]))

    whole = capture(network, data)
    found, expected = clustering.cosines(stream()), clustering.cosines(whole)
    assert found.q_SLSC == pytest.approx(expected.q_SLSC, abs=1e-12)
    assert found.q_SL == pytest.approx(expected.q_SL, abs=1e-12)
    assert found.q_DL == pytest.approx(expected.q_DL, abs=1e-12)
    means, expected_means = clustering.means(stream()), clustering.means(whole)
    torch.testing.assert_close(means.over_all, expected_means.over_all, **TIGHT)
    torch.testing.assert_close(means.over_classes, expected_means.over_classes, **TIGHT)
    torch.testing.assert_close(clustering.lengths(stream()), clustering.lengths(whole), **TIGHT)
    assert found.length == pytest.approx(expected.length, rel=1e-12)


def good(n=3, **change):
    batch = {"inputs": torch.ones(n, 5), "targets": torch.arange(n) % 4, **change}
    return batch["inputs"], batch["targets"]


@pytest.mark.parametrize(
    ("batches", "message"),
    [
        ([], "data must hold at least one example, got none"),
        ([good(0)], "data must hold at least one example, got none"),
        ([torch.ones(3, 5)], r"data must hold pairs \(inputs, targets\), got Tensor"),
        (
            [(torch.ones(3, 5), [0, 1, 2])],
            "inputs and targets must be tensors, got Tensor and list",
        ),
        ([good(targets=torch.tensor([0, 1]))], r"targets must have shape \(3,\), got \(2,\)"),
        ([good(targets=torch.ones(3) / 2)], r"targets must be whole numbers, got 0\.5"),
        ([good(), good(targets=torch.tensor([0, 1, 4]))], r"targets must lie in 0..3, got 4"),
        ([good(), good(targets=torch.tensor([0, 1, -1]))], "targets must be at least 0, got -1"),
        ([good(), good(inputs=torch.ones(3, 6))], r"inputs must have the same shape \(5,\)"),
        ([good(inputs=torch.full((3, 5), torch.nan))], "logits must be finite"),
    ],
)
def test_bad_batches_are_refused(batches, message):
    with pytest.raises(InputError, match=message):
        capture(mlp((5, 6, 4), seed=0), iter(batches))


def test_a_loss_that_overflows_is_refused():
    network = mlp((5, 4), bias=False, seed=0)
    with torch.no_grad():
        network.get_parameter("0.weight")[:] = torch.tensor([2e38, -2e38, 0, 0])[:, None] / 5
    batch = torch.ones(2, 5), torch.tensor([1, 1])
    with pytest.raises(InputError, match="loss must be finite"):
        capture(network, [batch], dtype=torch.float32)


def test_memory_that_would_not_suffice_is_said_before_the_work(monkeypatch):
    data, network = random_data(400), mlp((5, 6, 4), seed=0)
    sample = capture(network, data)
    assert capture(network, data, memory=10 * sample.gradients.bytes)
    monkeypatch.setattr(module, "pieces", None)
    with pytest.raises(InputError, match=r"memory must be at least \d+ bytes .* of 400 examples"):
        capture(network, data, memory=sample.gradients.bytes)
    with pytest.raises(InputError, match="memory must be at least 1, got 0"):
        capture(network, data, memory=0)

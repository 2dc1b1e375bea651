"""The cost that is said beforehand: what it counts, and that it refuses; no test is timed."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import pytest
import torch

from empirical import cost as module
from empirical.capture import capture, planned, samples
from empirical.cost import cost
from empirical.data import Data
from empirical.gauss_newton.spectrum import matrix_bytes
from empirical.groups.observable_groups import GROUPS
from empirical.jacobian.factors import CHUNK
from empirical.measure import measure
from empirical.networks import mlp, transformer
from empirical.settings import Measurement
from tests.support.networks.peak_memory import Peak
from tests.support.references.explicit_jacobian import random_data
from theory.checks import InputError

HOW = Measurement(observe=tuple(GROUPS), examples=200, held_out=300)


def of(**changes):
    return cost(mlp((5, 40, 40, 4), seed=0), random_data(900), replace(HOW, **changes))


@pytest.fixture
def steady(monkeypatch):
    """Every trial takes a second."""
    monkeypatch.setattr(module, "_seconds", lambda work: 1.0)


def test_the_matrix_is_what_most_memory_goes_to():
    found = of(observe=("spectrum",), held_out=0)
    matrix = matrix_bytes(200, 4, 10**9, dtype=torch.float64)
    assert matrix < found.bytes < 1.5 * matrix
    assert of(observe=("spectrum",), held_out=0, dtype="float32").bytes < 0.6 * found.bytes


def test_a_gpu_needs_the_matrix_six_times():
    """As was taken on an H200: 487 MB of 4,500 rows in float32 to 31.1 GB of 36,000."""
    for N, taken in ((500, 490.75e6), (1000, 1948.0e6), (4000, 31122.5e6)):
        told = matrix_bytes(N, 10, 10**6, dtype=torch.float32, device="cuda")
        assert taken < told < 1.15 * taken


def test_every_group_adds_time_and_none_less_memory(steady):
    names = list(GROUPS)
    found = [of(observe=names[: i + 1]) for i in range(len(names))]
    assert all(a.seconds < b.seconds for a, b in pairwise(found))
    assert all(a.bytes <= b.bytes for a, b in pairwise(found))


@pytest.mark.parametrize(
    ("trial", "groups"),
    [
        ("Curvature", ("terms", "addition", "layers")),
        (
            "on_eigenvectors",
            ("spectrum", "shuffled", "resampled", "hierarchy", "tests", "layers"),
        ),
    ],
)
def test_nothing_is_tried_for_groups_that_are_not_asked(monkeypatch, trial, groups):
    class Tried(Exception):
        pass

    def tried(*_, **__):
        raise Tried

    monkeypatch.setattr(module, trial, tried)
    of(observe=[name for name in GROUPS if name not in groups])
    for name in groups:
        with pytest.raises(Tried):
            of(observe=[name])


def test_the_spectrum_grows_between_the_square_and_the_cube_of_the_examples(steady):
    """Inner products of all pairs, and the reduction of their matrix."""
    network, how = mlp((5, 400, 4), seed=0), replace(HOW, observe=("spectrum",), held_out=0)
    small, large = (
        cost(network, random_data(900), replace(how, examples=N)).seconds for N in (400, 800)
    )
    assert 2 < math.log2(large / small) < 3


@pytest.mark.parametrize("memory", [10**6, 4 * 10**7])
def test_what_does_not_fit_is_refused_with_the_need_and_the_bound(memory):
    needed = of().bytes
    assert needed > 4 * 10**7
    with pytest.raises(InputError, match=f"bytes .* for measuring 200 examples, got {memory}"):
        of(memory=memory)
    of(memory=2 * needed)


def many_classes():
    """Sixty classes that each token has logits of: N C² and the cotangents are what is large."""
    tokens = torch.randint(0, 60, (160, 8), generator=torch.Generator().manual_seed(0))
    network = transformer(classes=60, context=8, width=8, heads=2, depth=1, seed=0)
    return network.eval(), Data(tokens, torch.arange(160) % 60, 60, "tokens")


def few_classes():
    return mlp((5, 60, 60, 4), seed=0).eval(), random_data(300)


@pytest.mark.parametrize(
    ("case", "group"),
    [
        (many_classes, "logits"),
        (many_classes, "clustering"),
        (many_classes, "spectrum"),
        (few_classes, "logits"),
        (few_classes, "clustering"),
        (few_classes, "spectrum"),
        (few_classes, "model"),
        (few_classes, "addition"),
        (few_classes, "layers"),
    ],
)
def test_no_more_memory_is_taken_than_is_said(case, group):
    network, data = case()
    how = Measurement(observe=(group,), examples=160 if case is many_classes else 60, held_out=0)
    said = cost(network, data, how).bytes
    with Peak() as peak:
        measure(network, data, how)
    assert peak.bytes < 1.05 * said
    assert peak.bytes > 0.1 * (said - 3 * CHUNK * 8)  # what a few rows take at most


def test_what_needs_no_sample_at_once_fits_where_the_spectrum_does_not():
    """The factors of all logits by all tokens of 160 examples are larger than the bound."""
    network, data = many_classes()
    bound = 40 * 2**20
    how = Measurement(observe=("spectrum",), examples=160, held_out=0, memory=bound)
    held = 160 * planned(network, data, dtype=torch.float64).storage * 8
    assert held > 1.5 * bound
    with pytest.raises(InputError, match="for measuring 160 examples"):
        cost(network, data, how)
    for group in ("logits", "clustering"):
        asked = replace(how, observe=(group,))
        cost(network, data, asked)
        with Peak() as peak:
            measure(network, data, asked)
        assert peak.bytes < bound


def test_one_example_that_does_not_fit_is_refused_before_its_gradients_are_formed():
    network, data = many_classes()
    work = planned(network, data, dtype=torch.float64).work
    for wanted in (capture, lambda *given, **how: next(samples(*given, **how))):
        with (
            Peak() as peak,
            pytest.raises(InputError, match="for the 60 logit gradients of one example, got"),
        ):
            wanted(network, data, memory=4 * work * 8 - 1)
        assert peak.bytes < 4 * work * 8 / 5
    one = next(samples(network, data, memory=4 * work * 8))
    assert len(one.targets) == 1

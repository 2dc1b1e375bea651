"""Two processes with unequal shares of the examples give what one gives that has them all."""

from __future__ import annotations

import multiprocessing
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
import torch.distributed as dist
import xarray as xr

from empirical.capture import Sample, capture, samples
from empirical.data import Data
from empirical.estimates import clustering
from empirical.gauss_newton.spectrum import spectrum
from empirical.machine import processes
from empirical.measure import measure
from empirical.networks import mlp
from empirical.operators import Curvature
from empirical.operators.density import LanczosDensity, lanczos_density
from empirical.operators.lanczos import eigenpairs
from empirical.settings import Measurement
from tests.support.references.explicit_jacobian import random_data
from theory.checks import InputError

N, COUNT = 47, 2
GROUPS = ("logits", "clustering", "terms", "addition", "model", "tests", "layers")
HOW = Measurement(observe=GROUPS, examples=30, held_out=60, dtype="float64", seed=1)
STREAMED = Measurement(observe=("logits", "clustering"), examples=31, held_out=0)


class Found(NamedTuple):
    """What is compared: of one process that has all examples, or of one of several."""

    products: dict[str, torch.Tensor]
    gradient: torch.Tensor
    numbers: tuple[Any, ...]
    top: torch.Tensor
    law: LanczosDensity
    sample: Sample
    cosines: clustering.Cosines
    means: torch.Tensor
    record: xr.Dataset
    streamed: xr.Dataset


def network():
    return mlp((5, 6, 4), activation="tanh", seed=0)


def find(group: processes.Group | None) -> Found:
    data = processes.share(random_data(N), group)
    curvature = Curvature(network(), batches(data), group=group)
    vectors = torch.randn(2, curvature.D, generator=torch.Generator().manual_seed(0)).double()
    passing = list(samples(network(), batches(data)))
    return Found(
        {term: curvature.term(term)(vectors) for term in ("H", "G", "K")},
        curvature.gradient,
        (curvature.N, round(curvature.loss, 13), curvature.piecewise_linear),
        eigenpairs(curvature.H, top=2, bottom=1, tolerance=1e-10).values,
        lanczos_density(curvature.G, steps=8, probes=2),
        capture(network(), data, group=group),
        clustering.cosines(passing, group=group),
        clustering.means(passing, group=group).over_classes,
        measure(network(), random_data(120), HOW, group=group),
        measure(network(), random_data(120), STREAMED, group=group),
    )


def batches(data: Data) -> list[tuple[torch.Tensor, torch.Tensor]]:
    return list(zip(data.inputs.split(9), data.targets.split(9), strict=True))


def refused(group: processes.Group) -> list[str]:
    """What each process is told where the first one fails, and where there are too few examples."""

    def fail() -> None:
        raise InputError("no such thing")

    told = []
    for work in (
        lambda: processes.from_first(fail, group),
        lambda: processes.share(random_data(1), group),
    ):
        with pytest.raises(InputError) as error:
            work()
        told.append(str(error.value))
    return told


def in_process(rank: int, place: str) -> tuple[Found, list[str], int]:
    torch.set_num_threads(1)
    dist.init_process_group("gloo", init_method=f"file://{place}", rank=rank, world_size=COUNT)
    try:
        group = dist.group.WORLD
        assert group is not None
        given = processes.from_first(lambda: 10 + rank, group)
        return find(group), refused(group), given
    finally:
        dist.destroy_process_group()


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    place = tmp_path_factory.mktemp("group") / "store"
    with multiprocessing.get_context("spawn").Pool(COUNT) as pool:
        return pool.starmap(in_process, [(rank, str(place)) for rank in range(COUNT)])


@pytest.fixture(scope="module")
def one():
    return find(None)


def test_products_and_what_follows_from_them_are_whole_in_both(both, one):
    for found, _, _ in both:
        for term, expected in one.products.items():
            torch.testing.assert_close(found.products[term], expected, rtol=1e-10, atol=1e-13)
        torch.testing.assert_close(found.gradient, one.gradient, rtol=1e-10, atol=1e-14)
        assert found.numbers == one.numbers
        torch.testing.assert_close(found.top, one.top, rtol=1e-9, atol=0)
        np.testing.assert_allclose(found.law.nodes, one.law.nodes, rtol=1e-6, atol=1e-12)
        np.testing.assert_allclose(found.law.trace().value, one.law.trace().value, rtol=1e-12)
    half = Curvature(network(), batches(random_data(N).take(np.arange(N // 2)))).H
    vectors = torch.randn(2, half.D, generator=torch.Generator().manual_seed(0)).double()
    assert (half(vectors) / one.products["H"] - 1).abs().max() > 0.01  # a share alone is not it


def test_the_first_has_the_sample_of_all_and_the_other_its_own(both, one):
    first, second = (found.sample for found, _, _ in both)
    torch.testing.assert_close(first.logits, one.sample.logits, rtol=1e-12, atol=1e-14)
    assert torch.equal(first.targets, one.sample.targets)
    values = spectrum(one.sample).eigenvalues
    torch.testing.assert_close(spectrum(first).eigenvalues, values, rtol=1e-9, atol=1e-14)
    assert len(second.targets) == N - N // 2
    assert torch.equal(second.targets, one.sample.targets[N // 2 :])


def test_sums_over_examples_are_whole_in_both(both, one):
    for found, _, _ in both:
        np.testing.assert_allclose(
            list(vars(found.cosines).values()), list(vars(one.cosines).values())
        )
        torch.testing.assert_close(found.means, one.means, rtol=1e-10, atol=1e-13)


def test_a_measurement_by_both_is_that_by_one(both, one):
    for name in ("record", "streamed"):
        first, second = (getattr(found, name) for found, _, _ in both)
        expected = getattr(one, name)
        assert set(first) == set(expected)
        assert set(second) == {"classes", "weights", "weight_norm"}
        for each in expected:
            value = expected[each].values
            scale = np.nanmax(np.abs(value))
            single = each.startswith(("term", "hessian", "curvature", "freeness", "layer_hessian"))
            tight = 2e-3 if "residual" in each or "weights" in each else 1e-4 if single else 1e-9
            np.testing.assert_allclose(
                first[each], value, rtol=0, atol=tight * scale, err_msg=str(each)
            )


def test_the_first_decides_for_all_and_says_what_stops_it(both):
    assert [given for _, _, given in both] == [10, 10]
    (mine, few), (theirs, others_few) = (told for _, told, _ in both)
    assert mine == "no such thing"
    assert theirs == "the first process stopped"
    assert few == others_few == "examples must be at least 2, one for each process, got 1"


def test_one_process_needs_no_group():
    with processes.launched("cpu") as group:
        assert group is None
    values = torch.arange(3)
    assert processes.total(values, None) is values
    assert processes.gathered(values, None) is values
    assert processes.from_first(lambda: 3, None) == 3
    assert processes.agreed((1, 2), None)
    assert not processes.agreed(None, None)

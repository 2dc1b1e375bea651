"""Products of recorded lines against those of the graphs that they were recorded on."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from empirical.data import Data
from empirical.networks import cnn, lenet, mlp, resnet20
from empirical.operators import Curvature
from empirical.operators.straight_line import recorded
from empirical.operators.straight_line.recorded import Repeated, StraightLine

X = torch.linspace(-1, 2, 12, dtype=torch.float64).reshape(3, 4)
V = torch.tensor([1.0, -2.0, 0.5, 3.0], dtype=torch.float64)
NETWORKS = {
    "relu": (lambda: mlp((16, 9, 8, 4), seed=0), (4, 4)),
    "tanh": (lambda: mlp((16, 9, 8, 4), activation="tanh", seed=0), (4, 4)),
    "convolutions": (lambda: cnn(hidden=(3, 4, 5), classes=4, seed=0), (1, 8, 8)),
    "pooling": (lambda: lenet(image=(1, 12, 12), classes=4, seed=0), (1, 12, 12)),
}


@pytest.fixture
def small_counts(monkeypatch):
    monkeypatch.setattr(recorded, "LEAST", 0)


def images(shape: tuple[int, ...]) -> Data:
    draws = torch.Generator().manual_seed(1)
    inputs = torch.randn(11, *shape, generator=draws)
    inputs = inputs if len(shape) > 2 else inputs.flatten(1)
    return Data(inputs, torch.arange(11) % 4, classes=4, name="random")


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("name", NETWORKS)
def test_the_fourth_product_is_the_first(small_counts, name, dtype):
    """Recorded on the third; of all terms, of a block, and another vector than the recorded."""
    make, shape = NETWORKS[name]
    network = make().eval()
    curvature = Curvature(network, images(shape), dtype=dtype)
    layer = next(iter(dict(network.named_parameters())))
    for operator in (
        *(curvature.term(term) for term in ("H", "G", "K")),
        curvature.term("H", layer=layer),
    ):
        draws = torch.Generator().manual_seed(0)
        vectors = torch.randn(4, operator.D, generator=draws, dtype=dtype)
        first = operator(vectors[3])
        for vector in vectors[1:3]:
            operator(vector)
        fourth = operator(vectors[3])
        assert (fourth - first).norm() <= (1e-5 if dtype == torch.float32 else 1e-13) * first.norm()
    shares = [share for each in curvature._repeated.values() for share in each]
    assert len(shares) == 4
    assert all(share.run is not None for share in shares)


def test_a_network_that_cannot_be_recorded_is_multiplied_as_ever(small_counts):
    curvature = Curvature(resnet20(image=(3, 8, 8), classes=4, seed=0).eval(), images((3, 8, 8)))
    vector = torch.ones(curvature.D, dtype=torch.float64)
    images_ = [curvature.H(vector) for _ in range(4)]
    assert torch.equal(images_[3], images_[0])


def random(v: Tensor) -> Tensor:
    return v + 0 * torch.rand_like(v)


def changing(v: Tensor) -> Tensor:
    return (v * 2).add_(v)


def looking(v: Tensor) -> Tensor:
    return v * 2 if v.sum().item() > 0 else -v


def through_numpy(v: Tensor) -> Tensor:
    return X @ v + torch.from_numpy(X.numpy() @ v.numpy())


@pytest.mark.parametrize("function", [random, changing, looking, through_numpy])
def test_what_is_no_straight_line_is_not_taken_for_one(small_counts, function):
    line = StraightLine(function, V, kept=0)
    assert line.run is None
    torch.testing.assert_close(line.image, function(V))


def test_what_does_not_depend_on_the_vector_is_formed_once_if_it_is_small(small_counts):
    def function(v: Tensor) -> Tensor:
        return X.exp() @ v

    for kept, times in ((X.numel(), 0), (X.numel() - 1, 1)):
        line = StraightLine(function, V, kept=kept)
        assert line.run is not None
        torch.testing.assert_close(line.run(2 * V), function(2 * V))
        with Counted() as counted:
            line.run(V)
        assert counted.exponentials == times


class Counted(TorchDispatchMode):
    exponentials = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        self.exponentials += func is torch.ops.aten.exp.default
        return func(*args, **(kwargs or {}))


def test_a_line_that_gives_something_else_is_refused(small_counts, monkeypatch):
    def spoil(graph) -> None:
        node = next(each for each in graph.nodes if each.target is torch.ops.aten.mul.Tensor)
        node.args = (node.args[0], 2.001)

    function: Callable[[Tensor], Tensor] = lambda v: v * 2  # noqa: E731
    assert StraightLine(function, V, kept=0).run is not None
    monkeypatch.setattr(recorded, "shorten", spoil)
    assert StraightLine(function, V, kept=0).run is None


def test_a_sparse_matrix_is_left_to_torch(small_counts):
    sparse = X.to_sparse()
    line = StraightLine(lambda v: sparse @ v, V, kept=0)
    assert line.run is None
    torch.testing.assert_close(line.image, X @ V)


def test_small_operations_are_not_recorded():
    share = Repeated(lambda v: X @ v, kept=0)
    for _ in range(4):
        torch.testing.assert_close(share(V), X @ V)
    assert share.run is None

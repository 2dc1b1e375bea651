"""Convolutions against torch's own: images, gradients, and gradients of gradients."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from empirical.operators import Curvature
from empirical.operators.convolutions import Convolutions
from tests.support.references.explicit_jacobian import random_data

CASES: dict[str, tuple[Any, tuple[int, ...], tuple[int, ...], dict[str, Any]]] = {
    "line": (F.conv1d, (3, 4, 9), (6, 4, 3), {"stride": 2, "padding": 1}),
    "image": (F.conv2d, (3, 2, 6, 5), (4, 2, 3, 2), {"stride": (2, 1), "padding": (1, 0)}),
    "dilated": (F.conv2d, (2, 2, 7, 7), (4, 2, 3, 3), {"dilation": (2,), "padding": [1]}),
    "groups": (F.conv2d, (2, 4, 5, 5), (6, 2, 3, 3), {"groups": 2}),
    "volume": (F.conv3d, (2, 2, 4, 4, 3), (3, 2, 2, 2, 2), {"padding": 1}),
    "named padding": (F.conv2d, (2, 2, 5, 5), (3, 2, 3, 3), {"padding": "same"}),
    "one example": (F.conv2d, (2, 5, 5), (3, 2, 3, 3), {"padding": 1}),
}


def drawn(*shapes: tuple[int, ...]) -> list[Tensor]:
    draws = torch.Generator().manual_seed(0)
    return [torch.randn(s, generator=draws, dtype=torch.float64).requires_grad_() for s in shapes]


def derivatives(
    call: Any, x: Tensor, weight: Tensor, bias: Tensor | None, how: dict
) -> list[Tensor]:
    """The image, its gradient in all that it is made of, and that gradient's gradient in all."""
    image = call(x, weight, bias, **how)
    (above,) = drawn(tuple(image.shape))
    inputs = [each for each in (x, weight, bias) if each is not None]
    first = torch.autograd.grad(image, inputs, above, create_graph=True)
    vectors = drawn(*(tuple(each.shape) for each in first))
    second = torch.autograd.grad(
        first, [above, *inputs], vectors, allow_unused=True, materialize_grads=True
    )
    return [image, *first, *second]


@pytest.mark.parametrize("biased", [True, False])
@pytest.mark.parametrize("case", CASES)
def test_image_gradient_and_its_gradient_are_torchs(case, biased):
    call, of_x, of_weight, how = CASES[case]
    x, weight, bias = drawn(of_x, of_weight, of_weight[:1])
    given = (x, weight, bias if biased else None, how)
    expected = derivatives(call, *given)
    with Convolutions(lambda: True):
        found = derivatives(call, *given)
    ours = "named" not in case and case != "one example"
    node: Any = found[0].grad_fn
    assert (node.name() == "_ConvolutionBackward") == ours
    for mine, theirs in zip(found, expected, strict=True):
        torch.testing.assert_close(mine, theirs, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("of", [(0,), (1,), (2,), (0, 2)])
def test_parts_of_the_gradient_alone(of):
    """What a vector that is zero elsewhere gives, with the others left out."""
    x, weight, bias = drawn((2, 2, 5, 5), (3, 2, 3, 3), (3,))
    inputs = (x, weight, bias)
    found = []
    for mode in (Convolutions(lambda: True), None):
        with mode or torch.enable_grad():
            image = F.conv2d(x, weight, bias, padding=1)
        (above,) = drawn(tuple(image.shape))
        first = torch.autograd.grad(image, [inputs[i] for i in of], above, create_graph=True)
        vectors = drawn(*(tuple(each.shape) for each in first))
        asked = [above, x, weight]
        more = {"allow_unused": True, "materialize_grads": True}
        found.append(torch.autograd.grad(first, asked, vectors, **more))
    for mine, theirs in zip(*found, strict=True):
        torch.testing.assert_close(mine, theirs, rtol=1e-12, atol=1e-13)


def test_what_is_not_wanted_is_not_there_and_the_rest_is_the_same():
    x, weight = drawn((2, 2, 5, 5), (3, 2, 3, 3))
    wanted = True
    with Convolutions(lambda: wanted):
        image = F.conv2d(x, weight, padding=1)
    (above,) = drawn(tuple(image.shape))
    first = torch.autograd.grad(image, [x, weight], above, create_graph=True)
    vectors = drawn(*(tuple(each.shape) for each in first))
    how = {"retain_graph": True, "allow_unused": True}
    whole = torch.autograd.grad(first, [above, x, weight], vectors, **how)
    wanted = False
    part = torch.autograd.grad(first, [above, x, weight], vectors, **how)
    assert torch.equal(part[0], whole[0])
    assert whole[1] is not None
    assert part[1] is None


@pytest.mark.parametrize("channels", [1, 3])
def test_channels_last_gives_the_same_numbers(channels):
    """Of images of one channel, whose strides do not say how they are laid out, too."""
    how: dict[str, Any] = {"stride": 2, "padding": 1}
    x, weight, bias = drawn((3, channels, 6, 4), (4, channels, 3, 3), (4,))
    with Convolutions(lambda: True):
        expected = derivatives(F.conv2d, x, weight, bias, how)
    single = [each.detach().float().requires_grad_() for each in (x, weight, bias)]
    with Convolutions(lambda: True, channels_last=True):
        image = F.conv2d(single[0], single[1], single[2], **how)
    (above,) = drawn(tuple(image.shape))
    first = torch.autograd.grad(image, single, above.float(), create_graph=True)
    vectors = [each.float() for each in drawn(*(tuple(each.shape) for each in first))]
    found = [image, *first, *torch.autograd.grad(first, single[:2], vectors)]
    assert image.is_contiguous(memory_format=torch.channels_last)
    for mine, theirs in zip(found, expected[:4] + expected[5:7], strict=True):
        torch.testing.assert_close(mine.double(), theirs, rtol=1e-5, atol=1e-5)


class Convolved(nn.Module):
    """Two convolutions in a row and one by groups: their gradients depend on each other."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv1d(1, 4, 2)
        self.second = nn.Conv1d(4, 4, 2, groups=2, bias=False)
        self.head = nn.Linear(12, 4)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.second(torch.tanh(self.first(x[:, None]))).flatten(1))


def test_products_take_turns():
    """G after H after G: what one product leaves out is there for the next."""
    curvature = Curvature(Convolved(), random_data(17))
    v = torch.randn(curvature.D, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    G, H, K = (curvature.term(term)(v) for term in ("G", "H", "K"))
    torch.testing.assert_close(G + K, H, rtol=1e-10, atol=1e-12)
    assert torch.equal(curvature.G(v), G)
    assert torch.equal(curvature.H(v), H)
    assert K.norm() > 0.01 * H.norm()

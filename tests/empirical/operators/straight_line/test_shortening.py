"""Each rule on a graph that it shortens, and on one that it must leave."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, fx

from empirical.operators.straight_line import recorded
from empirical.operators.straight_line.recorded import _Recorder
from empirical.operators.straight_line.shortening import shorten

aten = torch.ops.aten
A = torch.linspace(-1, 2, 12).reshape(3, 4)
B = torch.linspace(2, -1, 12).reshape(3, 4)
MASK = torch.tensor([[1.0, 0, 1], [0, 1, 1], [1, 1, 0]])
V = torch.linspace(-2, 1, 12).reshape(4, 3)


def shortened(function: Callable[[Tensor], Tensor]) -> tuple[Callable[[Tensor], Tensor], list]:
    recorder = _Recorder(V, 0)
    with recorder:
        image = function(V)
    node = recorder.nodes.get(image)
    assert node is not None
    recorder.graph.output(node)
    shorten(recorder.graph)
    recorder.graph.lint()
    targets = [node.target for node in recorder.graph.nodes if node.op == "call_function"]
    return fx.GraphModule(recorder.constants, recorder.graph).forward, targets


CASES: dict[str, tuple[Callable[[Tensor], Tensor], list]] = {
    "zeros": (lambda v: torch.zeros_like(v) + v, []),
    "transposed twice": (lambda v: v.t().t() * 2, [aten.mul.Tensor]),
    "product added": (lambda v: v[:3] + A @ v, [aten.slice.Tensor, aten.addmm.default]),
    "two products": (lambda v: A @ v + B @ v, [aten.mm.default, aten.addmm_.default]),
    "transposed products": (
        lambda v: ((A @ v).t() + (B @ v).t()).t(),
        [aten.mm.default, aten.addmm_.default],
    ),
    "mask": (
        lambda v: aten.threshold_backward(A @ v, MASK, 0),
        [aten.mm.default, aten.threshold_backward.grad_input],
    ),
    "product read again": (
        lambda v: aten.mul(A @ v + MASK, torch.relu(A @ v)) + aten.mm(MASK, A @ v),
        [],
    ),
    "read again": (lambda v: (lambda x: aten.threshold_backward(x, MASK, 0) + x)(A @ v), []),
    "weighted sum": (lambda v: torch.add(v[:3], A @ v, alpha=3), []),
    "other strides": (
        lambda v: aten.as_strided(aten.threshold_backward((A @ v).t(), MASK, 0), (3, 3), (1, 3)),
        [],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_result_is_the_same_and_the_line_as_short_as_it_can_be(case):
    function, expected = CASES[case]
    run, targets = shortened(function)
    for vector in (V, 1 - 2 * V):
        torch.testing.assert_close(run(vector), function(vector))
    if expected:
        assert targets == expected


def test_the_vector_itself_is_never_overwritten():
    def function(v: Tensor) -> Tensor:
        return aten.threshold_backward(v[:3] + MASK, MASK, 0) + v[:3]

    before = V.clone()
    run, _ = shortened(function)
    run(V)
    assert torch.equal(V, before)


def test_the_rules_are_used():
    assert recorded.shorten is shorten

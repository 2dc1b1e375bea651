"""What a recorded line of operations can do without, and what it can do at once."""

from __future__ import annotations

from typing import Any

import torch
from torch import fx

aten = torch.ops.aten
ADD, MM, T = aten.add.Tensor, aten.mm.default, aten.t.default
OWN = {ADD, MM, aten.addmm.default, aten.addmm_.default, aten.threshold_backward.default}
"""Operations whose result lies in memory of its own."""


def shorten(graph: fx.Graph) -> None:
    """Change the graph into one of the same result.

    Its operations change no tensor, and each has the shape, strides and type of its result in
    ``meta["like"]``: what was recorded after it may rest on them. Zeros are not added, what is
    transposed twice is not at all, a matrix product is added where it is formed, and what nobody
    reads again is overwritten.
    """
    for rule in (_zeros, _transposes, _products, _transposes, _in_place):
        for node in list(graph.nodes):
            if node.op == "call_function" and node.users:
                rule(graph, node)
        for node in reversed(list(graph.nodes)):
            if node.op in ("call_function", "get_attr") and not node.users:
                graph.erase_node(node)


def _zeros(graph: fx.Graph, node: Any) -> None:
    if node.target is not ADD or node.kwargs:
        return
    for one, other in (node.args, node.args[::-1]):
        if _is(one, aten.zeros_like.default, aten.zeros.default) and _like(other) == _like(node):
            node.replace_all_uses_with(other)
            return


def _transposes(graph: fx.Graph, node: Any) -> None:
    """``(Xᵀ)ᵀ = X``, ``Xᵀ + Yᵀ = (X + Y)ᵀ``."""
    if node.target is T and _is(node.args[0], T):
        node.replace_all_uses_with(node.args[0].args[0])
    elif node.target is ADD and not node.kwargs and all(_is(each, T) for each in node.args):
        X, Y = (each.args[0] for each in node.args)
        with graph.inserting_before(node):
            total = _call(graph, ADD, (X, Y), like=_like(X))
            node.replace_all_uses_with(_call(graph, T, (total,), like=_like(node)))


def _products(graph: fx.Graph, node: Any) -> None:
    """``X + Y Z`` at once, where nothing else reads the product."""
    if node.target is not ADD or node.kwargs:
        return
    for product, other in (node.args[::-1], node.args):
        if _is(product, MM) and len(product.users) == 1 and _like(product) == _like(node):
            with graph.inserting_before(node):
                both = _call(graph, aten.addmm.default, (other, *product.args), like=_like(node))
            node.replace_all_uses_with(both)
            return


def _in_place(graph: fx.Graph, node: Any) -> None:
    if node.target not in (ADD, aten.addmm.default, aten.threshold_backward.default):
        return
    first, *others = node.args
    if first in others or not _is(first, *OWN) or len(first.users) > 1:
        return
    if _like(first) != _like(node):
        return
    if node.target is ADD:
        node.target = aten.add_.Tensor
    elif node.target is aten.addmm.default:
        node.target = aten.addmm_.default
    else:
        node.target = aten.threshold_backward.grad_input
        node.kwargs = {"grad_input": first}


def _is(node: Any, *targets: Any) -> bool:
    return isinstance(node, fx.Node) and node.target in targets


def _like(node: Any) -> Any:
    return node.meta.get("like") if isinstance(node, fx.Node) else None


def _call(graph: fx.Graph, target: Any, args: tuple[Any, ...], *, like: Any) -> Any:
    node = graph.call_function(target, args)
    node.meta["like"] = like
    return node

"""A linear function of a vector as the straight line of operations that it took once.

A product by automatic differentiation walks a graph, adds zeros, and forms anew what does not
depend on the vector. Its operations are the same for every vector: they are recorded once, less
what is waste, and run from the list.
"""

from __future__ import annotations

import operator
import weakref
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, fx
from torch.fx.node import map_aggregate
from torch.utils._python_dispatch import TorchDispatchMode

from empirical.jacobian.modes import AGREEMENT
from empirical.operators.straight_line.shortening import shorten

LEAST = 2**14  # numbers in the mean result of an operation
FIRST = 2  # times that a function is taken before it is recorded


class Repeated:
    """A linear function, recorded when it is asked for the third time, on a processor.

    On a device the list would run behind what it starts there. Arguments as of ``StraightLine``.
    """

    def __init__(self, function: Callable[[Tensor], Tensor], *, kept: int) -> None:
        self.function, self.kept = function, kept
        self.asked = 0
        self.run: Callable[[Tensor], Tensor] | None = None

    def __call__(self, vector: Tensor) -> Tensor:
        """The function of a vector."""
        if self.run is not None:
            with torch.no_grad():
                return self.run(vector.contiguous())
        self.asked += 1
        if self.asked != FIRST + 1 or vector.device.type != "cpu":
            return self.function(vector)
        line = StraightLine(self.function, vector.contiguous(), kept=self.kept)
        self.run = line.run
        return line.image


class StraightLine:
    """``function`` without what it does besides.

    Parameters
    ----------
    function
        Linear, of a vector; the same operations on every one.
    vector
        One that it is recorded on.
    kept
        Numbers of a result that does not depend on the vector up to which it is formed once; a
        larger one is formed anew, and takes no memory in between.

    Attributes
    ----------
    image
        The function's of ``vector``.
    run
        The function; None where it cannot be recorded, as it changes a tensor, draws random numbers
        or looks at one, or leaves torch for NumPy, or what was recorded does not give the image of
        ``-vector``, and where its operations are so small that a list of them in Python is slower.
    """

    def __init__(self, function: Callable[[Tensor], Tensor], vector: Tensor, *, kept: int) -> None:
        recorder = _Recorder(vector, kept)
        with recorder:
            self.image = function(vector)
        self.run: Callable[[Tensor], Tensor] | None = None
        graph = recorder.graph
        image = recorder.nodes.get(self.image)
        if not recorder.straight or image is None:
            return
        graph.output(image)
        shorten(graph)
        sizes = [node.meta["like"][0].numel() for node in graph.nodes if "like" in node.meta]
        if sum(sizes) < LEAST * len(sizes):
            return
        run = fx.GraphModule(recorder.constants, graph).forward
        # what the recorder did not see kept the vector's sign: its share would be added, not taken
        error = (run(-vector) + self.image).norm()
        if error <= AGREEMENT[vector.dtype] * self.image.norm():
            self.run = run


class _Recorder(TorchDispatchMode):
    """The operations on what depends on the vector, as a graph."""

    def __init__(self, vector: Tensor, kept: int) -> None:
        super().__init__()
        self.kept = kept
        self.graph = fx.Graph()
        self.nodes, self.fixed = _Known(), _Known()
        self.nodes[vector] = self.graph.placeholder("vector")
        self.constants: dict[str, Tensor] = {}
        self.straight = True

    def __torch_dispatch__(
        self,
        func: Any,
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        named = kwargs or {}
        out = func(*args, **named)
        read, written = _tensors((args, *named.values())), _tensors((out,))
        if any(each.layout != torch.strided for each in (*read, *written)):
            self.straight = False
            return out
        large = not func.is_view and sum(each.numel() for each in written) > self.kept
        if not large and all(self.nodes.get(each) is None for each in read):
            return out
        random = torch.Tag.nondeterministic_seeded in func.tags
        if func._schema.is_mutable or random or not written:
            self.straight = False
        if self.straight:
            given = map_aggregate((args, named), self._node)
            self._note(self.graph.call_function(func, *given), out)
        return out

    def _node(self, value: Any) -> Any:
        if not isinstance(value, Tensor):
            return value
        node = self.nodes.get(value) or self.fixed.get(value)
        if node is None:
            name = f"constant{len(self.constants)}"
            self.constants[name] = value.detach()
            node = self.fixed[value] = self.graph.create_node("get_attr", name)
        return node

    def _note(self, node: fx.Node, out: Any) -> None:
        if isinstance(out, Tensor):
            node.meta["like"] = (out.shape, out.stride(), out.dtype)
            self.nodes[out] = node
            return
        for position, each in enumerate(out):
            if isinstance(each, Tensor):
                self._note(self.graph.call_function(operator.getitem, (node, position)), each)


class _Known:
    """Nodes of tensors, as long as these live: after that another may have their place."""

    def __init__(self) -> None:
        self.places: dict[int, tuple[weakref.ref[Tensor], fx.Node]] = {}

    def get(self, tensor: Tensor) -> fx.Node | None:
        tensor_then, node = self.places.get(id(tensor), (None, None))
        return node if tensor_then is not None and tensor_then() is tensor else None

    def __setitem__(self, tensor: Tensor, node: fx.Node) -> None:
        self.places[id(tensor)] = weakref.ref(tensor), node


def _tensors(given: Sequence[Any]) -> list[Tensor]:
    """Those in it and in the lists that it holds."""
    found = []
    for each in given:
        if isinstance(each, Tensor):
            found.append(each)
        elif isinstance(each, list | tuple):
            found += _tensors(each)
    return found

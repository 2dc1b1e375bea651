"""Where a network uses its weights: the torch functions that receive each of them in one run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch.nn.functional as F
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils import _pytree

from empirical.jacobian.recorded_functions import KNOWN, refuse_batch_statistics


@dataclass(frozen=True, eq=False)
class Use:
    """One call of a function that is linear in its weight and bias.

    Parameters
    ----------
    kind
        ``linear``, ``convolution``, ``embedding`` or ``norm``.
    input, output
        What the function received and returned; the output is part of the graph.
    weight, bias
        Names of the parameters it used; none if it had none or they are frozen.
    axis
        Which axis of the input and of the output counts the examples.
    options
        What else the function received: a convolution's geometry, a norm's own inputs.
    """

    kind: str
    input: Tensor
    output: Tensor
    weight: str | None
    bias: str | None
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def signature(self) -> tuple[str, str | None, str | None]:
        """What must be the same from run to run."""
        return self.kind, self.weight, self.bias


class Recorder(TorchFunctionMode):
    """Records, while active, every use of the given parameters.

    ``uses`` lists the calls of functions whose weight gradients follow from their inputs and the
    gradients of their outputs, in order; ``others`` names the parameters that any other function
    received. Attention is recorded as the linear maps that it is made of.
    """

    def __init__(self, parameters: Mapping[str, Tensor]) -> None:
        super().__init__()
        self._names = {id(parameter): name for name, parameter in parameters.items()}
        self.uses: list[Use] = []
        self.others: set[str] = set()

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        kwargs = kwargs or {}
        received = self._received((args, kwargs))
        if func is F.batch_norm:
            refuse_batch_statistics(*args, **kwargs)
        if received and func in KNOWN:
            return KNOWN[func](self, *args, **kwargs)
        result = func(*args, **kwargs)
        if received and any(isinstance(leaf, Tensor) for leaf in _pytree.tree_leaves(result)):
            self.others |= received
        return result

    def name(self, value: object) -> str | None:
        """The parameter's name, if ``value`` is one of those recorded."""
        return self._names.get(id(value))

    def keep(
        self,
        kind: str,
        output: Tensor,
        *,
        input: Tensor,  # noqa: A002
        weight: object,
        bias: object = None,
        **options: Any,
    ) -> Tensor:
        """Record a call; the network gets a copy, to change in place as it likes."""
        self.unknown(input)  # a weight that is mapped by another, as tied ones are
        self.uses.append(
            Use(kind, input.detach(), output, self.name(weight), self.name(bias), options)
        )
        return output.clone()

    def unknown(self, *values: object) -> None:
        """Record that parameters were used in another way."""
        self.others |= self._received(values)

    def _received(self, values: Any) -> set[str]:
        names = {self.name(leaf) for leaf in _pytree.tree_leaves(values)}
        return {name for name in names if name is not None}

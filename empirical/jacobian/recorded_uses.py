"""What is recorded of a run: each use of a weight that is linear in it, and what else has one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor
from torch.utils import _pytree


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


class RecordedUses:
    """Uses of the given parameters, by their names.

    ``uses`` lists the calls of functions whose weight gradients follow from their inputs and the
    gradients of their outputs, in order; ``others`` names the parameters that any other function
    received.
    """

    def __init__(self, parameters: Mapping[str, Tensor]) -> None:
        super().__init__()
        self._names = {id(parameter): name for name, parameter in parameters.items()}
        self.uses: list[Use] = []
        self.others: set[str] = set()

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
        self.others |= self.received(values)

    def received(self, values: Any) -> set[str]:
        """Names of the parameters in nested values."""
        names = {self.name(leaf) for leaf in _pytree.tree_leaves(values)}
        return {name for name in names if name is not None}

"""A network by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from theory import checks
from theory.checks import InputError
from theory.records.settings import Settings

NETWORKS = ("mlp", "cnn", "lenet", "resnet20", "transformer")
ACTIVATIONS = ("relu", "tanh")
OWN = "package.module:factory"

Activation = Literal["relu", "tanh"]


@dataclass(frozen=True, kw_only=True)
class Network(Settings):
    """A network by name, sized by the data that it is trained on.

    Parameters
    ----------
    name
        One of ``NETWORKS``, or ``package.module:factory``: a function of the user's own without
        arguments that returns a torch module.
    hidden
        Hidden widths of ``mlp``, by default 100 and 100; of no other network.
    activation
        ``relu`` (default) or ``tanh``, of ``mlp``; of no other network.

    Raises
    ------
    InputError
        If the name is not known, a width is below 1, or a field is not one of such a network.

    Examples
    --------
    >>> Network(hidden=(64,)).as_dict()
    {'name': 'mlp', 'hidden': [64], 'activation': 'relu'}
    >>> Network(name="cnn", hidden=(64,))
    Traceback (most recent call last):
    theory.checks.InputError: hidden is of network mlp, got (64,) with network cnn
    """

    name: str = "mlp"
    hidden: tuple[int, ...] | None = None
    activation: Activation | None = None

    def __post_init__(self) -> None:
        if self.factory is None:
            checks.choice("network", self.name, (*NETWORKS, OWN))
        if self.name != "mlp":
            for name in ("hidden", "activation"):
                if getattr(self, name) is not None:
                    raise InputError(
                        f"{name} is of network mlp, got {getattr(self, name)} "
                        f"with network {self.name}"
                    )
            return
        self._set(
            hidden=checks.integers(
                "hidden", (100, 100) if self.hidden is None else self.hidden, low=1
            ),
            activation=checks.choice(
                "activation", "relu" if self.activation is None else self.activation, ACTIVATIONS
            ),
        )

    @property
    def factory(self) -> str | None:
        """``package.module:factory`` of the user's own network, or None."""
        return self.name if isinstance(self.name, str) and ":" in self.name else None

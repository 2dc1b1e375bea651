"""A network by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from theory import checks
from theory.checks import InputError
from theory.ntk.parametrisation import named
from theory.records.settings import Settings

NETWORKS = ("mlp", "cnn", "lenet", "resnet20", "gru", "transformer")
ACTIVATIONS = ("relu", "tanh")
OWN = "package.module:factory"
HIDDEN = {"mlp": (100, 100), "cnn": (16, 32, 128), "transformer": (32, 32)}
"""Widths of hidden layers, unless others are asked for."""
HEADS = 4

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
        Widths of the hidden layers of ``mlp``, ``cnn`` and ``transformer``, by default ``HIDDEN``:
        of a cnn the channels of its convolutions and the width of the linear layer after them; of a
        transformer one for each block, all the same.
    activation
        ``relu`` (default) or ``tanh``, of ``mlp``; of no other network.
    parametrisation
        How weights and steps scale with the width, one of ``theory.parametrisation.NAMES``, of the
        networks that have ``hidden``, which must then be of one width. By default weights begin
        with the variance ``gain/inputs`` and steps do not depend on the width.

    Raises
    ------
    InputError
        If the name is not known, a width is below 1 or not one that such a network can have, or a
        field is not one of such a network.

    Examples
    --------
    >>> Network(hidden=(64,)).as_dict()
    {'name': 'mlp', 'hidden': [64], 'activation': 'relu'}
    >>> Network(name="cnn", activation="tanh")
    Traceback (most recent call last):
    theory.checks.InputError: activation is of network mlp, got tanh with network cnn
    """

    name: str = "mlp"
    hidden: tuple[int, ...] | None = None
    activation: Activation | None = None
    parametrisation: str | None = None

    def __post_init__(self) -> None:
        if self.factory is None:
            checks.choice("network", self.name, (*NETWORKS, OWN))
        of = {"activation": ("mlp",), "hidden": tuple(HIDDEN), "parametrisation": tuple(HIDDEN)}
        for field, names in of.items():
            if self.name not in names and getattr(self, field) is not None:
                raise InputError(
                    f"{field} is of network {', '.join(names)}, got {getattr(self, field)} "
                    f"with network {self.name}"
                )
        if self.name in HIDDEN:
            asked = HIDDEN[self.name] if self.hidden is None else self.hidden
            self._set(hidden=self._checked(checks.integers("hidden", asked, low=1)))
        if self.name == "mlp":
            asked = "relu" if self.activation is None else self.activation
            self._set(activation=checks.choice("activation", asked, ACTIVATIONS))

    def _checked(self, hidden: tuple[int, ...]) -> tuple[int, ...]:
        told, alike = list(hidden), len(set(hidden)) == 1
        if self.name == "cnn" and len(hidden) < 2:
            raise InputError(f"hidden must name at least 2 widths of network cnn, got {told}")
        if self.name == "transformer" and not (alike and hidden[0] % HEADS == 0):
            raise InputError(
                "hidden must name one width for each block of network transformer, all the same "
                f"multiple of {HEADS}, got {told}"
            )
        if self.parametrisation is not None:
            named(self.parametrisation, hidden_layers=self._depth(len(hidden)))
            if not alike:
                raise InputError(
                    f"hidden must be of one width with parametrisation {self.parametrisation}, "
                    f"got {told}"
                )
        return hidden

    def _depth(self, count: int) -> int:
        """Hidden layers that a parametrisation scales: four in each block of a transformer."""
        return 4 * count if self.name == "transformer" else count

    @property
    def factory(self) -> str | None:
        """``package.module:factory`` of the user's own network, or None."""
        return self.name if isinstance(self.name, str) and ":" in self.name else None

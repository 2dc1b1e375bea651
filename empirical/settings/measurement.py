"""What is measured at a point of training, and on which examples."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from empirical.groups import observable_groups
from theory import checks
from theory.checks import InputError
from theory.records.settings import Settings
from theory.streams import LARGEST_SEED

DTYPES = ("float64", "float32")


@dataclass(frozen=True, kw_only=True)
class Measurement(Settings):
    """What is measured at a point of training, and on which examples.

    Parameters
    ----------
    observe
        Names of ``empirical.observable_groups.GROUPS``.
    examples
        N, examples that are measured, at least 1.
    held_out
        Other examples, which give the model's parameters, at least 0; with 0 they come from the
        measured examples themselves, which over-fits.
    dtype
        ``float64``, or ``float32`` at half the time and memory: eigenvalues are then good to 1e-6
        of the largest.
    device
        ``cpu``, ``cuda`` or ``cuda:<n>``.
    seed
        Root of the random choice of examples.
    memory
        Most bytes to use beside those of the program itself; by default what is free. It changes
        numbers in rounding only.

    Raises
    ------
    InputError
        If a field is out of its bound, or ``resampled`` is observed and fewer are held out than
        measured.
    """

    observe: tuple[str, ...] = observable_groups.USUAL
    examples: int = 400
    held_out: int = 1000
    dtype: Literal["float64", "float32"] = "float64"
    device: str = "cpu"
    seed: int = 0
    memory: int | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        self._set(observe=observable_groups.chosen(checks.sequence("observe", self.observe)))
        N = checks.integer("examples", self.examples, low=1)
        others = checks.integer("held_out", self.held_out, low=0)
        if "resampled" in self.observe and others < N:
            raise InputError(
                f"held_out must be at least {N}, the examples, to observe resampled, got {others}"
            )
        checks.choice("dtype", self.dtype, DTYPES)
        if not (isinstance(self.device, str) and re.fullmatch(r"cpu|cuda(:\d+)?", self.device)):
            raise InputError(f"device must be cpu, cuda or cuda:<n>, got {self.device!r}")
        checks.integer("seed", self.seed, low=0, high=LARGEST_SEED)
        if self.memory is not None:
            checks.integer("memory", self.memory, low=1)

    @property
    def keeps_gradients(self) -> bool:
        """Whether the logit gradients of all measured examples are held at once."""
        needing = observable_groups.ALL_GRADIENTS
        if self.held_out == 0:
            needing |= observable_groups.OF_HELD_OUT
        return bool(needing & set(self.observe))

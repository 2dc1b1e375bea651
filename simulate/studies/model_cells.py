"""The cells of a study of the model: a prediction, or a draw."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from simulate.studies.definition import Values
from simulate.studies.observed import draw_seed, predicted, sampled
from theory import Params

FLOPS = 3e10  # a second of spectra on one core
PREDICTION = 1 / 32  # seconds


@dataclass(frozen=True)
class Prediction:
    """Theory's averages for one model."""

    params: Params
    seed: int = -1
    seconds: float = PREDICTION

    def values(self, names: Iterable[str]) -> Values:
        """As ``observed.predicted``."""
        return predicted(self.params, names=names)


@dataclass(frozen=True)
class Draw:
    """One draw of one model; ``root`` is the seed of the study."""

    params: Params
    root: int
    replicate: int

    @property
    def seed(self) -> int:
        """As ``observed.draw_seed``."""
        return draw_seed(self.root, params=self.params, replicate=self.replicate)

    @property
    def seconds(self) -> float:
        """Of one full spectrum: the matrix of its smaller side, and its tridiagonal form."""
        params, rows = self.params, self.params.N * (self.params.C - 1)
        side = params.D if params.sigma_H > 0 else min(params.D, rows)
        flops = 2.0 * side**3 + (2.0 * params.N * params.C * side**2 if side < rows else 0.0)
        return flops / FLOPS

    def values(self, names: Iterable[str]) -> Values:
        """As ``observed.sampled``."""
        return sampled(self.params, names=names, seed=self.seed)

"""How much of the Goldilocks zone is measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from empirical.settings.network import ACTIVATIONS, Activation
from empirical.settings.recipe import LARGEST
from theory import checks
from theory.checks import InputError
from theory.records.settings import Settings

BASES = ("dense", "sparse")
CHOSEN_FROM = 12  # candidates at least, a quarter of which is chosen

Basis = Literal["dense", "sparse"]


@dataclass(frozen=True, kw_only=True)
class Goldilocks(Settings):
    """A digits network on random hyperplanes and hyperspheres, and its training inside them.

    Parameters
    ----------
    hidden, activation, bias
        Of the multilayer perceptron.
    d, basis
        Dimension of the cuts, and how their directions are drawn.
    scales
        Factors of the initial weights at which curvature is measured.
    examples
        Examples that it is measured on.
    replicates
        Networks whose cuts are averaged.
    trained, trained_scales, dimensions
        So many of these networks at most are trained, at these factors of the weights and in these
        dimensions, ascending.
    steps
        Of training, at most.
    target
        Test accuracy that defines the dimension needed.
    candidates, candidate_scales
        Initial points to choose from, of one radius and of many: least and greatest factor.
    candidate_dimension, candidate_target
        The dimension that they are trained in, and the training accuracy that they race to.
    seed
        Root of all draws.

    Raises
    ------
    InputError
        If a field is out of its bound.
    """

    hidden: tuple[int, ...] = (100, 100)
    activation: Activation = "relu"
    bias: bool = False
    d: int = 50
    basis: Basis = "dense"
    scales: tuple[float, ...] = tuple(np.geomspace(0.1, 10, 17).tolist())
    examples: int = 300
    replicates: int = 5
    trained: int = 2
    trained_scales: tuple[float, ...] = (0.1, 0.3, 1.0, 3.0, 8.0)
    dimensions: tuple[int, ...] = (8, 16, 32, 64, 128, 256, 512)
    steps: int = 300
    target: float = 0.85
    candidates: int = 60
    candidate_scales: tuple[float, float] = (0.1, 8.0)
    candidate_dimension: int = 128
    candidate_target: float = 0.7
    seed: int = 0

    def __post_init__(self) -> None:
        checks.instance("bias", self.bias, bool)
        checks.choice("activation", self.activation, ACTIVATIONS)
        checks.choice("basis", self.basis, BASES)
        for name in ("d", "examples", "replicates", "trained", "steps", "candidate_dimension"):
            checks.count(name, getattr(self, name))
        checks.count("candidates", self.candidates, low=CHOSEN_FROM)
        checks.integer("seed", self.seed, low=0)
        for name in ("target", "candidate_target"):
            if not 0 < checks.real(name, getattr(self, name)) < 1:
                raise InputError(f"{name} must be above 0 and below 1, got {getattr(self, name)}")
        self._set(
            hidden=checks.counts("hidden", self.hidden),
            dimensions=checks.counts("dimensions", self.dimensions),
        )
        if not self.dimensions or list(self.dimensions) != sorted(set(self.dimensions)):
            raise InputError(f"dimensions must be ascending, at least one, got {self.dimensions}")
        for name in ("scales", "trained_scales", "candidate_scales"):
            values = checks.sequence(name, getattr(self, name))
            if not values:
                raise InputError(f"{name} must hold at least one factor, got none")
            self._set(
                **{
                    name: tuple(
                        checks.real(name, x, low=0, high=LARGEST, strict=True) for x in values
                    )
                }
            )
        if len(self.candidate_scales) != 2:
            raise InputError(
                f"candidate_scales must be two, least and greatest, got {self.candidate_scales}"
            )

    @classmethod
    def smallest(cls, **changes: object) -> Goldilocks:
        """A run of seconds, but for what ``changes`` name."""
        few = {
            "scales": cls.scales[::4],
            "examples": 100,
            "replicates": 2,
            "trained": 1,
            "trained_scales": (0.1, 1.0),
            "dimensions": (8, 64, 256),
            "steps": 60,
            "candidates": CHOSEN_FROM,
            "candidate_dimension": 32,
            "candidate_target": 0.3,
        }
        return cls(**few | changes)  # pyright: ignore[reportArgumentType]

    @property
    def work(self) -> dict[str, int]:
        """Points measured or trained, of each part that has any."""
        trained = min(self.trained, self.replicates)
        return {
            "zone": 2 * self.replicates * len(self.scales),
            "restricted": 2 * trained * len(self.trained_scales) * len(self.dimensions),
            "choice": 2 * self.candidates,
        }

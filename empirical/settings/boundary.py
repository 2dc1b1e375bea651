"""What is asked of decision boundaries in the plane and the Hessian's outliers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from empirical.settings.recipe import Recipe
from theory import checks
from theory.checks import InputError
from theory.records.settings import Settings

SETS = (
    "moons",
    "circles",
    "spirals",
    "gaussians",
    "checkerboard",
    "islands",
    "fine-checkerboard",
)
INITIALISATIONS = ("normal", "large", "random-labels", "adversarial")
RECIPE = Recipe(epochs=600, learning_rate=0.02, batch_size=64, momentum=0.9)


@dataclass(frozen=True, kw_only=True)
class Boundary(Settings):
    """ReLU perceptrons on labelled points of the plane, from several initial weights.

    Parameters
    ----------
    sets
        Of ``SETS``: what the points are.
    initialisations
        Of ``INITIALISATIONS``: where training starts.
    hidden
        Hidden widths.
    examples
        Points of a set, half of them for training; at least 100.
    recipe
        How each is trained, and trained before on other labels where it is.
    replicates
        Seeds of points and weights, at least 2; the same for all initialisations.
    nodes
        Of the grid on each side, at least 20.
    starts, steps
        Of the descent to where the gradient lies on the first eigenvector.
    seed
        Root of all draws.

    Raises
    ------
    InputError
        If a field is out of its bound.
    """

    sets: tuple[str, ...] = SETS
    initialisations: tuple[str, ...] = INITIALISATIONS
    hidden: tuple[int, ...] = (100, 100)
    examples: int = 400
    recipe: Recipe = field(default=RECIPE)
    replicates: int = 5
    nodes: int = 150
    starts: int = 8
    steps: int = 2000
    seed: int = 0

    def __post_init__(self) -> None:
        checks.instance("recipe", self.recipe, Recipe)
        bounds = {"examples": 100, "replicates": 2, "nodes": 20, "starts": 1, "steps": 1}
        for name, low in bounds.items():
            checks.count(name, getattr(self, name), low=low)
        checks.integer("seed", self.seed, low=0)
        hidden = checks.counts("hidden", self.hidden)
        if not hidden:
            raise InputError("hidden must name at least one width, got none")
        found: dict[str, tuple[Any, ...]] = {}
        for name, options in (("sets", SETS), ("initialisations", INITIALISATIONS)):
            values = checks.sequence(name, getattr(self, name))
            found[name] = tuple(checks.choice(name, each, options) for each in values)
            if not values or len({*values}) < len(values):
                raise InputError(f"{name} must have values, and each once, got {list(values)}")
        self._set(hidden=hidden, **found)

    @property
    def networks(self) -> list[tuple[int, int, int]]:
        """Places of every network: set, initialisation, replicate."""
        return [
            (i, j, r)
            for r in range(self.replicates)
            for i in range(len(self.sets))
            for j in range(len(self.initialisations))
        ]

    @classmethod
    def smallest(cls, **changes: object) -> Boundary:
        """A run of seconds, but for what ``changes`` name."""
        few = {
            "sets": ("moons", "gaussians", "checkerboard"),
            "initialisations": ("normal", "adversarial"),
            "hidden": (12, 12),
            "examples": 200,
            "recipe": Recipe(epochs=60, learning_rate=0.05, batch_size=64, momentum=0.9),
            "replicates": 2,
            "nodes": 60,
            "starts": 4,
            "steps": 150,
        }
        return cls(**few | changes)  # pyright: ignore[reportArgumentType]

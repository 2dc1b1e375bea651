"""What is asked of wedges: random cuts, connectors, tunnels."""

from __future__ import annotations

from dataclasses import dataclass, replace

from empirical.settings.recipe import LARGEST, Recipe
from theory import checks
from theory.checks import InputError
from theory.records.settings import Settings

KNOBS = ("learning_rate", "batch_size", "l2", "dropout")
DIRECTIONS = ("uniform", "filter")
LARGEST_CONNECTOR = 4
LARGEST_TOY = 10**8  # a cut takes O(D log D) operations and some gigabytes
PLAIN, TO_LOW_LOSS = Recipe(), Recipe(momentum=0.9)


@dataclass(frozen=True, kw_only=True)
class WedgeCuts(Settings):
    """Success of random cuts: of the toy at several D, and of training a network inside them.

    Parameters
    ----------
    D, codimension
        The toy's dimensions, ascending to at most 10⁸, and ``D - n``, the same for each.
    share
        Tolerance of the toy's cuts, over the median loss at their base points.
    cuts
        Of the toy, at each D and d.
    hidden
        Hidden widths of the network, a ReLU perceptron on scikit-learn's digits.
    dimensions, scales
        Dimensions of the network's cuts, ascending, and factors of its initial weights.
    replicates
        Networks, each with a cut of its own.
    steps
        Of training in a cut.
    target
        Training accuracy that counts as success.
    seed
        Root of all draws.

    Raises
    ------
    InputError
        If a field is out of its bound.
    """

    D: tuple[int, ...] = (100, 1000, 10_000)
    codimension: int = 40
    share: float = 0.3
    cuts: int = 100
    hidden: tuple[int, ...] = (50, 50)
    dimensions: tuple[int, ...] = (32, 64, 96, 128, 160, 192, 256)
    scales: tuple[float, ...] = (0.5, 1.0, 2.0)
    replicates: int = 6
    steps: int = 300
    target: float = 0.9
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("codimension", "cuts", "replicates", "steps"):
            checks.count(name, getattr(self, name))
        checks.integer("seed", self.seed, low=0)
        for name, most in (("D", LARGEST_TOY), ("dimensions", checks.MOST)):
            values = tuple(
                checks.integer(name, each, low=1, high=most)
                for each in checks.sequence(name, getattr(self, name))
            )
            if not values or list(values) != sorted(set(values)):
                raise InputError(f"{name} must be ascending, at least one, got {values}")
            self._set(**{name: values})
        if self.D[0] <= self.codimension:
            raise InputError(f"D must be above codimension = {self.codimension}, got {self.D[0]}")
        self._set(hidden=checks.counts("hidden", self.hidden))
        self._set(scales=_positive("scales", self.scales))
        checks.real("share", self.share, low=0, strict=True)
        _share("target", self.target)

    @classmethod
    def smallest(cls, **changes: object) -> WedgeCuts:
        """A run of seconds, but for what ``changes`` name."""
        few = {
            "D": (100, 1000),
            "codimension": 10,
            "cuts": 30,
            "hidden": (20,),
            "dimensions": (8, 32, 96),
            "scales": (1.0,),
            "replicates": 2,
            "steps": 60,
            "target": 0.6,
        }
        return cls(**few | changes)  # pyright: ignore[reportArgumentType]


@dataclass(frozen=True, kw_only=True)
class WedgeConnectors(Settings):
    """m-connectors between trained networks, for each m, and averages of these networks.

    Parameters
    ----------
    m
        Dimensions of the connectors, ascending: each joins m + 1 optima.
    hidden
        Hidden widths of the networks, ReLU perceptrons on scikit-learn's digits.
    recipe
        How they are trained.
    divisions
        Parts of an edge of the simplex, for each m.
    steps, learning_rate
        Of Adam, that relaxes each point of the lattice.
    examples
        Training examples that the losses are of.
    points
        Uniform random points of each connector that the loss is told at.
    bound
        By which the loss may exceed the largest of the optima's.
    seed
        Root of all draws.

    Raises
    ------
    InputError
        If a field is out of its bound.
    """

    m: tuple[int, ...] = (1, 2, 3)
    hidden: tuple[int, ...] = (50, 50)
    recipe: Recipe = TO_LOW_LOSS
    divisions: tuple[int, ...] = (8, 6, 6)
    steps: int = 150
    learning_rate: float = 0.005
    examples: int = 700
    points: int = 300
    bound: float = 0.05
    seed: int = 0

    def __post_init__(self) -> None:
        checks.instance("recipe", self.recipe, Recipe)
        sizes = checks.counts("m", self.m)
        if not sizes or list(sizes) != sorted(set(sizes)) or sizes[-1] > LARGEST_CONNECTOR:
            raise InputError(
                f"m must be ascending from 1 to {LARGEST_CONNECTOR}, at least one, got {sizes}"
            )
        parts = checks.counts("divisions", self.divisions)
        if len(parts) < len(sizes):
            raise InputError(f"divisions must be {len(sizes)}, one for each m, got {len(parts)}")
        self._set(m=sizes, divisions=parts[: len(sizes)])
        self._set(hidden=checks.counts("hidden", self.hidden))
        for name in ("steps", "examples", "points"):
            checks.count(name, getattr(self, name))
        for name in ("learning_rate", "bound"):
            checks.real(name, getattr(self, name), low=0, high=LARGEST, strict=True)
        checks.integer("seed", self.seed, low=0)

    @classmethod
    def smallest(cls, **changes: object) -> WedgeConnectors:
        """A run of seconds, but for what ``changes`` name."""
        few = {
            "m": (1, 2),
            "hidden": (20,),
            "recipe": Recipe(epochs=10, momentum=0.9),
            "divisions": (4, 3),
            "steps": 60,
            "learning_rate": 0.01,
            "examples": 200,
            "points": 50,
        }
        return cls(**few | changes)  # pyright: ignore[reportArgumentType]


@dataclass(frozen=True, kw_only=True)
class WedgeTunnels(Settings):
    """Width of the tunnels around optima against what they were trained with, one at a time.

    Parameters
    ----------
    hidden
        Hidden widths of the networks, ReLU perceptrons on scikit-learn's digits.
    recipe
        The training that the others differ from in one knob.
    learning_rate, batch_size, l2, dropout
        Values of each knob; a batch has at most the training examples, which the study checks.
    replicates
        Networks for each training.
    directions
        Random directions from each network.
    examples
        Training examples that the loss around an optimum is of.
    rise
        Loss above the optimum's that ends a tunnel.
    seed
        Root of all draws.

    Raises
    ------
    InputError
        If a field is out of its bound.
    """

    hidden: tuple[int, ...] = (50, 50)
    recipe: Recipe = PLAIN
    learning_rate: tuple[float, ...] = (0.03, 0.1, 0.3)
    batch_size: tuple[int, ...] = (8, 32, 128)
    l2: tuple[float, ...] = (0.0, 0.0005, 0.002)
    dropout: tuple[float, ...] = (0.0, 0.1, 0.3)
    replicates: int = 5
    directions: int = 8
    examples: int = 500
    rise: float = 0.1
    seed: int = 0

    def __post_init__(self) -> None:
        checks.instance("recipe", self.recipe, Recipe)
        self._set(hidden=checks.counts("hidden", self.hidden))
        for name in KNOBS:
            values = checks.sequence(name, getattr(self, name))
            self._set(**{name: values})
            for value in values:
                self._with(name, value)
            if len({*values}) < len(values):
                raise InputError(f"{name} must have each value once, got {values}")
        if not any(getattr(self, name) for name in KNOBS):
            raise InputError(f"one of {', '.join(KNOBS)} must have a value, got none")
        for name in ("replicates", "directions", "examples"):
            checks.count(name, getattr(self, name))
        checks.real("rise", self.rise, low=0, strict=True)
        checks.integer("seed", self.seed, low=0)

    def _with(self, knob: str, value: float) -> Recipe:
        return replace(self.recipe, **{knob: value})  # pyright: ignore[reportArgumentType]

    @property
    def trainings(self) -> list[tuple[Recipe, list[str]]]:
        """Each training once, with the knobs whose values it is one of."""
        found: dict[Recipe, list[str]] = {}
        for name in KNOBS:
            for value in getattr(self, name):
                found.setdefault(self._with(name, value), []).append(name)
        return list(found.items())

    @classmethod
    def smallest(cls, **changes: object) -> WedgeTunnels:
        """A run of seconds, but for what ``changes`` name."""
        few = {
            "hidden": (20,),
            "recipe": Recipe(epochs=5),
            "learning_rate": (0.1, 0.5),
            "batch_size": (32, 128),
            "l2": (0.0, 0.01),
            "dropout": (0.0, 0.3),
            "replicates": 2,
            "directions": 4,
            "examples": 200,
        }
        return cls(**few | changes)  # pyright: ignore[reportArgumentType]


def _positive(name: str, values: object) -> tuple[float, ...]:
    found = tuple(
        checks.real(name, each, low=0, high=LARGEST, strict=True)
        for each in checks.sequence(name, values)
    )
    if not found or len({*found}) < len(found):
        raise InputError(f"{name} must have values, and each once, got {found}")
    return found


def _share(name: str, value: object) -> None:
    if not 0 < checks.real(name, value) < 1:
        raise InputError(f"{name} must be above 0 and below 1, got {value:g}")

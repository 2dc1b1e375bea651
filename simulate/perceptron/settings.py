"""What a study of searches is asked for, from the command line or a notebook."""

from __future__ import annotations

from dataclasses import dataclass

from theory import checks
from theory.records.settings import Settings

MOST_PATTERNS = 2**32 - 1  # their number is part of the key of their random stream
ALGORITHMS = ("focusing", "replicated", "annealing")


@dataclass(frozen=True, kw_only=True)
class Searches(Settings):
    """Searches for solutions over the load.

    Parameters
    ----------
    N
        Weights of a hidden unit, odd.
    hidden
        Hidden units K, odd; 1 is the perceptron.
    alpha
        Patterns per weight, each above 0; ``round(alpha K N)`` patterns are drawn, 1 to 2³² - 1.
    algorithms
        Of ``focusing``, ``replicated`` and ``annealing``.
    replicates
        Sets of patterns for each load, the same for each algorithm; at least 1.
    sweeps
        Longest search, in passes through the patterns, at least 1.
    distance
        Where the solutions around what is found are counted, above 0 and below 1/2.
    seed
        Root of all draws.

    Raises
    ------
    InputError
        If a field is out of its bound.
    """

    N: int = 201
    hidden: int = 1
    alpha: tuple[float, ...] = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
    algorithms: tuple[str, ...] = ALGORITHMS
    replicates: int = 10
    sweeps: int = 1000
    distance: float = 0.02
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("N", "hidden"):
            if checks.count(name, getattr(self, name)) % 2 == 0:
                raise checks.InputError(f"{name} must be odd, got {getattr(self, name)}")
        loads = tuple(
            checks.real("alpha", a, low=0, strict=True)
            for a in checks.sequence("alpha", self.alpha)
        )
        names = tuple(
            checks.choice("algorithms", each, ALGORITHMS)
            for each in checks.sequence("algorithms", self.algorithms)
        )
        for name, values in (("alpha", loads), ("algorithms", names)):
            if not values or len({*values}) < len(values):
                raise checks.InputError(f"{name} must have values, and each once, got {values}")
        if min(self.patterns(a) for a in loads) < 1:
            raise checks.InputError(f"alpha must leave a pattern, got {min(loads):g}")
        if max(self.patterns(a) for a in loads) > MOST_PATTERNS:
            raise checks.InputError(
                f"alpha must leave at most {MOST_PATTERNS} patterns, got {max(loads):g}"
            )
        for name in ("replicates", "sweeps"):
            checks.count(name, getattr(self, name))
        checks.integer("seed", self.seed, low=0)
        distance = checks.real("distance", self.distance, low=0, strict=True)
        if distance >= 0.5:
            raise checks.InputError(f"distance must be below 0.5, got {distance:g}")
        self._set(alpha=loads, algorithms=names, distance=distance)

    @classmethod
    def smallest(cls, **changes: object) -> Searches:
        """A run of seconds, but for what ``changes`` name."""
        few = {"N": 51, "alpha": (0.2, 0.4, 0.6), "replicates": 3, "sweeps": 100, "distance": 0.1}
        return cls(**few | changes)  # pyright: ignore[reportArgumentType]

    def patterns(self, alpha: float) -> int:
        """Patterns at a load."""
        return round(alpha * self.N * self.hidden)

    @property
    def work(self) -> int:
        """Searches in all."""
        return len(self.alpha) * len(self.algorithms) * self.replicates

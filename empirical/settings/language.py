"""What is asked of a language model that is trained, measured and predicted."""

from __future__ import annotations

from dataclasses import dataclass

from empirical.settings.measurement import require_device
from empirical.settings.network import HEADS
from empirical.settings.recipe import LARGEST
from theory import checks
from theory.checks import InputError
from theory.records.settings import Settings

DOCSTRINGS = "docstrings"
PLACES = ("all", "last")


@dataclass(frozen=True, kw_only=True)
class Language(Settings):
    """A transformer of words on the next-token loss over all places.

    Parameters
    ----------
    data
        ``docstrings``, of installed packages, or a text file.
    vocabulary
        Words that are classes; the rarest share the last one.
    context
        Places of a window, each an example.
    hidden
        Width of each block, all the same.
    steps
        Of the optimizer, at which it is measured, ascending.
    batch_size
        Windows of a step.
    learning_rate
        The highest.
    places
        ``all`` of a window are examples, or its ``last`` alone; it is trained on all.
    windows
        That G is measured on.
    held_out
        Windows that means and noise are estimated from, at least 2.
    top
        Eigenvalues, measured and predicted.
    rank
        Columns of Γ's low-rank part.
    true_classes
        The commonest, that have means of their own at the levels by class; at most so many.
    draws
        Pairs of sampled logit gradients for each estimate.
    device
        ``cpu``, ``cuda`` or ``cuda:<n>``, for the network; outliers are predicted on the host.
    seed
        Root of all draws.

    Raises
    ------
    InputError
        If a field is out of its bound.
    """

    data: str = DOCSTRINGS
    vocabulary: int = 8192
    context: int = 32
    hidden: tuple[int, ...] = (64, 64)
    steps: tuple[int, ...] = (0, 100, 300, 600, 1200)
    batch_size: int = 16
    learning_rate: float = 0.01
    places: str = "all"
    windows: int = 32
    held_out: int = 32
    top: int = 20
    rank: int = 32
    true_classes: int = 24
    draws: int = 100
    device: str = "cpu"
    seed: int = 0

    def __post_init__(self) -> None:
        if self.data != DOCSTRINGS and not str(self.data).endswith(".txt"):
            raise InputError(f"data must be {DOCSTRINGS} or a file .txt, got {self.data!r}")
        least = {"vocabulary": 8, "context": 1, "batch_size": 1, "windows": 1, "held_out": 2}
        for name, low in (least | {"top": 1, "rank": 1, "draws": 4}).items():
            checks.count(name, getattr(self, name), low=low)
        for name in ("top", "rank"):
            checks.integer(name, getattr(self, name), low=1, high=self.vocabulary - 1)
        require_device(self.device)
        checks.count("true_classes", self.true_classes, low=0)
        checks.choice("places", self.places, PLACES)
        checks.integer("seed", self.seed, low=0)
        checks.real("learning_rate", self.learning_rate, low=0, high=LARGEST, strict=True)
        hidden = checks.counts("hidden", self.hidden)
        if not hidden or len({*hidden}) > 1 or hidden[0] % HEADS:
            raise InputError(
                "hidden must name one width for each block, all the same multiple of "
                f"{HEADS}, got {list(hidden)}"
            )
        steps = checks.counts("steps", self.steps, low=0)
        if not steps or list(steps) != sorted({*steps}):
            raise InputError(f"steps must ascend, got {list(steps)}")
        self._set(hidden=hidden, steps=steps)

    @classmethod
    def smallest(cls, **changes: object) -> Language:
        """A run of seconds, but for what ``changes`` name."""
        few = {
            "vocabulary": 200,
            "context": 8,
            "hidden": (16,),
            "steps": (0, 20),
            "batch_size": 8,
            "windows": 12,
            "held_out": 12,
            "top": 4,
            "rank": 4,
            "true_classes": 4,
            "draws": 30,
        }
        return cls(**few | changes)  # pyright: ignore[reportArgumentType]

"""The digits networks of the studies, and what they are too small for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from theory.checks import InputError

if TYPE_CHECKING:
    from empirical.data import Data
    from empirical.settings import WedgeConnectors, WedgeCuts, WedgeTunnels


def require_possible(settings: WedgeCuts | WedgeConnectors | WedgeTunnels) -> None:
    """Refuse what the data or the network is too small for, before work starts.

    Raises
    ------
    InputError
        If the network has fewer weights than the largest cut has dimensions, or there are not so
        many examples as are asked for, or as a batch has.
    """
    from empirical.data import digits
    from empirical.settings import WedgeCuts, WedgeTunnels

    data, _ = digits(seed=settings.seed)
    if isinstance(settings, WedgeCuts):
        D, most = weights(data, settings.hidden), settings.dimensions[-1]
        if most > D:
            raise InputError(f"dimensions must be at most {D}, the number of weights, got {most}")
        return
    if settings.examples > len(data):
        raise InputError(f"examples must be at most {len(data)}, got {settings.examples}")
    tunnels = isinstance(settings, WedgeTunnels)
    recipes = [each for each, _ in settings.trainings] if tunnels else [settings.recipe]
    largest = max(each.batch_size for each in recipes)
    if largest > len(data):
        raise InputError(
            f"batch_size must be at most {len(data)}, the training examples, got {largest}"
        )


def perceptron(data: Data, hidden: Sequence[int]) -> Callable[[int], Any]:
    """What makes the network of a seed: hidden widths between the data's inputs and classes."""
    from empirical.networks import mlp

    widths = [data.inputs.shape[1], *hidden, data.classes]
    return lambda seed: mlp(widths, seed=seed)


def weights(data: Data, hidden: Sequence[int]) -> int:
    """Its number of weights."""
    widths = [data.inputs.shape[1], *hidden, data.classes]
    return sum((a + 1) * b for a, b in pairwise(widths))

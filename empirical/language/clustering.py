"""Clustering of a language model's logit gradients from sampled pairs: q_SLSC, q_SL and q_DL."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from empirical.language.readout import Readout
from empirical.language.sampled import sampled
from empirical.operators.probes import Estimated, mean
from theory import checks, stream
from theory.checks import InputError

Places = NDArray[np.int64]


@dataclass(frozen=True)
class Clustering:
    """Mean cosines between logit gradients as in ``empirical.estimates.clustering.cosines``.

    Standard errors are over the draws, for the examples at hand.

    Parameters
    ----------
    q_SLSC
        Same logit, examples of its class; over the ``classes`` that two examples or more have.
    q_SL, q_DL
        Same logit and different logits, any examples.
    classes
        How many q_SLSC is over.
    """

    q_SLSC: Estimated
    q_SL: Estimated
    q_DL: Estimated
    classes: int


def clustering(readout: Readout, *, draws: int, seed: int = 0) -> Clustering:
    """Mean cosines, each from ``draws`` pairs that are drawn at random.

    Each class counts alike, whatever its frequency, and each pair of examples within it.

    Raises
    ------
    InputError
        If there are fewer than 2 draws or 2 examples, or no class has two examples.
    """
    checks.count("draws", draws, low=2)
    N, C, rng = checks.count("examples", readout.N, low=2), readout.C, stream(seed, "cosines")
    labels = readout.windows.labels.numpy()
    sizes = np.bincount(labels, minlength=C)
    repeated = np.flatnonzero(sizes > 1)
    if not repeated.size:
        raise InputError("windows must hold two examples of a class, got each class once at most")
    order = np.argsort(labels, kind="stable")
    first = np.cumsum(sizes) - sizes

    def two(n: Places) -> Places:
        """Two different numbers below each of n, (draws, 2)."""
        a = rng.integers(n)
        b = rng.integers(n - 1)
        return np.stack([a, b + (b >= a)], axis=1)

    own = rng.choice(repeated, size=draws)
    of_class = order[first[own, None] + two(sizes[own])]
    anywhere = two(np.full(draws, N))
    logits = rng.integers(C, size=draws)
    apart = rng.integers(N, size=(draws, 2))
    others = two(np.full(draws, C))
    found = [
        mean(_cosines(readout, places, classes))
        for places, classes in (
            (of_class, np.stack([own, own], axis=1)),
            (anywhere, np.stack([logits, logits], axis=1)),
            (apart, others),
        )
    ]
    return Clustering(*found, classes=len(repeated))


def _cosines(readout: Readout, places: Places, classes: Places) -> NDArray[np.float64]:
    """Of the pairs ``(draws, 2)``; 0 where a gradient has no length."""
    each = sampled(
        readout, torch.from_numpy(places.T.flatten()), torch.from_numpy(classes.T.flatten())
    )
    m, products = len(places), each.products
    lengths = products.diagonal().sqrt()
    scale = lengths[:m] * lengths[m:]
    return torch.where(scale > 0, products[:m, m:].diagonal() / scale, 0.0).numpy()

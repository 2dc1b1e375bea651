r"""The noise of a language model's logit gradients, from pairs of sampled examples.

With ``Δ = J_{μk} - J_{νk}``, μ and ν of one group and different windows, drawn with the weights of
logit k, group and k with their total weight, the mean drops out and

    σ_E² = E|Δ|²/2,      tr T² = E (Δ_i·Δ_j)²/4,      σ_c² = E J_{μk}·J_{νk}.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from empirical.language.levels.true_classes import TrueClasses, together
from empirical.language.readout import Readout
from empirical.language.sampled import sampled
from empirical.language.weights import Weighting, Weights
from empirical.operators.probes import Estimated, mean
from theory import checks, stream
from theory.checks import InputError

TRIES = 1000  # draws of a pair until it is of two windows


@dataclass(frozen=True)
class Noise:
    """Lengths of means and noise over the weighted logit gradients, each with a standard error.

    The errors are over the draws, for the examples at hand.

    Parameters
    ----------
    sigma_c2, sigma_E2
        Mean squares of the lengths of a mean and of the deviation from it.
    effective_dimension
        ``(tr T)²/tr T²``; its error is a jackknife over the draws.
    """

    sigma_c2: Estimated
    sigma_E2: Estimated
    effective_dimension: Estimated


def noise(
    readout: Readout,
    *,
    weighting: Weighting,
    draws: int,
    classes: TrueClasses | None = None,
    seed: int = 0,
) -> Noise:
    """Estimates from ``draws`` pairs of logit gradients of one logit and group of examples.

    Parameters
    ----------
    readout
        At least two windows.
    weighting
        ``equal`` or ``curvature``, as ``Weights``.
    draws
        Pairs, at least 4.
    classes
        Groups, each with examples in two windows; by default one.
    seed
        Root of the draws.

    Raises
    ------
    InputError
        If there are fewer windows or draws, or the deviations are all zero.
    """
    checks.count("draws", draws, low=4)
    checks.count("windows", len(readout.windows), low=2)
    groups = together(readout.windows) if classes is None else classes
    left, right, logits = drawn_pairs(
        readout, weighting=weighting, classes=groups, draws=draws, seed=seed
    )
    both = sampled(readout, torch.cat([left, right]), logits.repeat(2))
    products = both.products
    m = draws
    same = products[:m, m:].diagonal().numpy()
    differences = products[:m, :m] - products[:m, m:] - products[m:, :m] + products[m:, m:]
    halves = (differences.diagonal() / 2).numpy()
    if not halves.max() > 0:
        raise InputError("logit gradients must differ within a class, got a noise of zero")
    window = torch.stack([left, right]) // readout.windows.each
    shared = window[:, None, :, None] == window[None, :, None, :]
    others = (~shared.any(dim=1).any(dim=0)).double().numpy()
    squares = (differences.square() / 4).numpy()
    return Noise(mean(same), mean(halves), _dimension(halves, squares, others))


def drawn_pairs(
    readout: Readout, *, weighting: Weighting, classes: TrueClasses, draws: int, seed: int
) -> tuple[Tensor, Tensor, Tensor]:
    """Places μ and ν of one group and different windows, and the logit to compare, (draws,) each.

    Raises
    ------
    InputError
        If all the weight of a logit in a group lies in one window.
    """
    rng = stream(seed, "pairs", weighting)
    weights = Weights(readout, weighting)
    totals = weights.totals(readout, classes).double().cpu().numpy()
    drawn = rng.choice(totals.size, size=draws, p=totals.ravel() / totals.sum())
    groups, logits = np.divmod(drawn, readout.C)
    known, column = np.unique(logits, return_inverse=True)
    w = _columns(readout, weights, torch.from_numpy(known)).double().cpu().numpy()
    own = classes.of(readout.windows).numpy()
    pairs = [
        apart(readout, w[:, at] * (own == group), rng=rng)
        for group, at in zip(groups, column, strict=True)
    ]
    left, right = torch.tensor(pairs).T
    return left, right, torch.from_numpy(logits)


def apart(
    readout: Readout, weights: NDArray[np.float64], *, rng: np.random.Generator
) -> tuple[int, int]:
    """Two places of different windows, each with the probability of its weight ``(N,)``.

    Raises
    ------
    InputError
        If all the weight lies in one window.
    """
    each, share = readout.windows.each, weights / weights.sum()
    for _ in range(TRIES):
        first, second = rng.choice(len(share), size=2, p=share).tolist()
        if first // each != second // each:
            return first, second
    raise InputError("windows must be more: the weight of a class lies in one of them")


def _columns(readout: Readout, weights: Weights, classes: Tensor) -> Tensor:
    """``w_{μk}`` of all examples for some classes, shape (N, classes)."""
    found, classes = [], classes.to(readout.device)
    for windows in readout.chunks():
        z = readout.logits(readout.features(windows))
        p = (z[:, classes] - z.logsumexp(1, keepdim=True)).exp()
        found.append(weights.of(p))
    return torch.cat(found)


def _dimension(halves: np.ndarray, squares: np.ndarray, apart: np.ndarray) -> Estimated:
    """``(tr T)²/tr T²`` with its jackknife error over the draws; ``apart`` are of other windows.

    Raises
    ------
    InputError
        If no draws are apart.
    """
    m = len(halves)
    squares = squares * apart
    total, count = squares.sum(), apart.sum()
    totals, counts = total - 2 * squares.sum(1), count - 2 * apart.sum(1)
    if not counts.min() > 0:
        raise InputError("windows must be more: all draws have one in common")
    value = halves.mean() ** 2 * count / total
    without = ((halves.sum() - halves) / (m - 1)) ** 2 * counts / totals
    error = np.sqrt((m - 1) / m * np.sum((without - without.mean()) ** 2))
    return Estimated(float(value), float(error))

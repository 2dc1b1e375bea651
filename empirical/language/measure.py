"""A language model at one point of training: what is measured, and what the model takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch

from empirical.language import gauss_newton
from empirical.language.clustering import Clustering, clustering
from empirical.language.levels.across_logits import AcrossLogits, across_logits
from empirical.language.levels.true_classes import TrueClasses, commonest, together
from empirical.language.means import means
from empirical.language.noise import Noise, noise
from empirical.language.readout import Readout
from empirical.language.weights import WEIGHTINGS, Weighting
from empirical.settings import Language
from theory.arrays import Array
from theory.models.many_classes import LowRankMeans

ACROSS_LOGITS = 8  # columns of the noise's covariance
FEWER = 4  # draws of it, each of which takes as many gradients as there are features
TOLERANCE = 1e-2  # of a residual; the eigenvalue is then good to about 1e-4


@dataclass(frozen=True, eq=False)
class Measured:
    """The top of G's spectrum and the gradient on it.

    Parameters
    ----------
    loss
        Mean next-token loss over all places, in nat.
    eigenvalues, residuals
        The largest of G and the lengths of ``G v - λ v``, shape (top,).
    gradient_power
        Share of ``‖g‖²`` on each eigenvector, shape (top,).
    """

    loss: float
    eigenvalues: Array
    residuals: Array
    gradient_power: Array


def measured(readout: Readout, *, top: int, seed: int = 0, memory: int | None = None) -> Measured:
    """Loss, top eigenvalues of G and the gradient's share on each.

    Raises
    ------
    InputError
        As ``gauss_newton.leading``.
    """
    found = gauss_newton.leading(readout, top=top, tolerance=TOLERANCE, seed=seed, memory=memory)
    loss = gauss_newton.loss(readout)
    along = (found.vectors @ loss.gradient).double()
    power = (along.square() / loss.gradient.double().square().sum()).cpu()
    return Measured(loss.value, found.values.numpy(), found.residuals.numpy(), power.numpy())


class Kind(NamedTuple):
    """How logit gradients are weighted, and whether the commonest true classes have means."""

    weighting: Weighting
    by_class: bool


@dataclass(frozen=True, eq=False)
class Estimates:
    """Parameters of the model from held-out windows.

    Parameters
    ----------
    clustering
        q_SLSC, q_SL and q_DL.
    classes
        True classes that have means of their own.
    means, noise
        By weighting, of all examples together or by true class.
    across_logits
        The noise's covariance, with means by true class.
    """

    clustering: Clustering
    classes: TrueClasses
    means: dict[Kind, LowRankMeans]
    noise: dict[Kind, Noise]
    across_logits: AcrossLogits


def estimated(readout: Readout, settings: Language) -> Estimates:
    """Means, noise and clustering of the logit gradients.

    Raises
    ------
    InputError
        As ``means``, ``noise`` and ``clustering``.
    """
    seed, draws = settings.seed, settings.draws
    windows = readout.windows
    groups = {False: together(windows), True: commonest(windows, most=settings.true_classes)}
    kinds = [Kind(weighting, by_class) for weighting in WEIGHTINGS for by_class in groups]
    return Estimates(
        clustering(readout, draws=draws, seed=seed),
        groups[True],
        {
            kind: means(
                readout,
                weighting=kind.weighting,
                rank=settings.rank,
                classes=groups[kind.by_class],
                seed=seed,
            )
            for kind in kinds
        },
        {
            kind: noise(
                readout,
                weighting=kind.weighting,
                draws=draws,
                classes=groups[kind.by_class],
                seed=seed,
            )
            for kind in kinds
        },
        across_logits(
            readout,
            classes=groups[True],
            draws=max(2, draws // FEWER),
            rank=ACROSS_LOGITS,
            seed=seed,
        ),
    )


def outputs(readout: Readout) -> tuple[Array, Array]:
    """Softmax outputs and residuals ``(N, C)`` in float64, as the model takes them."""
    p = torch.empty(readout.N, readout.C, dtype=torch.float64)
    start = 0
    for windows in readout.chunks():
        rows = readout.outputs(readout.features(windows))
        p[start : start + len(rows)] = rows
        start += len(rows)
    p /= p.sum(1, keepdim=True)
    labels = readout.windows.labels[:, None]
    r = p.scatter(1, labels, 0)
    r.scatter_(1, labels, -r.sum(1, keepdim=True))
    return p.numpy(), r.numpy()

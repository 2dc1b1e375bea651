r"""Spectra of G with its logit gradients drawn anew: one assumption of the model true at a time.

A surrogate of a measured example keeps its label and softmax outputs and has the gradients

    J_{μk} = c_{k,y} + Σ_ν b_{μν} E_{νk} / √f_{νk} ,

with means ``c`` of the level ``weighted`` and the deviations E of held-out examples from their own
sample means, f as in ``empirical.estimates.deviations``. The coefficients b say what is assumed of
the noise. Drawn from a Gaussian, the covariance across logits and weights is that of the donors,
and nothing else of them is left; a single one of 1 takes the whole noise of a single donor. Donors
are weighted by ``tr A_ν = 1 - Σ_k p_{νk}²``, as G weighs them. All of it happens on the inner
products of the gradients, so the cost does not depend on D.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from empirical.capture import Sample
from empirical.estimates.anisotropy import _denoised, _means
from empirical.estimates.parameters import curvature_weights, weighted
from empirical.gauss_newton.gram import mixed
from empirical.gauss_newton.spectrum import softmax_root
from empirical.recorded import variable
from theory import stream
from theory.arrays import Array

NEAREST = 6  # donors near in the logarithms of the outputs
SHORTEST = 0.1  # f below which a donor makes up too much of its own mean
OFFSET = 1e-3  # added to outputs before their logarithm
Donors = Literal["any", "class", "outputs"]


@dataclass(frozen=True, kw_only=True)
class Surrogate:
    """What is kept of the network in one kind of surrogate.

    Attributes
    ----------
    meaning
        In a phrase.
    means
        Of which examples: those ``held out``, those ``measured``, or the donor's ``own``, that is
        whole gradients of donors.
    donors
        Of the noise: ``any`` held-out example, those of the same ``class``, or those of it that
        are nearest in ``outputs``; None keeps the measured example's own noise.
    gaussian
        Whether the noise is Gaussian with the donors' covariance, or that of one donor.
    """

    meaning: str
    means: Literal["held out", "measured", "own"] = "held out"
    donors: Donors | None
    gaussian: bool = False


SURROGATES: dict[str, Surrogate] = {
    "covariance": Surrogate(
        meaning="Gaussian noise of the whole covariance across logits and weights",
        donors="any",
        gaussian=True,
    ),
    "class covariance": Surrogate(
        meaning="the same, of each class its own", donors="class", gaussian=True
    ),
    "resampled": Surrogate(meaning="noise of one example of the class", donors="class"),
    "output covariance": Surrogate(
        meaning="Gaussian noise of the covariance of examples with such outputs",
        donors="outputs",
        gaussian=True,
    ),
    "resampled by outputs": Surrogate(
        meaning="noise of one example with such outputs", donors="outputs"
    ),
    "moving means": Surrogate(
        meaning="gradients of one example with such outputs: means move with the outputs as well",
        means="own",
        donors="outputs",
    ),
    "measured means": Surrogate(
        meaning="resampled noise around the means of the measured examples",
        means="measured",
        donors="class",
    ),
    "measured noise": Surrogate(
        meaning="the measured examples' own noise around held-out means", donors=None
    ),
}

"""Records of `measure` whose logit gradients are drawn from the model itself, without a network."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import xarray as xr
from numpy.typing import NDArray
from torch import nn

from empirical.capture import Sample
from empirical.data import Data
from empirical.estimates.parameters import curvature_weights
from empirical.groups.measured_groups import MEASURES
from empirical.groups.point import Point
from empirical.jacobian.factors import Rows
from empirical.jacobian.gradients import LogitGradients
from theory import stream
from theory.arrays import Array

C, D, N, OTHERS = 4, 300, 80, 300
SHARES = (0.4, 0.3, 0.2, 0.1)  # of the classes
GROUPS = ("logits", "spectrum", "model", "noise", "resampled")


@dataclass(frozen=True, eq=False, kw_only=True)
class Truth:
    """The model that is drawn from; with a ``slope`` its means grow with the curvature weight.

    Parameters
    ----------
    means
        ``c_{k,y}``, ``(C², D)`` at ``y·C + k``.
    T
        Variances along the weights.
    K_C
        Covariance across logits, of trace C.
    slope
        Of the means' lengths in the rank of an example's curvature weight, from 0 to 1.
    sigma_z
        Standard deviation of the logits.
    """

    means: Array
    T: Array
    K_C: Array
    slope: float = 0.0
    sigma_z: float = 1.5

    @property
    def sigma_E(self) -> float:
        return float(np.sqrt(self.T.sum()))


@dataclass(frozen=True, eq=False, kw_only=True)
class Drawn(Point):
    """A point whose samples are given."""

    own: Sample
    others: Sample

    @property
    def sample(self) -> Sample:  # type: ignore[override]
        return self.own

    def source(self) -> Sample:
        return self.others


def labels(count: int) -> NDArray[np.int64]:
    """Of classes in ``SHARES`` to the nearest integer: unequal, so that the gradient has a mean."""
    return np.searchsorted(np.cumsum(SHARES), (np.arange(count) + 0.5) / count)


def sample(truth: Truth, y: NDArray[np.int64], *, rng: np.random.Generator) -> Sample:
    """Examples of the model with labels y."""
    count = len(y)
    z = torch.from_numpy(truth.sigma_z * rng.standard_normal((count, C)))
    weights = curvature_weights(z.softmax(1)).numpy()
    grown = 1 + truth.slope * (weights.argsort(0).argsort(0) + 0.5) / count
    noise = rng.standard_normal((count, C, D)) * np.sqrt(truth.T)
    noise = np.einsum("kl,nld->nkd", np.linalg.cholesky(truth.K_C), noise)
    J = truth.means.reshape(C, C, D)[y] * grown[:, :, None] + noise
    rows = Rows(("weight",), torch.from_numpy(J))
    return Sample(z, torch.from_numpy(y), LogitGradients((rows,)))


def record(truth: Truth, *, seed: int, groups: tuple[str, ...] = GROUPS) -> xr.Dataset:
    """``N`` measured and ``OTHERS`` held-out examples at one epoch, as `trajectory` has them."""
    rng = stream(seed, "drawn")
    own, others = (sample(truth, rng.permutation(labels(count)), rng=rng) for count in (N, OTHERS))
    point = Drawn(
        network=nn.Identity(),
        data=Data(own.logits.float(), own.targets, own.C, "drawn"),
        held_out=None,
        seed=seed,
        where={"memory": None},
        keep=True,
        own=own,
        others=others,
    )
    found = xr.merge(
        [MEASURES[name](point) for name in groups], join="exact", compat="no_conflicts"
    )
    return found.expand_dims(epoch=[0.0])

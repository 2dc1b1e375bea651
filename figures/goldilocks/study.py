"""The Goldilocks zone of a digits network, one record for each picture."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from figures.goldilocks import picture, restricted_picture
from theory import InputError, checks
from theory.streams import derived_seed

if TYPE_CHECKING:
    from empirical.data import Data
    from empirical.settings import Goldilocks

PARTS = ("zone", "restricted", "choice", "prior")
SHARES = np.linspace(-1, 1, 17).tolist()
SURFACES = ("plane", "sphere")
HELD_OUT = 400  # examples at least that the model is estimated on

Progress = Callable[[int], object]


def goldilocks(
    settings: Goldilocks, *, parts: Sequence[str] = PARTS, progress: Progress | None = None
) -> dict[str, xr.Dataset]:
    """Curvature on random cuts, the gradient against the label prior, and restricted training.

    Parameters
    ----------
    parts
        Of ``PARTS``; one changes no other.
    progress
        Called with 1 after each of the points that ``settings.work`` counts.

    Returns
    -------
    dict
        ``zone``: the ratios of ``empirical.cuts.goldilocks`` against weight radius and softmax
        temperature, beside the random model's from its parameters at scale 1 (ReLU without biases);
        ``prior``: of ``empirical.cuts.label_prior``; ``restricted``: accuracy by radius and
        dimension; ``choice``: what choosing the initial point gains.

    Raises
    ------
    InputError
        If there are not so many examples, the network has too few weights for its cuts, or a part
        is not known.
    """
    study = _Study(settings, progress)
    return {part: getattr(study, checks.choice("part", part, PARTS))() for part in parts}


@dataclass(frozen=True)
class _Study:
    settings: Goldilocks
    progress: Progress | None

    def __post_init__(self) -> None:
        most = len(self.data) - HELD_OUT
        if self.settings.examples > most:
            raise InputError(f"examples must be at most {most}, got {self.settings.examples}")
        D = sum(map(math.prod, pairwise(self.widths)))
        largest = max(self.settings.dimensions[-1], self.settings.d)
        if largest >= D:
            raise InputError(f"hidden must give more than {largest} weights, got {D}")

    @cached_property
    def split(self) -> tuple[Data, Data]:
        from empirical.data import digits

        return digits(seed=self.settings.seed)

    @property
    def data(self) -> Data:
        return self.split[0]

    @property
    def test(self) -> Data:
        return self.split[1]

    @property
    def seen(self) -> Data:
        """The examples that curvature is measured on."""
        return self.data.take(np.arange(self.settings.examples))

    @property
    def widths(self) -> list[int]:
        return [self.data.inputs.shape[1], *self.settings.hidden, self.data.classes]

    @property
    def common(self) -> dict[str, Any]:
        return {
            "seed": self.settings.seed,
            "basis": self.settings.basis,
            "progress": self.progress,
        }

    @property
    def first(self) -> Any:
        """The network of replicate 0."""
        return self.make(derived_seed(self.settings.seed, "replicate", 0))

    def make(self, seed: int) -> Any:
        from empirical.networks import mlp

        own = self.settings
        return mlp(self.widths, activation=own.activation, bias=own.bias, seed=seed)

    def zone(self) -> xr.Dataset:
        """Both scans, and the model of the first network."""
        from empirical.cuts import goldilocks as scans

        own, degree = self.settings, len(self.widths) - 1
        cut: dict[str, Any] = self.common | {"d": own.d, "replicates": own.replicates}
        temperatures = [scale**-degree for scale in own.scales]
        found = picture.compute(
            scans.scan(self.make, self.seen, along="scale", values=own.scales, **cut),
            scans.scan(self.make, self.seen, along="temperature", values=temperatures, **cut),
            degree=degree,
        )
        if own.activation != "relu" or own.bias:
            return found
        rest = self.data.take(np.arange(own.examples, len(self.data)))
        seed = derived_seed(own.seed, "model")
        params, sigma_H = scans.model(self.first, self.seen, held_out=rest, d=own.d, seed=seed)
        shown: dict[str, Any] = {"scales": list(own.scales), "degree": degree, "d": own.d}
        return found.merge(picture.predicted(params, sigma_H=sigma_H, **shown))

    def restricted(self) -> xr.Dataset:
        """Accuracy of restricted training on each surface, by radius and dimension."""
        from empirical.cuts import restricted

        own = self.settings
        outcomes = {
            surface: restricted.intrinsic(
                self.make,
                self.data,
                test=self.test,
                dimensions=own.dimensions,
                scales=own.trained_scales,
                schedule=restricted.Schedule(steps=own.steps, surface=surface),
                replicates=min(own.trained, own.replicates),
                **self.common,
            )
            for surface in SURFACES
        }
        return restricted_picture.compute(outcomes, target=own.target)

    def choice(self) -> xr.Dataset:
        """Initial points of the initial radius and of any, and what choosing among them gains."""
        from empirical.cuts import restricted, selection

        own = self.settings
        pools = {
            "initial": [1.0] * own.candidates,
            "any": np.geomspace(*own.candidate_scales, own.candidates).tolist(),
        }
        points = {
            pool: selection.candidates(
                self.make,
                self.data,
                test=self.test,
                scales=scales,
                d=own.candidate_dimension,
                schedule=restricted.Schedule(steps=own.steps),
                target=own.candidate_target,
                examples=own.examples,
                **self.common,
            )
            for pool, scales in pools.items()
        }
        return restricted_picture.compute_choice(points, gain=selection.gain)

    def prior(self) -> xr.Dataset:
        """The first network's gradient against the label prior."""
        from empirical.cuts import label_prior

        return label_prior.prior_gradient(self.first, self.seen, shares=SHARES)

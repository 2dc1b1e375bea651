"""Sampled spectra along a training path, with the same random numbers at every step."""

from __future__ import annotations

from dataclasses import replace
from typing import Unpack

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from simulate.ensemble import Levels
from simulate.replicates import Progress
from simulate.replicates import replicates as sample
from theory import Params, checks

SCALES = ("sigma_z", "sigma_c", "sigma_E", "margin")


def schedule(
    params: Params,
    *,
    sigma_z: ArrayLike | None = None,
    sigma_c: ArrayLike | None = None,
    sigma_E: ArrayLike | None = None,
    margin: ArrayLike | None = None,
    seed: int,
    replicates: int,
    workers: int = 1,
    progress: Progress | None = None,
    **levels: Unpack[Levels],
) -> xr.Dataset:
    """Spectra at each step of a schedule of the model's scales, by common random numbers.

    Every step uses the logits, labels, means and noise of the same streams, scaled; so the curve
    of one replicate is as smooth as its scales are, and differences between steps have little
    noise. (Labels of the law ``calibrated`` follow the softmax outputs, and jump one at a time.)

    Parameters
    ----------
    params
        Sizes, labels, and the value of each scale that is not scheduled.
    sigma_z, sigma_c, sigma_E, margin : shape (steps,)
        What changes along training; ``margin`` for labels of that law.
    seed, replicates, workers, levels
        As for ``simulate.replicates.replicates``.
    progress
        Called with 1 after each draw of each step.

    Returns
    -------
    xr.Dataset
        The observables of ``simulate.replicates.replicates`` with ``step`` as first dimension, and
        the scales of each step as coordinates.

    Raises
    ------
    InputError
        If no scale is scheduled, the lengths differ, or a value is out of its bounds.

    Examples
    --------
    >>> params = Params(N=20, C=3, D=100, sigma_z=1.0, sigma_c=1.0, sigma_E=0.5)
    >>> path = schedule(params, sigma_c=[1.0, 1.1, 1.2], seed=0, replicates=2)
    >>> bool((np.diff(path.lambda_max, axis=0) > 0).all())
    True
    """
    checks.instance("params", params, Params)
    given = {"sigma_z": sigma_z, "sigma_c": sigma_c, "sigma_E": sigma_E, "margin": margin}
    paths = {n: checks.array(n, x, ndim=1) for n, x in given.items() if x is not None}
    if not paths:
        raise checks.InputError(f"one of {', '.join(SCALES)} must be given, got none")
    lengths = {name: len(path) for name, path in paths.items()}
    if len(set(lengths.values())) > 1:
        raise checks.InputError(f"scales must have one length, got {lengths}")
    steps = [
        replace(params, **{name: float(path[i]) for name, path in paths.items()})
        for i in range(max(lengths.values()))
    ]
    samples = [
        sample(step, seed=seed, replicates=replicates, workers=workers, progress=progress, **levels)
        for step in steps
    ]
    scales = {name: ("step", np.array([getattr(s, name) for s in steps])) for name in SCALES}
    return xr.concat(samples, dim="step", join="exact").assign_coords(scales)

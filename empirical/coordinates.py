"""Coordinate checks: how a network's numbers at initialisation, and its first steps, go with n."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import torch
import xarray as xr
from scipy import stats
from torch import Tensor, nn

from empirical.capture import capture
from empirical.data import Data
from empirical.gauss_newton.spectrum import spectrum
from empirical.networks import named, outputs
from empirical.networks.architectures import parametrised
from empirical.settings import Network
from theory import checks
from theory.checks import InputError

COORDINATES = ("features", "features_step", "logits", "logits_step", "kernel", "curvature")


def coordinates(
    network: Network,
    data: Data,
    *,
    widths: Sequence[int],
    seeds: Sequence[int] = (0, 1, 2),
    steps: int = 3,
    learning_rate: float = 0.1,
) -> xr.Dataset:
    r"""``COORDINATES`` of a network over its width, before and after steps on one fixed batch.

    Of the last hidden layer h, of the logits z of all examples and their gradients J:
    ``features`` is ``mean |h|``, ``features_step`` ``mean |Δh|``, ``logits`` ``mean |z|``,
    ``logits_step`` ``mean |Δz|``, with Δ the change in ``steps`` steps of gradient descent;
    ``kernel`` is ``mean_{μk} ‖J_μk‖²`` and ``curvature`` the learning rate at this width times
    λ_max of G, both before the first step. The powers of n that they go with are
    ``theory.parametrisation.Parametrisation.exponents``.

    Parameters
    ----------
    network
        One with a parametrisation; each of its hidden layers gets the width.
    data
        The batch.
    widths
        At least two, ascending.
    seeds
        Roots of the initial weights.
    steps
        Steps of gradient descent, at least 1.
    learning_rate
        At the width ``BASE_WIDTH``; the parametrisation scales it.

    Returns
    -------
    xr.Dataset
        Each of ``COORDINATES`` over (seed, width).

    Raises
    ------
    InputError
        If the network has no parametrisation, a width or the steps are out of their bounds, or the
        data are not what it takes.
    """
    if network.parametrisation is None or network.hidden is None:
        raise InputError("network must have a parametrisation, got none")
    checks.integer("steps", steps, low=1)
    checks.real("learning_rate", learning_rate, low=0, strict=True)
    sizes = checks.integers("widths", widths, low=1)
    if len(sizes) < 2 or any(np.diff(sizes) <= 0):
        raise InputError(f"widths must be at least two and ascending, got {list(sizes)}")
    found = np.empty((len(seeds), len(sizes), len(COORDINATES)))
    for i, seed in enumerate(seeds):
        for j, width in enumerate(sizes):
            one = replace(network, hidden=(width,) * len(network.hidden))
            made = named(one, data, seed=seed)
            found[i, j] = _measured(made, data, steps=steps, learning_rate=learning_rate)
    return xr.Dataset(
        {name: (("seed", "width"), found[..., k]) for k, name in enumerate(COORDINATES)},
        coords={"seed": list(seeds), "width": list(sizes)},
    )


def exponents(over_width: xr.Dataset) -> xr.Dataset:
    r"""The power of the width that each variable goes with, and the ends of its 95 % interval.

    Least squares on logarithms for each seed; the mean over the seeds, and Student's interval of
    it. ``line`` fits ``ln y = a + x ln n``. Networks come to their limit as slowly as ``n^{-1/2}``,
    which bends the line: ``corrected`` fits ``ln y = a + x ln n + d n^{-1/2}``, which has less bias
    and more variance. The interval tells how a fit varies with the weights, not its bias.

    Parameters
    ----------
    over_width
        Positive variables over (seed, width), of at least two seeds and three widths, as
        ``coordinates`` returns.

    Returns
    -------
    xr.Dataset
        Each variable over ``fit`` and ``bound``: ``low``, ``mean``, ``high``.

    Raises
    ------
    InputError
        If there are fewer seeds or widths.

    Examples
    --------
    >>> n = np.array([10, 100, 1000])
    >>> twice = xr.Dataset({"x": (("seed", "width"), [n**2, 3 * n**2])}, coords={"width": n})
    >>> exponents(twice).x.sel(fit="line").round(6).values.tolist()
    [2.0, 2.0, 2.0]
    """
    for name, least in (("seed", 2), ("width", 3)):
        if over_width.sizes[name] < least:
            raise InputError(f"{name}s must be at least {least}, got {over_width.sizes[name]}")
    n = over_width.width.values / parametrised.BASE_WIDTH
    line = np.stack([np.ones(len(n)), np.log(n)], axis=1)
    fits = {"line": line, "corrected": np.column_stack([line, n**-0.5])}
    found = {}
    for name, values in over_width.data_vars.items():
        logarithms = np.log(values.transpose("width", "seed").values)
        slopes = np.stack([np.linalg.lstsq(X, logarithms)[0][1] for X in fits.values()])
        seeds = slopes.shape[1]
        half = stats.t.ppf(0.975, seeds - 1) * slopes.std(axis=1, ddof=1) / seeds**0.5
        bounds = slopes.mean(axis=1)[:, None] + half[:, None] * np.array([-1.0, 0.0, 1.0])
        found[str(name)] = (("fit", "bound"), bounds)
    return xr.Dataset(found, coords={"fit": list(fits), "bound": ["low", "mean", "high"]})


def _measured(
    network: nn.Module, data: Data, *, steps: int, learning_rate: float
) -> tuple[float, ...]:
    """``COORDINATES`` of one network, which is trained."""
    scaling = parametrised.scaling(network)
    rate = learning_rate if scaling is None else learning_rate * scaling.rate(network)
    sample = capture(network, data)
    kernel = float(sample.gradients.blocks().diagonal(dim1=1, dim2=2).mean())
    curvature = rate * float(spectrum(sample).eigenvalues[0])
    h, z = _features(network, data)
    descent = torch.optim.SGD(network.parameters(), lr=rate)
    for _ in range(steps):
        descent.zero_grad()
        logits = outputs.logits(network(data.inputs), n=len(data))
        nn.functional.cross_entropy(logits, data.targets).backward()
        descent.step()
    h_after, z_after = _features(network, data)
    each = (h, h_after - h, z, z_after - z)
    return (*(float(values.abs().mean()) for values in each), kernel, curvature)


def _features(network: nn.Module, data: Data) -> tuple[Tensor, Tensor]:
    """What the readout receives and returns."""
    with torch.no_grad(), _received(parametrised.readout(network)) as received:
        logits = outputs.logits(network(data.inputs), n=len(data))
    return received[0], logits


@contextmanager
def _received(layer: nn.Module) -> Iterator[list[Tensor]]:
    """The inputs of a layer in the runs within."""
    found: list[Tensor] = []
    handle = layer.register_forward_pre_hook(lambda _, inputs: found.append(inputs[0]))
    try:
        yield found
    finally:
        handle.remove()

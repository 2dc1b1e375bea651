"""The Goldilocks zone: where random cuts of the loss are unusually convex."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
import torch
import xarray as xr
from torch import Tensor, nn
from torch.nn.utils import parameters_to_vector

from empirical.capture import capture
from empirical.cuts.hyperplane import SURFACES, cuts, directions
from empirical.data import Data
from empirical.estimates.parameters import estimate
from empirical.operators import Curvature
from empirical.recorded import variable
from empirical.settings.goldilocks import Basis
from empirical.softmax import residuals
from theory import Params, checks
from theory.checks import InputError
from theory.streams import derived_seed

Along = Literal["scale", "temperature"]
OF_SURFACE = ("convexity", "positive", "dominance")
OF_POINT = (
    "weight_norm",
    "logit_variance",
    "confidence",
    "loss",
    "accuracy",
    "gradient_norm",
)


class Tempered(nn.Module):
    """A network with its logits divided by a softmax temperature."""

    def __init__(self, network: nn.Module, temperature: float) -> None:
        super().__init__()
        self.network = network
        self.temperature = checks.real("temperature", temperature, low=0, strict=True)

    def forward(self, inputs: Tensor) -> Tensor:
        """Logits ``(N, C)``, divided by the temperature."""
        return self.network(inputs) / self.temperature


def scaled(network: nn.Module, scale: float) -> nn.Module:
    """A copy of ``network`` with all weights times ``scale``, biases included."""
    factor = checks.real("scale", scale, low=0, strict=True)
    twin = copy.deepcopy(network)
    with torch.no_grad():
        for weights in twin.parameters():
            weights.mul_(factor)
    return twin


def scan(
    make: Callable[[int], nn.Module],
    data: Data,
    *,
    along: Along,
    values: Sequence[float],
    d: int = 50,
    basis: Basis = "dense",
    replicates: int = 1,
    seed: int,
    progress: Callable[[int], object] | None = None,
) -> xr.Dataset:
    r"""Convexity of random cuts along the weight radius or the softmax temperature.

    Each replicate draws a network and d directions, at a seed of its own; W is then multiplied by
    each scale, or the logits are divided by each temperature. ``convexity``, ``positive`` and
    ``dominance`` have axes ``(replicate, <along>, surface)``, the rest ``(replicate, <along>)``.

    For a network homogeneous of degree L in W (ReLU without biases, L layers) the loss at ``α W``
    is that at W with temperature ``α^{-L}``, as a function of W; so
    ``α² H(α W) = H(W; T = α^{-L})``, also on the sphere, and the three ratios are the same.

    Parameters
    ----------
    make
        Makes the network of a seed, as ``lambda seed: networks.mlp(seed=seed)``.
    values
        Scales (1: as made) or temperatures, each above 0.
    d
        Dimension of the cuts.
    basis
        As in ``hyperplane.directions``.
    progress
        Called with 1 after each point.

    Raises
    ------
    InputError
        If a value is not above 0, d not below the number of weights, or ``Curvature`` refuses.
    """
    checks.choice("along", along, ("scale", "temperature"))
    points = [checks.real(along, value, low=0, strict=True) for value in values]
    if not points:
        raise InputError(f"values must name at least one {along}, got none")
    checks.count("replicates", replicates)
    surfaces = {name: np.empty((replicates, len(points), len(SURFACES))) for name in OF_SURFACE}
    alone = {name: np.empty((replicates, len(points))) for name in OF_POINT}
    for replicate in range(replicates):
        own_seed = derived_seed(seed, "replicate", replicate)
        network = make(own_seed).double()  # scaled in float64, so that no scale rounds
        D = sum(w.numel() for w in network.parameters())
        rows = directions(D, d=d, basis=basis, seed=own_seed)
        for i, value in enumerate(points):
            point = scaled(network, value) if along == "scale" else Tempered(network, value)
            found, own = measure(point, data, rows=rows)
            for name in OF_SURFACE:
                surfaces[name][replicate, i] = [found[s][name] for s in SURFACES]
            for name in OF_POINT:
                alone[name][replicate, i] = own[name]
            if progress is not None:
                progress(1)
    axes = ("replicate", along)
    arrays = {name: variable(name, array, dims=axes) for name, array in alone.items()}
    arrays |= {
        name: variable(name, array, dims=(*axes, "surface")) for name, array in surfaces.items()
    }
    return xr.Dataset(arrays, coords={along: points, "surface": list(SURFACES)}, attrs={"d": d})


def measure(
    network: nn.Module, data: Data, *, rows: Tensor
) -> tuple[dict[str, dict[str, float]], dict[str, float]]:
    """The ratios on the plane and the sphere along ``rows``, and what belongs to the point."""
    curvature = Curvature(network, data)
    weights = parameters_to_vector(network.parameters()).detach().double()
    found = {
        surface: {name: getattr(cut, name) for name in OF_SURFACE}
        for surface, cut in cuts(curvature, weights=weights, rows=rows).items()
    }
    logits = curvature.logits
    own = {
        "weight_norm": float(weights.norm()),
        "logit_variance": float(logits.var(correction=0)),
        "confidence": float(logits.softmax(1).amax(1).mean()),
        "loss": curvature.loss,
        "accuracy": float((logits.argmax(1) == data.targets).double().mean()),
        "gradient_norm": float(curvature.gradient.norm()),
    }
    return found, own


def model(
    network: nn.Module, data: Data, *, held_out: Data, d: int = 50, seed: int
) -> tuple[Params, float]:
    r"""The random model of a network at its weights, level FG, and its ``sigma_H``.

    ``sigma_z`` is the standard deviation of the logits on ``data``; ``sigma_c`` and ``sigma_E`` are
    estimated on ``held_out``. The cut of a GOE has ``E‖K_d‖_F² = (d + 1) σ_H² E|r|² d/D``, which
    gives ``sigma_H`` from K alone on one random hyperplane (relative error about 1/d).

    Raises
    ------
    InputError
        If a class has fewer than 4 held-out examples, or ``capture`` or ``cuts`` refuse.
    """
    curvature = Curvature(network, data)
    weights = parameters_to_vector(network.parameters()).detach().double()
    rows = directions(curvature.D, d=d, seed=seed)
    K = cuts(curvature, weights=weights, rows=rows)["plane"].K
    r = residuals(curvature.logits, data.targets)
    residual = float(r.square().sum(1).mean())
    square = float(K.square().sum()) * curvature.D / (d * (d + 1) * residual)
    found = estimate(capture(network, held_out)).FG
    params = Params(
        N=curvature.N,
        C=curvature.C,
        D=curvature.D,
        sigma_z=float(curvature.logits.std(correction=0)),
        sigma_c=float(found.sigma_c),
        sigma_E=float(found.sigma_E),
    )
    return params, square**0.5

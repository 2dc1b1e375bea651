"""Each layer's own block of G and H, and the model's parameters of its logit gradients."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
import xarray as xr
from torch import nn

from empirical.capture import Sample
from empirical.estimates.anisotropy import DIRECTIONS, anisotropy
from empirical.estimates.parameters import NoNoiseError, estimate
from empirical.gauss_newton.spectrum import eigenvalues
from empirical.groups.point import Point
from empirical.operators.curvature import Curvature
from empirical.operators.lanczos import eigenpairs
from empirical.recorded import on_host, variable
from theory.levels import ISOTROPIC

TOP = 3  # eigenvalues of each block of H
TOLERANCE = 1e-2  # of a residual: the eigenvalue is then good to about 1e-4
SCALES = ("sigma_c", "sigma_E", "effective_dimension")
OWN_AXES = ("rank", "rank_top", "direction", "noise_rank")  # as long as the longest layer needs


def layers(network: nn.Module) -> dict[str, tuple[str, ...]]:
    """The parameters of each layer that are trained, by its name, in the network's order.

    A layer is a module with weights of its own; those at the top of the network are layers by
    themselves. Each weight is in one layer.

    Examples
    --------
    >>> layers(nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 2, bias=False)))
    {'0': ('0.weight', '0.bias'), '2': ('2.weight',)}
    """
    found: dict[str, tuple[str, ...]] = {}
    for name, weight in network.named_parameters():
        if weight.requires_grad:
            layer = name.rpartition(".")[0] or name
            found[layer] = (*found.get(layer, ()), name)
    return found


def by_layer(point: Point) -> xr.Dataset:
    """The diagonal block of G and H of each layer, along the axis ``layer``, and the model of it.

    Returns
    -------
    xr.Dataset
        ``layer_weights``, ``layer_trace``, ``layer_frobenius``, ``layer_gradient_norm`` (layer);
        ``layer_eigenvalues`` of G (layer, layer_rank), ``layer_hessian_top`` of H
        (layer, layer_rank_top); and the model's parameters from the layer's logit gradients on the
        held-out examples, with the names and axes of the groups ``model`` and ``noise``. NaN where
        a layer has fewer; parameters are NaN of a layer whose logit gradients have no noise, as a
        last layer's bias alone.

    Raises
    ------
    InputError
        As ``capture``, ``estimate`` and ``Curvature``.
    """
    source, parts, tops = together_by_layer(point)
    found = [
        _spectrum(point.sample.part(names), point) | {"term_top": top} | _model(source.part(names))
        for names, top in zip(parts.values(), tops, strict=True)
    ]
    arrays = {}
    for name in dict.fromkeys(name for each in found for name in each):
        label = "hessian_top" if name == "term_top" else name
        array = variable(
            f"layer_{label}",
            _stacked([each.get(name) for each in found], name),
            dims=("layer", "level") if name in SCALES else ("layer",),
            observable=name,
        )
        arrays[array.name] = array.rename(
            {axis: f"layer_{axis}" for axis in OWN_AXES if axis in array.dims}
        )
    return xr.Dataset(arrays, coords={"layer": list(parts), "level": list(ISOTROPIC)})


def together_by_layer(
    point: Point,
) -> tuple[Sample, dict[str, tuple[str, ...]], list[torch.Tensor]]:
    """What all processes of a group do: held-out sample, layers, and tops of H's blocks."""
    parts = layers(point.network)
    return point.source(), parts, _tops(point, parts)


def _tops(point: Point, parts: dict[str, tuple[str, ...]]) -> list[torch.Tensor]:
    """The largest eigenvalues of each block of H, in float32 and a few examples at a time."""
    where = {name: value for name, value in point.single.items() if name != "memory"}
    curvature = Curvature(
        point.network, point.few_at_a_time(point.data), **where, group=point.group
    )
    how = {"tolerance": TOLERANCE, "seed": point.seed, "memory": point.where["memory"]}
    blocks = [curvature.term("H", layer=names) for names in parts.values()]
    return [eigenpairs(block, top=min(TOP, block.D), **how).values for block in blocks]


def _spectrum(sample: Sample, point: Point) -> dict[str, Any]:
    values = eigenvalues(sample, memory=point.where["memory"])
    return {
        "weights": float(sample.gradients.D),
        "eigenvalues": values,
        "trace": values.sum(),
        "frobenius": values.norm(),
        "gradient_norm": sample.gradients.combined(sample.r / len(sample.r)).norm(),
    }


def _model(sample: Sample) -> dict[str, Any]:
    try:
        model = estimate(sample)
    except NoNoiseError:
        return {}
    levels = [getattr(model, level) for level in ISOTROPIC]
    noise = anisotropy(sample, model.weighted)
    return {
        **{f"Gamma_{name}": each.Gamma for name, each in zip(ISOTROPIC, levels, strict=True)},
        **{name: [getattr(each, name) for each in levels] for name in SCALES},
        "noise_logit_covariance": noise.K_C,
        "noise_length": noise.sigma_E,
        "noise_spectrum": noise.T,
        "mean_components": noise.means,
        "mean_rest": noise.rest,
    }


def _stacked(values: list[Any], name: str) -> np.ndarray:
    """Along a new first axis, what is missing NaN.

    Directions of means are as many as there could be, so that all points of a training have as
    many.
    """
    arrays = [None if each is None else np.asarray(on_host(each), dtype=float) for each in values]
    known = [each.shape for each in arrays if each is not None]
    shape = np.max(known, axis=0).astype(int)
    if name == "mean_components":
        shape[1] = DIRECTIONS
    out = np.full((len(values), *shape), np.nan)
    for position, each in enumerate(arrays):
        if each is not None:
            out[(position, *map(slice, each.shape))] = each
    return out

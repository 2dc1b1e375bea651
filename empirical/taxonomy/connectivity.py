"""Mode connectivity: how much worse, or better, it is on the way from one network to another."""

from __future__ import annotations

import copy

import numpy as np
import torch
import xarray as xr
from numpy.typing import ArrayLike
from torch import nn
from torch.nn.utils import vector_to_parameters

from empirical.data import Data
from empirical.networks.descent import one_thread
from empirical.taxonomy import batch_norm, evaluation
from empirical.taxonomy.bezier import Bezier
from theory import checks
from theory.checks import InputError

POINTS = 5


def along(curve: Bezier, network: nn.Module, data: Data, *, points: int = POINTS) -> xr.Dataset:
    """Loss and error of the networks at evenly spaced t of a curve, the ends with them.

    Statistics of batch normalisation are those of ``data`` at each t, at the ends too.

    Parameters
    ----------
    network
        Gives the architecture, and stays as it is.
    points
        At least 3.

    Returns
    -------
    xr.Dataset
        ``loss`` in nats and ``error`` in percent over ``t``.

    Raises
    ------
    InputError
        If ``points`` is below 3, or the curve is of another network.
    """
    at = np.linspace(0.0, 1.0, checks.count("points", points, low=3))
    walker = copy.deepcopy(network).eval()
    D = sum(each.numel() for each in walker.parameters())
    if curve.points.shape[1] != D:
        raise InputError(f"curve must have D = {D}, got {curve.points.shape[1]}")
    losses, errors = [], []
    with torch.no_grad(), one_thread():
        for weights in curve.at(at):
            vector_to_parameters(weights, walker.parameters())
            batch_norm.refresh(walker, data)
            logits = evaluation.logits(walker, data.inputs)
            losses.append(float(nn.functional.cross_entropy(logits, data.targets)))
            wrong = int((logits.argmax(-1) != data.targets).sum())
            errors.append(100 * wrong / len(data))
    arrays = {
        "loss": ("t", losses, {"long_name": "mean cross entropy", "units": "nat"}),
        "error": ("t", errors, {"long_name": "misclassified", "units": "%"}),
    }
    return xr.Dataset(arrays, coords={"t": at})


def mode_connectivity(errors: ArrayLike) -> float:
    """``mc = (e_0 + e_1)/2 - e(t*)`` with t* where e is farthest from ``(e_0 + e_1)/2``.

    Yang et al. 2021, arXiv:2107.11228, eq. 4. *Below 0* there is a barrier: the networks are poorly
    connected. Near 0 they are well connected. *Above 0* it is better on the way than at the ends,
    which are no good minima. For one and the same network it is 0 along any line.

    Parameters
    ----------
    errors
        Training errors along the curve, from one end to the other, in percent; at least 3.

    Returns
    -------
    float
        In percent, as the errors.

    Raises
    ------
    InputError
        If there are fewer than 3.

    Examples
    --------
    >>> mode_connectivity([1.0, 6.0, 8.0, 5.0, 3.0]), mode_connectivity([30.0, 20.0, 30.0])
    (-6.0, 10.0)
    """
    e = checks.array("errors", errors, ndim=1)
    if len(e) < 3:
        raise InputError(f"errors must be at least 3, got {len(e)}")
    above = (e[0] + e[-1]) / 2 - e
    return float(above[np.argmax(np.abs(above))])

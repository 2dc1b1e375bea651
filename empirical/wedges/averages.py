"""Averages of weights against averages of outputs, of the same networks."""

from __future__ import annotations

import torch
import xarray as xr
from threadpoolctl import threadpool_limits
from torch import Tensor, nn

from empirical.wedges.losses import Losses
from theory.checks import InputError


def compare(losses: Losses, weights: Tensor) -> xr.Dataset:
    """Loss and accuracy of each network, of the average of their weights, and of their outputs.

    Averages of weights are stochastic weight averaging (Izmailov et al., arXiv:1803.05407) where
    the weights are points of one training; averages of the softmax outputs are an ensemble. The
    loss of the latter is at most the mean of the losses, as -ln is convex.

    Parameters
    ----------
    weights
        Networks, shape ``(s, D)``.

    Returns
    -------
    ``loss`` and ``accuracy`` along ``of``: ``each`` (mean over the networks), ``weights`` and
    ``outputs``.

    Raises
    ------
    InputError
        If the weights are none of this network's.
    """
    if weights.ndim != 2 or weights.shape[1] != losses.D:
        raise InputError(f"weights must have shape (s, {losses.D}), got {tuple(weights.shape)}")
    mean = weights.mean(0, keepdim=True)
    targets = losses.data.targets
    with torch.no_grad(), threadpool_limits(1):
        logs = (
            losses.logits(weights).log_softmax(-1).logsumexp(0) - torch.tensor(len(weights)).log()
        )
        loss = [
            losses.loss(weights).mean(),
            losses.loss(mean)[0],
            nn.functional.nll_loss(logs, targets),
        ]
        right = (logs.argmax(-1) == targets).double().mean()
        accuracy = [losses.accuracy(weights).mean(), losses.accuracy(mean)[0], right]
    arrays = {
        "loss": ("of", [float(each) for each in loss]),
        "accuracy": ("of", [float(each) for each in accuracy]),
    }
    return xr.Dataset(arrays, coords={"of": ["each", "weights", "outputs"]})

"""One assumption of the model made true on a real network, to see what it explains."""

from __future__ import annotations

import torch
import xarray as xr

from empirical.capture import Sample
from empirical.hessian import spectrum
from theory import stream
from theory.record import variable


def shuffled_outputs(sample: Sample, *, seed: int, memory: int | None = None) -> xr.Dataset:
    """The spectrum of G with the softmax outputs exchanged among the examples of a class.

    The model takes logit gradients to be independent of the outputs within a class. Exchanging the
    outputs makes that true and changes nothing else: means, noise and its covariance, outputs and
    labels stay. What differs from the measured spectrum is due to that dependence alone; what
    still differs from the prediction is not.

    Parameters
    ----------
    seed
        Root of the exchange.
    memory
        Most bytes to use; by default what is free.

    Returns
    -------
    xr.Dataset
        ``shuffled_eigenvalues``, ``shuffled_gradient_power`` (rank), ``shuffled_gradient_norm``.
    """
    exchange = torch.arange(len(sample.targets), device=sample.targets.device)
    rng = stream(seed, "shuffle")
    for label in range(sample.C):
        members = (sample.targets == label).nonzero()[:, 0]
        exchange[members] = members[torch.from_numpy(rng.permutation(len(members)))]
    exchanged = Sample(sample.logits[exchange], sample.targets, sample.gradients)
    curvature = spectrum(exchanged, memory=memory)
    values = {
        "eigenvalues": curvature.eigenvalues,
        "gradient_power": curvature.gradient_power,
        "gradient_norm": curvature.gradient_norm,
    }
    arrays = {
        f"shuffled_{name}": variable(f"shuffled_{name}", value, observable=name)
        for name, value in values.items()
    }
    return xr.Dataset(arrays)

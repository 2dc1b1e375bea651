"""All observables of one network at one point."""

from __future__ import annotations

from typing import Any

import torch
import xarray as xr
from torch import nn

from empirical import logits
from empirical import memory as bounds
from empirical.capture import capture
from empirical.data import Data
from empirical.estimate import Estimate, estimate
from empirical.hessian import matrix_bytes, spectrum
from theory import checks, stream
from theory.checks import InputError
from theory.record import variable

LEVELS = ("FG", "cluster")


def sizes(data: Data, *, examples: int, held_out: int | None) -> tuple[int, int]:
    """How many examples are measured, and how many others estimate the model's parameters.

    Raises
    ------
    InputError
        If the data hold fewer.
    """
    N = checks.integer("examples", examples, low=1)
    others = N if held_out is None else checks.integer("held_out", held_out, low=0)
    if N + others > len(data):
        raise InputError(
            f"examples + held_out must be at most {len(data)}, the size of {data.name}, "
            f"got {N} + {others}"
        )
    return N, others


def measure(
    network: nn.Module,
    data: Data,
    *,
    examples: int,
    held_out: int | None = None,
    seed: int,
    dtype: torch.dtype = torch.float64,
    device: torch.device | str | None = None,
    memory: int | None = None,
) -> xr.Dataset:
    """Curvature, gradient, logits and model parameters of ``network`` on a sample of ``data``.

    The spectrum and all else that theory is compared with come from ``examples`` of the data; the
    model's parameters (``Gamma_FG``, ``Gamma_cluster``, ``sigma_c``, ``sigma_E``,
    ``effective_dimension``) come from ``held_out`` others, so that what predicts the spectrum has
    not seen it. ``p`` and ``labels`` are those of the measured examples: with them the record alone
    is enough to predict. ``sigma_c``, ``sigma_E`` and ``effective_dimension`` have an axis
    ``level`` of ``FG`` and ``cluster``.

    Parameters
    ----------
    network
        As ``empirical.capture`` takes it; left as it is, mode, gradients and random state included.
    examples
        N, examples that are measured.
    held_out
        Examples that the parameters are estimated on; by default as many as are measured.
        0 estimates them on the measured examples themselves, which over-fits.
    seed
        Root of the random choice of examples.
    dtype
        ``torch.float64``, or ``torch.float32`` at half the time: eigenvalues are then good to
        1e-6 of the largest.
    device
        Where to run; by default where the network's weights are.
    memory
        Most bytes to use; by default what is free.

    Raises
    ------
    InputError
        If there are not so many examples, a class has fewer than 2 measured or 4 estimating
        examples, the network is not one that ``capture`` takes, or the memory would not suffice.
    """
    N, others = sizes(data, examples=examples, held_out=held_out)
    free = [weight for weight in network.parameters() if weight.requires_grad]
    D = sum(weight.numel() for weight in free)
    bounds.require(
        matrix_bytes(N, data.classes, D, dtype=dtype),
        memory=memory,
        device=torch.device(device or (free[0].device if free else "cpu")),
        work=f"the spectrum of {N} examples of {data.classes} classes",
    )
    where = {"dtype": dtype, "device": device, "memory": memory}
    order = stream(seed, "examples").permutation(len(data))
    sample = capture(network, data.take(order[:N]), **where)
    found = logits.cosines(sample)
    if others:
        source = capture(network, data.take(order[N : N + others]), **where)
        model = estimate(source)
        del source
    else:
        model = estimate(sample)
    curvature = spectrum(sample, memory=memory)
    outputs = logits.statistics(sample)
    weights = [weight.detach().double() for weight in free]
    values = {
        "eigenvalues": curvature.eigenvalues,
        "gradient_power": curvature.gradient_power,
        "eigenvalue_floor": curvature.floor,
        "lambda_max": curvature.eigenvalues[0],
        "trace": curvature.trace,
        "frobenius": curvature.frobenius,
        "gradient_norm": curvature.gradient_norm,
        "q_SLSC": found.q_SLSC,
        "q_SL": found.q_SL,
        "q_DL": found.q_DL,
        "logit_variance": outputs.variance,
        "logit_gradient_length": logits.gradient_length(sample),
        "confidence": outputs.confidence,
        "participation": outputs.participation,
        "entropy": outputs.entropy,
        "loss": outputs.loss,
        "accuracy": outputs.accuracy,
        "weight_norm": torch.stack([w.square().sum() for w in weights]).sum().sqrt(),
        "weights": sum(w.numel() for w in weights),
        "p": sample.p,
        "labels": sample.targets,
        **_parameters(model),
    }
    arrays = {name: variable(name, _plain(value)) for name, value in values.items()}
    for name in ("sigma_c", "sigma_E", "effective_dimension"):
        levels = [getattr(getattr(model, level), name) for level in LEVELS]
        arrays[name] = variable(name, levels, dims=("level",))
    return xr.Dataset(arrays, coords={"level": list(LEVELS)})


def _plain(value: Any) -> Any:
    return value.cpu().numpy() if isinstance(value, torch.Tensor) else value


def _parameters(model: Estimate) -> dict[str, torch.Tensor]:
    return {"Gamma_FG": model.FG.Gamma, "Gamma_cluster": model.cluster.Gamma}

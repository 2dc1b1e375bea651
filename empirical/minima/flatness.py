"""Flatness of trained networks, what the model predicts of it, and the error on new examples."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
import xarray as xr
from threadpoolctl import threadpool_limits
from torch import nn
from torch.nn.utils import parameters_to_vector

from empirical.capture import capture
from empirical.data import Data
from empirical.data.sources.digits import digits
from empirical.data.sources.mnist5k import mnist5k
from empirical.estimates.parameters import Level, estimate
from empirical.minima.local_energy import local_energy
from empirical.minima.local_entropy import local_entropy
from empirical.minima.rescaling import relative, rescaled
from empirical.minima.training import train
from empirical.networks import mlp
from empirical.operators import Curvature, lanczos, traces
from empirical.settings import Flatness
from empirical.wedges.losses import Losses
from theory.checks import InputError
from theory.models import Isotropic
from theory.streams import derived_seed

DIMS = ("optimizer", "learning_rate", "batch_size", "replicate")
TOLERANCE, PROBES = 0.01, 30  # of λ_max; of the relative trace
TEMPERATURES, STEPS, CHAINS = 4, 20, 4  # of the local entropy
ESTIMATED = 250  # examples that the model's parameters come from
FACTORS = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0)  # of the invariance trap
NAMES = {
    "train_loss": ("loss on the examples trained on", "nat"),
    "train_error": ("share of them misclassified", "1"),
    "test_loss": ("loss on new examples", "nat"),
    "test_error": ("share of them misclassified", "1"),
    "weight_norm": ("length of the weights", "weight"),
    "energy": ("rise of the loss under relative noise", "nat"),
    "energy_error": ("its standard error", "nat"),
    "energy_misclassified": ("rise of the training error under relative noise", "1"),
    "additive_energy": ("rise of the loss under additive noise of the same length", "nat"),
    "entropy": ("local entropy per weight under relative noise", "nat"),
    "entropy_error": ("its standard error", "nat"),
    "free_energy": ("what the local entropy costs above the loss", "nat"),
    "largest": ("largest eigenvalue of H", "nat/weight²"),
    "trace": ("trace of H", "nat/weight²"),
    "relative_largest": ("largest eigenvalue of diag(w) H diag(w)", "nat"),
    "relative_trace": ("trace of diag(w) H diag(w)", "nat"),
    "FG_largest": ("largest eigenvalue of G, level FG", "nat/weight²"),
    "FG_trace": ("trace of G, level FG", "nat/weight²"),
    "weighted_largest": ("largest eigenvalue of G, level weighted", "nat/weight²"),
    "weighted_trace": ("trace of G, level weighted", "nat/weight²"),
}
TRAP = ("largest", "trace", "relative_largest", "relative_trace", "energy", "additive_energy")


def split(settings: Flatness) -> tuple[Data, Data]:
    """Examples that are trained on, and all others.

    Raises
    ------
    InputError
        If there are not so many.
    """
    load = {"digits": digits, "mnist5k": mnist5k}[settings.data]
    whole = sum(len(part) for part in load(seed=settings.seed))
    if settings.examples >= whole:
        raise InputError(f"examples must be at most {whole - 1}, got {settings.examples}")
    return load(seed=settings.seed, test=whole - settings.examples)


def measured(network: nn.Module, data: Data, test: Data, settings: Flatness) -> dict[str, float]:
    """The quantities ``NAMES`` of one trained network.

    The additive noise has the length of the relative one; ``free_energy`` is ``-D/N`` times the
    local entropy at ``β = N``, less the loss. λ_max, trace and the outputs given to the model are
    of the examples trained on, the model's parameters of the first 250 of them; NaN where these
    have none, as of a network whose units are all dead.
    """
    found = _curvature(network, data)
    weights = parameters_to_vector(network.parameters()).detach()
    at, new = Losses(network, data), Losses(network, test)
    with torch.no_grad(), threadpool_limits(1):
        for name, losses in (("train", at), ("test", new)):
            found[f"{name}_loss"] = float(losses.loss(weights[None]))
            found[f"{name}_error"] = 1 - float(losses.accuracy(weights[None]))
    norm = float(weights.norm())
    around = local_energy(
        at, weights, noise=settings.noise, draws=settings.draws, seed=settings.seed
    )
    found |= {
        "weight_norm": norm,
        "energy": around.loss.value - found["train_loss"],
        "energy_error": around.loss.error,
        "energy_misclassified": around.error.value - found["train_error"],
        "additive_energy": _additive(at, weights, settings, length=norm) - found["train_loss"],
    }
    entropy = local_entropy(
        at,
        weights,
        noise=settings.noise,
        beta=len(data),
        temperatures=TEMPERATURES,
        steps=STEPS,
        chains=CHAINS,
        seed=settings.seed,
    ).entropy
    found |= {
        "entropy": entropy.value,
        "entropy_error": entropy.error,
        "free_energy": -len(weights) / len(data) * entropy.value - found["train_loss"],
    }
    part = data.take(np.arange(min(ESTIMATED, len(data))))
    try:
        model = estimate(capture(network, part, dtype=torch.float32))
    except InputError:  # the logits no longer depend on the example
        return {name: float(found.get(name, np.nan)) for name in NAMES}
    with torch.no_grad():
        p = at.logits(weights[None])[0].double().softmax(1).numpy()
    for name, level in (("FG", model.FG), ("weighted", model.weighted)):
        groups = data.targets.numpy() if name == "weighted" else None
        predicted = _model(p, level, groups)
        found[f"{name}_trace"] = float(predicted.trace)
        top = predicted.outliers if len(predicted.outliers) else predicted.edges[-1, 1:]
        found[f"{name}_largest"] = float(top[0])
    return {name: float(found[name]) for name in NAMES}


def _additive(at: Losses, weights: torch.Tensor, settings: Flatness, *, length: float) -> float:
    noise = settings.noise * length / len(weights) ** 0.5
    found = local_energy(
        at, weights, noise=noise, kind="additive", draws=settings.draws, seed=settings.seed
    )
    return float(found.loss.value)


def _curvature(network: nn.Module, data: Data) -> dict[str, float]:
    H = (curvature := Curvature(network, data)).H
    found = {
        "trace": float(traces.H_trace(curvature, G=traces.G_trace(capture(network, data))).value)
    }
    own = relative(H, network)
    for name, operator in (("largest", H), ("relative_largest", own)):
        found[name] = float(lanczos.eigenpairs(operator, top=1, tolerance=TOLERANCE).values[0])
    G = relative(curvature.G, network)
    found["relative_trace"] = float(traces.trace(G, sketch=PROBES, probes=PROBES).value)
    return found


def _model(p: np.ndarray, level: Level, groups: np.ndarray | None) -> Isotropic:
    Gamma = level.Gamma.numpy()
    D = max(round(level.effective_dimension), int(np.linalg.matrix_rank(Gamma)))
    return Isotropic(p, Gamma=Gamma, sigma_E=level.sigma_E, D=D, groups=groups)


def flatness(
    settings: Flatness,
    *,
    begun: xr.Dataset | None = None,
    kept: Callable[[xr.Dataset], object] | None = None,
    progress: Callable[[int], object] | None = None,
) -> xr.Dataset:
    """All trainings of a study, measured; those that ``begun`` holds are not made again.

    Parameters
    ----------
    begun
        What an earlier call gave to ``kept``.
    kept
        Called with the record so far after the trainings of each replicate.
    progress
        Called with the number of trainings done.

    Returns
    -------
    xr.Dataset
        The quantities ``NAMES`` over ``DIMS``; and ``trap_NAME (factor)``, of the first network
        with its first layer times a factor and the next over it.
    """
    record = begun.copy(deep=True) if begun is not None else _empty(settings)
    data, test = split(settings)
    sizes = [data.inputs.shape[1], *settings.hidden, data.classes]
    for place in settings.trainings:
        i, j, k, r = place
        if np.isnan(record.test_error.values[place]):
            seed = derived_seed(settings.seed, "training", r)
            network = train(
                mlp(sizes, seed=seed),
                data,
                optimizer=settings.optimizers[i],
                learning_rate=settings.learning_rates[j],
                batch_size=settings.batch_sizes[k],
                epochs=settings.epochs,
                seed=seed,
            )
            if place == settings.trainings[0]:
                _trap(record, network, data, settings)
            for name, value in measured(network, data, test, settings).items():
                record[name].values[place] = value
            last = [n - 1 for n in (record.sizes[each] for each in DIMS[:3])]
            if kept is not None and [i, j, k] == last:
                kept(record)
        if progress is not None:
            progress(1)
    return record


def _trap(record: xr.Dataset, network: nn.Sequential, data: Data, settings: Flatness) -> None:
    norm = float(parameters_to_vector(network.parameters()).detach().norm())
    for place, factor in enumerate(FACTORS):
        other = rescaled(network, factor=factor)
        found = _curvature(other, data)
        weights, at = parameters_to_vector(other.parameters()).detach(), Losses(other, data)
        with torch.no_grad():
            loss = float(at.loss(weights[None]))
        around = local_energy(
            at, weights, noise=settings.noise, draws=settings.draws, seed=settings.seed
        )
        found["energy"] = float(around.loss.value) - loss
        found["additive_energy"] = _additive(at, weights, settings, length=norm) - loss
        for name in TRAP:
            record[f"trap_{name}"].values[place] = found[name]


def _empty(settings: Flatness) -> xr.Dataset:
    values = (
        list(settings.optimizers),
        list(settings.learning_rates),
        list(settings.batch_sizes),
        np.arange(settings.replicates),
    )
    shape = tuple(len(each) for each in values)
    arrays = {
        name: (DIMS, np.full(shape, np.nan), {"long_name": meaning, "units": units})
        for name, (meaning, units) in NAMES.items()
    }
    trap = {
        f"trap_{name}": ("factor", np.full(len(FACTORS), np.nan), {"units": NAMES[name][1]})
        for name in TRAP
    }
    coords = dict(zip(DIMS, values, strict=True)) | {"factor": list(FACTORS)}
    return xr.Dataset(arrays | trap, coords=coords)

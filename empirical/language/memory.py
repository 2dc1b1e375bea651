"""Memory of a language model's study: required and told before it starts, and how much it took."""

from __future__ import annotations

import sys

import torch

from empirical.language import gauss_newton
from empirical.language.readout import CPU, Readout
from empirical.machine import memory as bounds
from empirical.settings import Language

TRAINED = 5  # vectors of all weights: those trained, their gradient, two moments, and a copy
BATCH = 3  # of a batch's logits: they, their logarithms and their gradient
DIRECTIONS = 6  # numbers of a mean for each outlier: Lanczos' basis, directions and their images
COPIES = 9  # of the outputs (N, C) in float64, where the model is solved: so many were seen


def needed(readout: Readout, settings: Language, *, groups: int) -> tuple[int, int]:
    """Bytes that a study takes at most where the network is, and those of its predictions.

    The latter are the host's: the outputs, Γ of ``groups`` at two levels, and the directions that
    the outlier equation is solved on with their images. What a program holds before it starts is in
    neither.
    """
    batch = settings.batch_size * settings.context * readout.C
    single = readout.dtype.itemsize
    work = max(gauss_newton.needed(readout, top=settings.top), BATCH * batch * single)
    each = 2 * (groups + settings.rank) + DIRECTIONS * settings.top
    predictions = 8 * readout.C * (COPIES * readout.N + groups * each)
    return TRAINED * readout.D * single + work, predictions


def require(readout: Readout, settings: Language, memory: int | None, *, groups: int) -> None:
    """Refuse what would not fit, and tell what it takes.

    Raises
    ------
    InputError
        If it needs more than ``memory``, or than there is.
    """
    network, predictions = needed(readout, settings, groups=groups)
    places = {readout.device: max(network, predictions)}
    if readout.device != CPU:
        places = {readout.device: network, CPU: predictions}
    for device, most in places.items():
        bounds.require(
            most,
            memory=memory if device == readout.device else None,
            device=device,
            work=f"{readout.N} examples of {readout.C} classes in {readout.D} weights",
            instead="take fewer windows, a smaller top or a smaller vocabulary",
        )
        where = "beside the program" if device == CPU else f"on {device}"
        print(f"memory: at most {most / 2**20:.0f} MiB {where}", file=sys.stderr)


def tell_taken(device: torch.device) -> None:
    """Say what a GPU's peak was, which for the host nobody knows."""
    if device.type == "cuda":
        peak = torch.cuda.max_memory_allocated(device)
        print(f"memory: {peak / 2**20:.0f} MiB taken on {device}", file=sys.stderr)

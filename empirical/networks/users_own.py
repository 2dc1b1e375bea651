"""A network of the user's own, made by a function that is named."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from empirical.data.parts import Part
from empirical.networks.architectures.several_inputs import take_rows
from empirical.networks.identity import identity
from theory import checks
from theory.checks import InputError


def own(factory: str, *, seed: int, parts: Sequence[Part] = ()) -> nn.Module:
    """What the user's ``package.module:factory`` returns when it is called without arguments.

    It runs with torch's global random state seeded, and that state is restored. What the network
    is made of, as ``empirical.networks.identity`` tells it, is part of its ``architecture``.

    Parameters
    ----------
    factory
        Where it is.
    seed
        Of torch's random state while the network is made.
    parts
        What a row of the data holds, if the network takes several inputs.

    Raises
    ------
    InputError
        If it cannot be imported or called, or does not return an ``nn.Module``.
    """
    module, _, attribute = factory.partition(":")
    try:
        make = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise InputError(f"cannot import network {factory}: {error}") from error
    _check_makes(make, factory)
    with torch.random.fork_rng():
        torch.manual_seed(checks.integer("seed", seed, low=0))
        network = make()
    if not isinstance(network, nn.Module):
        raise InputError(
            f"network {factory} must return an nn.Module, got {type(network).__name__}"
        )
    known: dict[str, Any] = {"kind": "own", "factory": factory}
    known["made_of"] = identity(network, make)
    if parts:
        known["parts"] = [[part.name, list(part.shape), part.tokens] for part in parts]
        take_rows(network, parts)
    network.architecture = known  # pyright: ignore[reportArgumentType]
    return network


def _check_makes(make: Any, factory: str) -> None:
    """Refuse what is no function without arguments.

    Raises
    ------
    InputError
        If it is a network itself, say, or needs an argument.
    """
    if not callable(make) or isinstance(make, nn.Module):
        raise InputError(
            f"network {factory} must be a function that makes one, got {type(make).__name__}"
        )
    try:
        signature = inspect.signature(make)
    except ValueError:  # of compiled code
        return
    try:
        signature.bind()
    except TypeError as error:
        raise InputError(
            f"network {factory} must be a function without arguments: {error}"
        ) from None

"""The Goldilocks zone of a network of the gallery: random planes over the weight radius."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import xarray as xr

from figures.gallery.networks import Networks
from theory.streams import derived_seed

SCALES = tuple(np.geomspace(0.1, 10, 9).tolist())


def zone(
    networks: Networks, name: str, *, progress: Callable[[int], object] | None = None
) -> xr.Dataset:
    """``empirical.cuts.goldilocks.scan`` of the network's initial weights times ``SCALES``."""
    from empirical.cuts.goldilocks import scan
    from empirical.networks import named

    fast, seed = networks.settings.fast, networks.settings.seed
    data, _ = networks.data()
    network, _ = networks.experiment(name).trained
    return scan(
        lambda own: named(network, data, seed=own),
        data.take(np.arange(60 if fast else 150)),
        along="scale",
        values=SCALES[::2] if fast else SCALES,
        d=12 if fast else 25,
        replicates=2 if fast else 3,
        seed=derived_seed(seed, "claims", "zone"),
        progress=progress,
    )

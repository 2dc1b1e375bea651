"""Small figures, with networks that all tests share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache, partial

import pytest
import xarray as xr

from empirical.settings import Experiment
from figures.gallery import captions, registry
from figures.gallery.networks import MODELLED, Networks
from figures.gallery.settings import Gallery
from figures.pictures import style

FAST = Gallery(fast=True)


class Smaller(Networks):
    """Perceptrons of eight hidden units after one epoch, on fewer examples, and no CNN."""

    def experiment(self, name: str, *, observe: Sequence[str] = MODELLED) -> Experiment:
        found = super().experiment(name if name != "cnn" else "relu", observe=observe)
        network, training = found.trained
        return replace(
            found,
            network=replace(network, hidden=(8,)),
            training=replace(training, epochs=(0, 1)),
            measurement=replace(found.measurement, examples=60, held_out=120),
        )


@pytest.fixture(scope="session")
def networks(tmp_path_factory):
    folder = tmp_path_factory.mktemp("networks")
    return Networks(settings=FAST, folder=folder, progress=False)


@pytest.fixture(scope="session")
def fast(networks):
    """The data of a figure as ``figures --fast`` makes them; each is drawn with its caption too."""
    return cache(partial(made, networks=networks))


@pytest.fixture(scope="session")
def small(tmp_path_factory):
    """The same of the smallest networks, in a second or two."""
    folder = tmp_path_factory.mktemp("smaller")
    return cache(partial(made, networks=Smaller(settings=FAST, folder=folder, progress=False)))


def made(name: str, *, networks: Networks) -> xr.Dataset:
    entry, module = registry.FIGURES[name], registry.module(name)
    data = module.compute(
        FAST, **({} if entry.needs in ("model", "torch") else {"networks": networks})
    )
    with style.panels(entry.panels) as (figure, axes):
        module.draw(data, axes)
        captions.below(figure, data.caption)
        figure.draw_without_rendering()
        label = figure._supxlabel  # pyright: ignore
        assert label.get_window_extent().x1 <= figure.bbox.x1
    return data

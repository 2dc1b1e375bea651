"""Small figures, with networks that all tests share."""

from __future__ import annotations

from functools import cache

import pytest

from figures.gallery import registry
from figures.gallery.networks import Networks
from figures.gallery.settings import Gallery

FAST = Gallery(fast=True)


@pytest.fixture(scope="session")
def networks(tmp_path_factory):
    folder = tmp_path_factory.mktemp("networks")
    return Networks(settings=FAST, folder=folder, progress=False)


@pytest.fixture(scope="session")
def fast(networks):
    """The data of a figure as ``figures --fast`` makes them."""

    @cache
    def made(name):
        given = {} if registry.FIGURES[name].needs == "model" else {"networks": networks}
        return registry.module(name).compute(FAST, **given)

    return made

"""Small figures, with networks that all tests share."""

from __future__ import annotations

from functools import cache

import pytest

from figures.gallery import captions, registry
from figures.gallery.networks import Networks
from figures.gallery.settings import Gallery
from figures.pictures import style

FAST = Gallery(fast=True)


@pytest.fixture(scope="session")
def networks(tmp_path_factory):
    folder = tmp_path_factory.mktemp("networks")
    return Networks(settings=FAST, folder=folder, progress=False)


@pytest.fixture(scope="session")
def fast(networks):
    """The data of a figure as ``figures --fast`` makes them; each is drawn with its caption too."""

    @cache
    def made(name):
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

    return made

"""The table of figures against their modules."""

import inspect

import pytest

from figures.gallery import captions, registry
from figures.pictures import style
from theory import InputError


@pytest.mark.parametrize("name", list(registry.FIGURES))
def test_a_figure_has_its_module(name):
    module = registry.module(name)
    given = list(inspect.signature(module.compute).parameters)
    model = registry.FIGURES[name].needs == "model"
    assert given == (["settings"] if model else ["settings", "networks"])
    assert list(inspect.signature(module.draw).parameters) == ["data", "axes"]


@pytest.mark.parametrize("name", list(registry.FIGURES))
def test_a_figure_says_its_parameters(fast, name):
    caption = fast(name).caption
    assert len(caption) > 50
    panels = registry.FIGURES[name].panels
    with style.panels(panels) as (figure, _):
        captions.below(figure, caption)
        figure.draw_without_rendering()
        label = figure._supxlabel  # pyright: ignore
        assert label.get_window_extent().x1 <= figure.bbox.x1


def test_names_are_chosen_once_in_order_and_all_without_any():
    assert registry.chosen(["rem", "phase", "rem"]) == ("phase", "rem")
    assert registry.chosen([]) == tuple(registry.FIGURES)
    with pytest.raises(InputError, match="figure must be one of phase"):
        registry.chosen(["nothing"])

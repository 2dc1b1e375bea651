"""Captions below pictures."""

from figures.gallery import captions
from figures.pictures import style


def test_a_caption_is_wrapped_and_the_figure_grows():
    with style.panels(3) as (figure, _):
        before = figure.get_figheight()
        captions.below(figure, "σ_z = 1, " * 60)
        figure.draw_without_rendering()
        label = figure._supxlabel  # pyright: ignore
        assert figure.get_figheight() > before
        assert "σ$_{z}$" in label.get_text()
        assert label.get_window_extent().x1 <= figure.bbox.x1

"""Captions below pictures."""

import pytest

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
        assert not any(line.endswith(("σ$_{z}$", "=")) for line in label.get_text().splitlines())
        assert label.get_window_extent().x1 <= figure.bbox.x1


@pytest.mark.parametrize("word", ["il", "MW", "σ_{max}²"])
def test_lines_are_full_whatever_the_letters_are(word):
    with style.panels(3) as (figure, _):
        captions.below(figure, " ".join([word] * 400))
        figure.draw_without_rendering()
        shown = figure._supxlabel.get_window_extent()  # pyright: ignore
        right = (1 - captions.MARGIN) * figure.bbox.width
        assert 0.97 * right < shown.x1 <= right

"""Outputs among three classes."""

from __future__ import annotations

import numpy as np

from figures.pictures import style
from figures.pictures.logits import simplex


def test_outputs_are_those_among_three_classes(trajectory_record):
    path = simplex.compute(trajectory_record)
    np.testing.assert_allclose(path.outputs.sum("logit"), 1, rtol=1e-12)
    assert path.outputs.sizes == {"epoch": 3, "example": 4, "logit": 3}
    np.testing.assert_allclose(path["mean"].sel(label=1).isel(epoch=0), [0.5, 0.25, 0.25])
    with style.panels(1) as (_, (ax,)):
        simplex.draw(path, ax)
        assert [text.get_text() for text in ax.texts] == ["class 0", "class 1", "class 2"]

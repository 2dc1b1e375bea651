"""The pictures of a prediction, and their command line."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from matplotlib.container import ErrorbarContainer
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from figures import cli
from figures.bulk import bulk
from figures.pictures import style
from figures.pictures.spectra import prediction
from figures.predict import predict
from theory import Params, record

SIZES: dict[str, Any] = {"N": 60, "C": 5, "D": 200, "sigma_z": 1.0, "sigma_c": 1.0, "sigma_E": 0.7}
OPTIONS = ["predict"] + [
    text for name, value in SIZES.items() for text in (f"--{name.replace('_', '-')}", str(value))
]


def data(**more):
    params = Params(**SIZES | more)
    said = predict(params)
    edges = said.bulk_edges.values
    return prediction.compute(said, bulk(params, edges=edges) if len(edges) else None, D=200)


def test_the_height_counts_the_eigenvalues():
    for shown, count in ((data(), 200), (data(sigma_H=0.1), 200), (data(N=20), 80)):
        x = np.log(shown.eigenvalue) if shown.eigenvalue[0] > 0 else shown.eigenvalue
        assert float(np.trapezoid(shown.height, x)) == pytest.approx(count, rel=0.02)


@pytest.mark.parametrize(
    "more", [{}, {"sigma_H": 0.1}, {"T_exponent": 0.3}, {"sigma_c": 0.01}, {"sigma_E": 0}]
)
def test_every_level_is_drawn(more):
    shown = data(**more)
    axes = {name: Figure().add_subplot() for name in prediction.PANELS}
    for name, ax in axes.items():
        prediction.draw(shown, ax, name=name)
        ax.figure.canvas.draw()
    bars = [each for each in axes["outliers"].containers if isinstance(each, ErrorbarContainer)]
    np.testing.assert_array_equal(bars[0].lines[0].get_ydata(), shown.outliers)
    rectangles = [bar.get_bbox() for bar in axes["share"].patches if isinstance(bar, Rectangle)]
    assert rectangles[0].height == pytest.approx(float(shown.gradient_share))
    told = axes["spectrum"].get_legend_handles_labels()[1]
    assert (prediction.LARGEST in told) == (set(more) in ({"sigma_c"}, set()))


def test_the_command_draws_what_it_says_with_the_data_beside(tmp_path, capsys):
    stem = tmp_path / "pictures" / "p"
    assert cli.main([*OPTIONS, "--plot", str(stem)]) == 0
    assert all(style.named(stem, suffix).stat().st_size for suffix in style.PICTURES)
    saved = record.load(style.named(stem, ".nc"))
    np.testing.assert_array_equal(saved.outliers, predict(Params(**SIZES)).outliers)
    printed = capsys.readouterr().out
    assert "λ_max" in printed
    assert "nat/weight²" in printed
    assert cli.main([*OPTIONS, "--seed", "3", "--plot", str(stem)]) == 2
    assert "p.nc holds another run" in capsys.readouterr().err

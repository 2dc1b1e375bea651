"""The tutorials run as they stand, draw what they say they draw, and end in a question."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest

FOLDER = Path(__file__).parents[1] / "docs" / "tutorials"
INDEX = (FOLDER / "index.md").read_text(encoding="utf-8")
LISTED = re.search(r"```\{toctree\}\n.*?\n\n(.*?)```", INDEX, re.DOTALL)[1].split()  # pyright: ignore[reportOptionalSubscript]


@pytest.fixture
def tutorial(monkeypatch, tmp_path):
    """What a tutorial's names are at its end, and the figures that it shows."""
    shown: list[list[str]] = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(plt, "show", lambda: shown.append(labels(plt.gcf())))
    plt.switch_backend("agg")

    def run(name: str) -> tuple[dict, list[list[str]]]:
        return runpy.run_path(str(FOLDER / f"{name}.py")), shown

    yield run
    plt.close("all")


def labels(figure) -> list[str]:
    return [
        text for ax in figure.axes for text in (ax.get_xlabel(), ax.get_ylabel(), ax.get_title())
    ]


def test_the_table_of_contents_has_them_all():
    assert sorted(LISTED) == sorted(path.stem for path in FOLDER.glob("*.py"))


@pytest.mark.parametrize("name", LISTED)
def test_it_ends_in_a_question_that_one_line_answers(name):
    text = (FOLDER / f"{name}.py").read_text(encoding="utf-8")
    last = text.rpartition("# %% [markdown]\n")[2]
    assert "**Your turn.**" in last
    assert "?" in last
    assert "`" in last
    assert len(text.splitlines()) < 150


def test_by_hand(tutorial):
    found, shown = tutorial("by_hand")
    assert len(shown) == 1
    model, drawn = found["model"], found["eigenvalues"][:4]
    gap = np.abs(drawn - model.outliers)
    assert np.all(gap < 4.5 * model.spread.std + 0.01 * model.outliers)
    assert found["eigenvalues"][4] < 1.05 * model.edges[-1, 1]


def test_outliers(tutorial):
    found, shown = tutorial("outliers")
    assert len(shown) == 1
    mean = found["drawn"].mean(axis=1) / found["edges"]
    predicted = np.array(found["predicted"][::5])
    far = predicted > 1.2  # where the outlier's mean is not that of the edge's fluctuation
    np.testing.assert_allclose(mean[far], predicted[far], rtol=0.06)
    counts = [len(model.outliers) for model in found["models"]]
    expected = [(sigma < found["critical"]).sum() for sigma in found["noises"]]
    assert counts == expected


def test_random_energies(tutorial):
    found, shown = tutorial("random_energies")
    assert len(shown) == 1
    assert all(x and y for x, y in zip(shown[0][::3], shown[0][1::3], strict=True))
    exact = found["rem"].participation(found["few"], C=found["C"])
    assert np.all(np.abs(found["sampled"].mean(axis=1) - exact) < 4.5 * found["error"])


def test_own_network(tutorial):
    found, shown = tutorial("own_network")
    assert len(shown) == 1
    measured = found["eigenvalues"][:9]
    cluster = found["models"]["cluster"].outliers[:9]
    assert np.abs(cluster / measured - 1).mean() < 0.25  # the order of magnitude, as it says


def test_assumptions(tutorial):
    found, shown = tutorial("assumptions")
    assert len(shown) == 1
    causes = {(each.level, each.by) for each in found["judgement"].mended(found["found"])}
    assert ("weighted", "anisotropic") in causes
    assert any(level == "FG" for level, _ in causes)


def test_study(tutorial):
    found, shown = tutorial("study")
    assert len(shown) == 1
    assert not found["store"].exists()


def test_goldilocks(tutorial):
    found, shown = tutorial("goldilocks")
    assert len(shown) == 1
    assert found["alone"].inner == 0 < found["curved"].inner
    assert found["alone"].outer == pytest.approx(found["curved"].outer, rel=0.1)

"""The study of a language model: its record, and what it goes on from."""

from __future__ import annotations

import dataclasses
import re
import subprocess
import sys

import numpy as np
import pytest

from empirical.language.study import study
from empirical.settings import Language
from theory import InputError

MEASURED = """
import resource, sys
from empirical.language.study import study
from empirical.settings import Language
few = {"windows": 8, "held_out": 8, "steps": (0,), "draws": 12, "rank": 2, "top": 2}
study(Language.smallest(data=sys.argv[1], vocabulary=40, **few))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
more = {"windows": 32, "held_out": 16, "context": 16, "hidden": (32,), "true_classes": 8}
study(Language.smallest(data=sys.argv[1], vocabulary=12_000, **few | more))
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
"""


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    """A text of 40 words, each of which tells the next but for a few."""
    rng = np.random.default_rng(0)
    chain = [0]
    for _ in range(3000):
        chain.append(int(rng.integers(40)) if rng.random() < 0.2 else (chain[-1] * 7 + 3) % 40)
    names = [f"{a}{b}" for a in "bcdfghkl" for b in "aeiou"]
    path = tmp_path_factory.mktemp("text") / "chain.txt"
    path.write_text(" ".join(names[k] for k in chain))
    how = {"vocabulary": 40, "steps": (0, 60), "windows": 6, "held_out": 6, "draws": 20}
    return Language.smallest(data=str(path), **how)


@pytest.fixture(scope="module")
def made(settings):
    return study(settings)


def test_each_point_is_measured_and_predicted(made):
    assert dict(made.sizes) == {"step": 2, "rank": 4, "level": 6}
    assert made.step.values.tolist() == [0, 60]
    assert float(made.loss[1]) < float(made.unigram_entropy) < float(made.loss[0])
    assert bool((made.eigenvalue > 0).all())
    assert bool((made.eigenvalue.diff("rank") <= 0).all())
    assert bool((made.gradient_power.sum("rank") <= 1 + 1e-6).all())
    for name in ("q_SLSC", "q_SL", "q_DL", "sigma_c", "sigma_E", "effective_dimension"):
        assert bool((made[f"{name}_error"] > 0).all()), name
    assert bool((made.sigma_E.sel(level="anisotropic") != made.sigma_E.sel(level="weighted")).all())
    weighted = made.sel(level="FG weighted")
    assert bool((abs(np.log(weighted.predicted / made.eigenvalue)) < 1.5).all())


def test_points_that_are_there_are_not_measured_again(settings, made, monkeypatch):
    again = study(settings, begun=made)
    assert again.identical(made)
    kept, first = [], []
    rest = study(settings, begun=made.sel(step=[0]), kept=kept.append, training=first.append)
    assert first == [60]
    assert len(kept) == 2
    np.testing.assert_array_equal(rest.eigenvalue, made.eigenvalue)
    np.testing.assert_array_equal(rest.predicted, made.predicted)


def test_classes_without_examples_and_memory_are_told(settings, made, capsys):
    study(settings, begun=made)
    said = capsys.readouterr().err.splitlines()
    assert any(f"{int(made.absent)} of 40 classes have no example" in line for line in said)
    assert any(line.startswith("memory: at most") for line in said)


def test_the_last_places_alone_are_examples_of_their_own(settings, made):
    """As many as windows, and another spectrum; the network is the same, and so is the text."""
    last = study(dataclasses.replace(settings, places="last", steps=(0,), windows=48, held_out=48))
    assert float(last.eigenvalue[0, 0]) > 0
    assert float(last.unigram_entropy) == float(made.unigram_entropy)
    assert abs(float(last.loss[0] / made.loss[0]) - 1) < 0.2


def test_what_does_not_fit_is_refused(settings):
    with pytest.raises(InputError, match=r"memory must be at least \d+ bytes .* for 48 examples"):
        study(settings, memory=1000)
    few = Language.smallest(data=settings.data, vocabulary=50)
    with pytest.raises(InputError, match="vocabulary must be at most 40, the words of"):
        study(few)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the peak is read in kilobytes")
def test_memory_is_what_was_announced(tmp_path):
    """Of the whole study, training and predictions with it."""
    rng = np.random.default_rng(0)
    words = rng.zipf(1.3, size=60_000) % 12_000
    names = ["".join("bcdfghklmn"[int(d)] for d in f"{k:05}") for k in range(12_000)]
    text = [*names, *(names[k] for k in words)]
    (tmp_path / "text.txt").write_text(" ".join(text))
    script = [sys.executable, "-c", MEASURED, str(tmp_path / "text.txt")]
    ran = subprocess.run(script, capture_output=True, text=True, check=True)
    told = [int(found) for found in re.findall(r"at most (\d+) MiB", ran.stderr)]
    assert told[-1] > 200
    assert float(ran.stdout) == pytest.approx(told[-1], rel=0.15)

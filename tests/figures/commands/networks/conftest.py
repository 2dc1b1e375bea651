"""A folder with a network, examples and a text of the user's own."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from tests.support.program.measurements import MODEL


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "my_models", raising=False)  # of another test's folder
    (tmp_path / "my_models.py").write_text(MODEL)
    rng = np.random.default_rng(0)
    labels = np.arange(300) % 3
    inputs = rng.standard_normal((300, 6)) + np.eye(3, 6)[labels]
    np.savez(tmp_path / "mine.npz", inputs=inputs, targets=labels)
    words = rng.choice(["to ", "be ", "or ", "not "], 800)
    (tmp_path / "play.txt").write_text("".join(words))
    return tmp_path

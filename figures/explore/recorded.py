"""A measured network beside the model: its spectrum at each epoch, and each level's prediction."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from empirical.groups import observable_groups
from figures.explore.spectrum import numbers_or_none
from figures.judge import levels
from theory import InputError, record
from theory.levels import LEVELS

NEEDED = ("logits", "spectrum", "model")
POINTS = 200  # of a level's bulk


class Recorded:
    """A record of ``measure``, opened once.

    Parameters
    ----------
    path
        Where it lies.

    Raises
    ------
    InputError
        If it cannot be read, or lacks a group that is needed.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.data = record.load(path)
        held = observable_groups.held(self.data)
        observable_groups.require(held, NEEDED, by=f"explore {path}")
        with_noise = "noise" in held
        self.levels = [
            name for name, level in LEVELS.items() if with_noise or level.noise == "isotropic"
        ]
        self._predicted = lru_cache(maxsize=64)(self._predict)

    def about(self) -> dict[str, Any]:
        """Epochs, and the levels with what they assume."""
        return {
            "name": self.path.name,
            "epochs": self.data.epoch.values.tolist(),
            "levels": [
                {"name": name, "meaning": LEVELS[name].meaning, "assumes": LEVELS[name].assumes}
                for name in self.levels
            ],
        }

    def point(self, epoch: int, level: str) -> dict[str, Any]:
        """The measured spectrum at the epoch of this index, and what the level predicts of it.

        Nothing is fitted: the outputs are those measured, means and noise of other examples.

        Raises
        ------
        InputError
            If there is no such epoch or level.
        """
        count = self.data.sizes["epoch"]
        if not 0 <= epoch < count:
            raise InputError(f"epoch must be from 0 to {count - 1}, got {epoch}")
        if level not in self.levels:
            raise InputError(f"level must be one of {', '.join(self.levels)}, got {level!r}")
        return self._predicted(epoch, level)

    def _predict(self, epoch: int, level: str) -> dict[str, Any]:
        point = self.data.isel(epoch=epoch)
        values = point.eigenvalues.values[point.eigenvalues.values > float(point.eigenvalue_floor)]
        C = point.sizes["logit"]
        model, power = levels.predict(point, level=level)
        edges = np.asarray(model.edges)
        x, height = np.empty(0), np.empty(0)
        if len(edges) and edges[-1, 1] > 0:
            low = max(edges[0, 0], 1e-6 * edges[-1, 1])
            x = np.geomspace(low * (1 - 1e-3), edges[-1, 1] * (1 + 1e-3), POINTS)
            height = model.D * np.asarray(model.density(x)) * x
        return {
            "epoch": float(point.epoch),
            "level": level,
            "eigenvalues": values.tolist(),
            "share": float(point.gradient_power.values[: C - 1].sum()),
            "test_accuracy": numbers_or_none(float(point.get("test_accuracy", np.nan))),
            "predicted": {
                "outliers": np.asarray(model.outliers).tolist(),
                "edges": edges.tolist(),
                "x": x.tolist(),
                "height": height.tolist(),
                "share": float(power.outliers[: C - 1].sum()),
            },
            "parameters": self._parameters(point, level),
        }

    def _parameters(self, point: Any, level: str) -> dict[str, float]:
        """What sets the sliders to this point, as near as the random model comes to it."""
        own = point.sel(level=level if level in point.level.values else "cluster")
        return {
            "N": point.sizes["example"],
            "C": point.sizes["logit"],
            "D": max(round(float(own.effective_dimension)), point.sizes["logit"]),
            "sigma_z": float(np.sqrt(point.logit_variance)),
            "sigma_c": float(own.sigma_c),
            "sigma_E": float(own.sigma_E),
        }
